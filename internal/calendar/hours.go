package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// halfDay is one stretch of office hours as clock times from midnight: open
// from the first, closed from the second. The zero half-day is never open.
type halfDay struct{ opens, closes time.Duration }

// hours are a working day's two half-days, of which one may be missing.
type hours struct {
	morning, afternoon halfDay
	source             string
	line               int // in the file, for complaints
}

// parseHalfDay reads "08:00-12:00".
func parseHalfDay(s string) (halfDay, error) {
	from, to, found := strings.Cut(s, "-")
	if !found {
		return halfDay{}, fmt.Errorf("half-day %q is not written like 08:00-12:00", s)
	}
	opens, err := ParseClock(from)
	if err != nil {
		return halfDay{}, err
	}
	closes, err := ParseClock(to)
	if err != nil {
		return halfDay{}, err
	}
	if closes <= opens {
		return halfDay{}, fmt.Errorf("half-day %q closes before it has opened", s)
	}
	return halfDay{time.Duration(opens), time.Duration(closes)}, nil
}

// check refuses half-days out of order, and a day without any.
func (h hours) check() error {
	switch {
	case h.length() == 0:
		return errors.New("neither morning nor afternoon is given")
	case h.morning.there() && h.afternoon.there() && h.afternoon.opens < h.morning.closes:
		return errors.New("the afternoon opens before the morning has closed")
	}
	return nil
}

// length is the office time of a whole working day.
func (h hours) length() time.Duration {
	return h.morning.length() + h.afternoon.length()
}

// opening is the clock time at which the working day begins.
func (h hours) opening() time.Duration {
	if h.morning.there() {
		return h.morning.opens
	}
	return h.afternoon.opens
}

// closing is the clock time at which the working day ends.
func (h hours) closing() time.Duration { return max(h.morning.closes, h.afternoon.closes) }

// worked is the office time that has passed by a clock time.
func (h hours) worked(clock time.Duration) time.Duration {
	return h.morning.worked(clock) + h.afternoon.worked(clock)
}

// clockAfter is the clock time at which that much office time has passed; it is
// more than none. Four hours that fill the morning end at noon, not when the
// afternoon opens: a term ends as soon as it has been used up.
func (h hours) clockAfter(worked time.Duration) time.Duration {
	if worked <= h.morning.length() {
		return h.morning.opens + worked
	}
	return h.afternoon.opens + worked - h.morning.length()
}

// nextOpen is the first clock time, not before the given one, at which the
// office is open on a working day; false after closing time.
func (h hours) nextOpen(clock time.Duration) (time.Duration, bool) {
	for _, half := range [...]halfDay{h.morning, h.afternoon} {
		if half.there() && clock < half.closes {
			return max(clock, half.opens), true
		}
	}
	return 0, false
}

func (h halfDay) there() bool { return h.closes > 0 }

func (h halfDay) length() time.Duration { return h.closes - h.opens }

func (h halfDay) worked(clock time.Duration) time.Duration {
	return min(max(clock-h.opens, 0), h.length())
}
