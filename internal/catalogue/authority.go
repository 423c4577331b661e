package catalogue

import "slices"

// Authority is a body that decides or, at the level of the centre, receives.
type Authority struct {
	ID       string   `yaml:"id" json:"id"` // form of the official agency codes, e.g. H26.12.03
	Name     string   `yaml:"name" json:"name"`
	Level    string   `yaml:"level" json:"level"`                       // one of Levels, or LevelCentre
	Areas    []string `yaml:"areas" json:"areas"`                       // codes of the areas it decides for
	Fields   []string `yaml:"fields,omitempty" json:"fields,omitempty"` // fields of procedures it decides; empty: all of its level
	Validity Validity `yaml:"validity" json:"validity"`
	Sample   bool     `yaml:"sample,omitempty" json:"sample"` // stands in for facts that are not public
	Source   string   `yaml:"source" json:"source"`
}

// Area is an administrative unit in one era.
type Area struct {
	Code   string `yaml:"code" json:"code"` // code of the General Statistics Office
	Name   string `yaml:"name" json:"name"`
	Kind   string `yaml:"kind" json:"kind"` // see AreaKinds
	Parent string `yaml:"parent,omitempty" json:"parent,omitempty"`
	// Successors are the areas that received a part of it when it ended.
	Successors []string `yaml:"successors,omitempty" json:"successors,omitempty"`
	Validity   Validity `yaml:"validity" json:"validity"`
	Source     string   `yaml:"source" json:"source"`
}

// Competent lists the authorities that may decide a procedure for an area on a
// day, nearest level first. One means that competence follows from the data;
// several mean that somebody must choose: the procedure is decided at several
// levels, or the area is coarser than the authorities' own. An area that has
// ended stands for its successors; an unknown one has no authority.
func (c *Catalogue) Competent(procedure Procedure, area, day string) []Authority {
	today := c.areasOn(day)
	places := c.current(area, day)
	var found []Authority
	for _, level := range procedure.DecidedAt {
		for _, a := range c.Authorities {
			if a.Level == level && a.Validity.On(day) && a.decides(procedure.Field) && today.serves(a, places) {
				found = append(found, a)
			}
		}
	}
	return found
}

func (a Authority) decides(field string) bool {
	return len(a.Fields) == 0 || slices.Contains(a.Fields, field)
}

// territory is the areas of one day by their codes.
type territory map[string]Area

func (c *Catalogue) areasOn(day string) territory {
	t := territory{}
	for _, a := range c.Areas {
		if a.Validity.On(day) {
			t[a.Code] = a
		}
	}
	return t
}

// serves tells whether one of the authority's areas is, holds or lies in one of
// the places.
func (t territory) serves(a Authority, places []string) bool {
	for _, own := range a.Areas {
		for _, place := range places {
			if t.holds(own, place) || t.holds(place, own) {
				return true
			}
		}
	}
	return false
}

// holds tells whether the inner area is the outer one or lies in it.
func (t territory) holds(outer, inner string) bool {
	for a, known := t[inner]; known; a, known = t[a.Parent] {
		if a.Code == outer {
			return true
		}
	}
	return false
}

// current is the code of the area on that day or, when it has ended by then, of
// what became of it.
func (c *Catalogue) current(code, day string) []string {
	if _, ok := c.Area(code, day); ok {
		return []string{code}
	}
	ended, ok := c.lastEnded(code, day)
	if !ok {
		return nil
	}
	var places []string
	for _, successor := range ended.Successors {
		// Successors are valid on the day their predecessor ends, so each step
		// comes nearer to the day asked for.
		places = append(places, c.current(successor, day)...)
	}
	return places
}

func (c *Catalogue) lastEnded(code, day string) (Area, bool) {
	var last Area
	for _, a := range c.Areas {
		if a.Code == code && a.Validity.To != "" && a.Validity.To <= day && a.Validity.To > last.Validity.To {
			last = a
		}
	}
	return last, last.Code != ""
}
