package program

import (
	"context"
	"sync"
	"time"

	"hoso/internal/calendar"
	"hoso/internal/store"
)

// calendarsAge is how long a book that was read serves before it is asked whether
// another has been loaded. It is shorter than a relay leaves a stored command
// alone, so that a date which is to be counted anew is counted by the new book.
const calendarsAge = time.Second

// Calendars gives the calendars in force: those loaded into the register, or
// the built-in ones where none are. It is safe for concurrent use.
type Calendars struct {
	store *store.Store

	mu    sync.Mutex
	book  *calendar.Book
	stamp string
	asked time.Time
}

// NewCalendars reads from a register.
func NewCalendars(s *store.Store) *Calendars { return &Calendars{store: s} }

// Book gives the calendars in force.
func (c *Calendars) Book(ctx context.Context) (*calendar.Book, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.book != nil && time.Since(c.asked) < calendarsAge {
		return c.book, nil
	}
	stamp, err := c.store.CatalogueStamp(ctx)
	if err != nil {
		return nil, err
	}
	if c.book == nil || stamp != c.stamp {
		if c.book, err = readBook(ctx, c.store); err != nil {
			return nil, err
		}
	}
	c.stamp, c.asked = stamp, time.Now()
	return c.book, nil
}

// readBook makes a book of the register's calendar files.
func readBook(ctx context.Context, s *store.Store) (*calendar.Book, error) {
	files, err := s.Calendars(ctx)
	if err != nil || len(files) == 0 {
		return calendar.DefaultBook(), err
	}
	return calendar.NewBook(named(files)...)
}

func named(files []store.CalendarFile) []calendar.File {
	out := make([]calendar.File, len(files))
	for i, f := range files {
		out[i] = calendar.File{Name: f.ID + "-" + f.From + ".json", Data: []byte(f.Body)}
	}
	return out
}
