package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// halfDay is one stretch of office hours as clock times from midnight: open
// from the first, closed from the second.
type halfDay struct{ opens, closes time.Duration }

// hours are a working day's two half-days.
type hours struct {
	morning, afternoon halfDay
	source             string
}

// parseHalfDay reads "08:00-12:00".
func parseHalfDay(s string) (halfDay, error) {
	from, to, found := strings.Cut(s, "-")
	if !found {
		return halfDay{}, fmt.Errorf("half-day %q is not written like 08:00-12:00", s)
	}
	opens, err := parseClock(from)
	if err != nil {
		return halfDay{}, err
	}
	closes, err := parseClock(to)
	if err != nil {
		return halfDay{}, err
	}
	if closes <= opens {
		return halfDay{}, fmt.Errorf("half-day %q closes before it has opened", s)
	}
	return halfDay{opens, closes}, nil
}

// parseClock reads "08:00". The length is checked because time.Parse would
// also take "8:00" and fractions of a minute.
func parseClock(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("clock time %q is not written like 08:00", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// check refuses half-days out of order.
func (h hours) check() error {
	if h.afternoon.opens < h.morning.closes {
		return errors.New("the afternoon opens before the morning has closed")
	}
	return nil
}

// length is the office time of a whole working day.
func (h hours) length() time.Duration {
	return h.morning.length() + h.afternoon.length()
}

// closing is the clock time at which the working day ends.
func (h hours) closing() time.Duration { return h.afternoon.closes }

// worked is the office time that has passed by a clock time.
func (h hours) worked(clock time.Duration) time.Duration {
	return h.morning.worked(clock) + h.afternoon.worked(clock)
}

// clockAfter is the clock time at which that much office time has passed. Four
// hours that fill the morning end at noon, not when the afternoon opens: a term
// ends as soon as it has been used up.
func (h hours) clockAfter(worked time.Duration) time.Duration {
	if worked <= h.morning.length() {
		return h.morning.opens + worked
	}
	return h.afternoon.opens + worked - h.morning.length()
}

// nextOpen is the first clock time, not before the given one, at which the
// office is open on a working day; false after closing time.
func (h hours) nextOpen(clock time.Duration) (time.Duration, bool) {
	for _, half := range []halfDay{h.morning, h.afternoon} {
		if clock < half.closes {
			return max(clock, half.opens), true
		}
	}
	return 0, false
}

func (h halfDay) length() time.Duration { return h.closes - h.opens }

func (h halfDay) worked(clock time.Duration) time.Duration {
	return min(max(clock-h.opens, 0), h.length())
}
