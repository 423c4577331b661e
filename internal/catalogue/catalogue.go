package catalogue

import (
	"embed"
	"io/fs"
	"sync"
)

// Catalogue is one checked set of data. Treat it as read-only: the one that
// Default answers is shared.
type Catalogue struct {
	Procedures  []Procedure `yaml:"procedures" json:"procedures"`
	Networks    []Network   `yaml:"networks" json:"networks"`
	Carriers    []Carrier   `yaml:"carriers" json:"carriers"`
	Offices     []Office    `yaml:"offices" json:"offices"`
	Authorities []Authority `yaml:"authorities" json:"authorities"`
	Areas       []Area      `yaml:"areas" json:"areas"`
	Clocks      []Clock     `yaml:"clocks" json:"clocks"`
}

//go:embed data/*.yaml
var builtIn embed.FS

// Files is the built-in set as files, to be written out and changed.
func Files() fs.FS {
	files, err := fs.Sub(builtIn, "data")
	if err != nil {
		panic(err) // the directory is compiled in
	}
	return files
}

var loadDefault = sync.OnceValues(func() (*Catalogue, error) { return Load(Files()) })

// Default loads the built-in set, once.
func Default() (*Catalogue, error) { return loadDefault() }

// Procedure finds the version of a procedure that is valid on a day (2006-01-02).
func (c *Catalogue) Procedure(code, day string) (Procedure, bool) {
	return find(c.Procedures, func(p Procedure) bool { return p.Code == code && p.Validity.On(day) })
}

// Network finds a network by its id.
func (c *Catalogue) Network(id string) (Network, bool) {
	return find(c.Networks, func(n Network) bool { return n.ID == id })
}

// Carrier finds a carrier by its id.
func (c *Catalogue) Carrier(id string) (Carrier, bool) {
	return find(c.Carriers, func(k Carrier) bool { return k.ID == id })
}

// Office finds the office that has the id on a day.
func (c *Catalogue) Office(id, day string) (Office, bool) {
	return find(c.Offices, func(o Office) bool { return o.ID == id && o.Validity.On(day) })
}

// Authority finds the authority that has the id on a day.
func (c *Catalogue) Authority(id, day string) (Authority, bool) {
	return find(c.Authorities, func(a Authority) bool { return a.ID == id && a.Validity.On(day) })
}

// Area finds the area that has the code on a day; the same code may have named
// another area in another era.
func (c *Catalogue) Area(code, day string) (Area, bool) {
	return find(c.Areas, func(a Area) bool { return a.Code == code && a.Validity.On(day) })
}

// Clock finds the version of a clock that is valid on a day.
func (c *Catalogue) Clock(id, day string) (Clock, bool) {
	return find(c.Clocks, func(k Clock) bool { return k.ID == id && k.Validity.On(day) })
}

// ClockOf finds the clock that a procedure's term runs by on a day.
func (c *Catalogue) ClockOf(p Procedure, day string) (Clock, bool) {
	return c.Clock(p.ClockID(), day)
}

func find[T any](list []T, wanted func(T) bool) (T, bool) {
	for _, item := range list {
		if wanted(item) {
			return item, true
		}
	}
	var none T
	return none, false
}
