package program

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"hoso/internal/calendar"
	"hoso/internal/store"
)

// CalendarFaults are the faults of calendar files, the first one of each file.
type CalendarFaults []*calendar.LoadError

// Error counts them; each is for its own line.
func (f CalendarFaults) Error() string { return fmt.Sprintf("%d faults in the calendar files", len(f)) }

// CalendarBook reads the calendars in force: those loaded into the register, or
// the built-in ones where none are.
func CalendarBook(ctx context.Context, s *store.Store) (*calendar.Book, error) {
	return readBook(ctx, s)
}

// LoadCalendars brings files into force beside those that are. A file takes the
// place of the one with its id and first day. All of them are held against one
// another first: with a fault, which is a CalendarFaults, everything stays as it
// is. It answers how many calendars are new or changed.
func LoadCalendars(ctx context.Context, s *store.Store, files []calendar.File) (changed int, err error) {
	book, err := readBook(ctx, s)
	if err != nil {
		return 0, err
	}
	all, faults := merge(book, files)
	faults = append(faults, calendar.CheckBook(all...)...)
	if len(faults) > 0 {
		return 0, faults
	}
	var rows []store.CalendarFile
	for _, f := range all {
		row, err := rowOf(f)
		if err != nil {
			return 0, err
		}
		if !holds(book, f) {
			changed++
		}
		rows = append(rows, row)
	}
	_, err = s.SaveCalendars(ctx, rows) // the built-in ones too, the first time
	return changed, err
}

// merge puts files in the place of those in force. A version names one content
// for good: dossiers keep it to explain their dates by.
func merge(book *calendar.Book, files []calendar.File) (all []calendar.File, faults CalendarFaults) {
	replaced := map[[2]string]bool{}
	for _, f := range files {
		c, err := calendar.Load(bytes.NewReader(f.Data))
		if err != nil {
			continue // told by CheckBook
		}
		from, _ := c.Validity()
		replaced[[2]string{c.ID(), from}] = true
		if _, there := book.Find(c.ID(), c.Version()); there && !holds(book, f) {
			faults = append(faults, &calendar.LoadError{File: f.Name, Line: 1, Entry: "version " + c.Version(),
				Problem: "is in force with another content; what has changed needs a version of its own"})
		}
	}
	for _, f := range book.Files() {
		c, err := calendar.Load(bytes.NewReader(f.Data))
		if err != nil {
			continue // it was loaded into the book before
		}
		if from, _ := c.Validity(); !replaced[[2]string{c.ID(), from}] {
			all = append(all, calendar.File{Name: "in force: " + f.Name, Data: f.Data})
		}
	}
	return append(all, files...), faults
}

func holds(book *calendar.Book, f calendar.File) bool {
	return slices.ContainsFunc(book.Files(), func(b calendar.File) bool { return bytes.Equal(b.Data, f.Data) })
}

func rowOf(f calendar.File) (store.CalendarFile, error) {
	c, err := calendar.Load(bytes.NewReader(f.Data))
	if err != nil {
		return store.CalendarFile{}, err
	}
	from, to := c.Validity()
	return store.CalendarFile{ID: c.ID(), Version: c.Version(), From: from, To: to, Body: string(f.Data)}, nil
}
