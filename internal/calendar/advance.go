package calendar

import "time"

// AfterOfficeTime is the moment at which so much office time has passed since
// from. A moment outside office hours counts from the next opening. The error is
// a *ReachError.
func (c *Calendar) AfterOfficeTime(from time.Time, passed time.Duration) (time.Time, error) {
	day, clock, err := c.nextOpen(split(from))
	if err != nil {
		return time.Time{}, err
	}
	day, clock, err = c.momentAfter(c.openedBy(day, clock) + passed)
	if err != nil {
		return time.Time{}, err
	}
	return day.at(clock), nil
}

// Shift is where pauses move a due date that somebody has named: by the working
// days within each, as in a term of working days, at the same time of day. The
// pauses are taken in order; one that began after the date changes nothing.
func (c *Calendar) Shift(due time.Time, pauses ...Pause) (time.Time, error) {
	for _, p := range pauses {
		s, err := c.stop(p)
		if err != nil {
			return time.Time{}, err
		}
		if !p.From.Before(due) {
			continue
		}
		day, clock := split(due)
		day, err = c.step(day, c.between(s.from, s.to))
		if err != nil {
			return time.Time{}, err
		}
		due = day.at(clock)
	}
	return due, nil
}
