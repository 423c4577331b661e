package calendar

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Book holds the calendars of all units, each in its versions. It comes from
// [LoadBook], [NewBook] or [DefaultBook] and never changes.
type Book struct {
	files     []File
	calendars []*Calendar // by id, then by validity
}

// File is a calendar file by its name, as it lies in a folder or a database.
type File struct {
	Name string
	Data []byte
}

// ErrNoCalendar means that a book has no calendar for a unit on a day.
var ErrNoCalendar = errors.New("no calendar serves it")

// claimKind is the kind of a unit, by its field in a calendar file.
type claimKind string

const (
	byAuthority claimKind = "authorities"
	byNetwork   claimKind = "networks"
	byOffice    claimKind = "offices"
)

// claim says that a calendar serves a unit.
type claim struct {
	kind claimKind
	unit string
	line int // in the file, for complaints
}

// LoadBook reads all files *.json of a folder. What is wrong is a *LoadError
// that names the file, and no book.
func LoadBook(folder fs.FS) (*Book, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list calendars: %w", err)
	}
	var files []File
	for _, name := range names {
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read calendar: %w", err)
		}
		files = append(files, File{name, data})
	}
	return NewBook(files...)
}

// NewBook makes a book of files. Beyond what [Load] refuses, it refuses two
// versions of a calendar for one day, and two calendars for one unit on one day.
// The error is the first of what [CheckBook] finds.
func NewBook(files ...File) (*Book, error) {
	b, faults := bookOf(files)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return b, nil
}

// CheckBook names the first fault of each file, in the order of the files, each
// held against those before it; none where NewBook takes them all.
func CheckBook(files ...File) []*LoadError {
	_, faults := bookOf(files)
	return faults
}

func bookOf(files []File) (*Book, []*LoadError) {
	if len(files) == 0 {
		return nil, []*LoadError{{Problem: "there are no calendar files"}}
	}
	b := &Book{}
	var faults []*LoadError
	for _, f := range files {
		if err := b.take(f); err != nil {
			faults = append(faults, faultOf(f, err))
		}
	}
	slices.SortFunc(b.calendars, func(x, y *Calendar) int {
		return cmp.Or(cmp.Compare(x.id, y.id), cmp.Compare(x.validity.from, y.validity.from))
	})
	return b, faults
}

func (b *Book) take(f File) error {
	c, err := Load(bytes.NewReader(f.Data))
	if err == nil {
		err = b.fits(c)
	}
	if err == nil {
		b.files, b.calendars = append(b.files, File{f.Name, slices.Clone(f.Data)}), append(b.calendars, c)
	}
	return err
}

func faultOf(f File, err error) *LoadError {
	wrong, ok := errors.AsType[*LoadError](err)
	if !ok {
		wrong = &LoadError{Problem: err.Error()}
	}
	wrong.File = f.Name
	return wrong
}

// fits refuses a calendar that contradicts those in the book.
func (b *Book) fits(c *Calendar) error {
	for _, other := range b.calendars {
		if c.id == other.id && c.version == other.version {
			return &LoadError{Line: 1, Entry: "version " + c.version, Problem: "there is another file of " + c.id + " with this version"}
		}
		if !c.validity.overlaps(other.validity) {
			continue
		}
		if c.id == other.id {
			return &LoadError{Line: max(c.validity.line, 1), Entry: "validity", Problem: "overlaps that of version " + other.version}
		}
		for _, mine := range c.claims {
			if other.claimed(mine.kind, mine.unit) {
				return &LoadError{Line: mine.line, Entry: "for " + string(mine.kind) + " " + mine.unit, Problem: "is served by " + other.id + " on the same days"}
			}
		}
	}
	return nil
}

func (c *Calendar) claimed(kind claimKind, unit string) bool {
	return slices.ContainsFunc(c.claims, func(own claim) bool { return own.kind == kind && own.unit == unit })
}

// ForAuthority is the calendar that serves an authority on t's day. One that
// serves H26 serves H26.12.03 too, unless another is nearer. The error is
// ErrNoCalendar.
func (b *Book) ForAuthority(id string, t time.Time) (*Calendar, error) {
	for unit := id; unit != ""; {
		if c := b.serving(byAuthority, unit, t); c != nil {
			return c, nil
		}
		i := strings.LastIndexByte(unit, '.')
		unit = unit[:max(i, 0)]
	}
	return nil, noCalendar("authority "+id, t)
}

// ForOffice is the calendar that serves an agent office on t's day: its own, or
// its network's. The error is ErrNoCalendar.
func (b *Book) ForOffice(office, network string, t time.Time) (*Calendar, error) {
	if c := b.serving(byOffice, office, t); c != nil {
		return c, nil
	}
	if c := b.serving(byNetwork, network, t); c != nil {
		return c, nil
	}
	return nil, noCalendar("office "+office+" of network "+network, t)
}

func (b *Book) serving(kind claimKind, unit string, t time.Time) *Calendar {
	day, _ := split(t)
	for _, c := range b.calendars {
		if c.claimed(kind, unit) && c.validity.on(day) {
			return c
		}
	}
	return nil
}

func noCalendar(unit string, t time.Time) error {
	return fmt.Errorf("calendar: %s on %s: %w", unit, t.In(ict).Format(time.DateOnly), ErrNoCalendar)
}

// Find is a version of a calendar, such as the one that a dossier has kept.
func (b *Book) Find(id, version string) (*Calendar, bool) {
	for _, c := range b.calendars {
		if c.id == id && c.version == version {
			return c, true
		}
	}
	return nil, false
}

// All lists the calendars by id and validity.
func (b *Book) All() []*Calendar { return slices.Clone(b.calendars) }

// Files are the files the book was made of, to be kept as they are.
func (b *Book) Files() []File {
	files := make([]File, 0, len(b.files))
	for _, f := range b.files {
		files = append(files, File{f.Name, slices.Clone(f.Data)})
	}
	return files
}
