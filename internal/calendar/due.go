package calendar

import "time"

// Due is the moment by which an authority must answer a dossier it validly
// received at the given moment: the closing time of the term's last day, or for
// a term in hours the moment its office time is used up (Civil Code 2015
// Art 147, 148). The package documentation lists the rules.
//
// Received may be in any zone; the answer is at UTC+7. The error is a
// *TermError or a *ReachError.
func (c *Calendar) Due(received time.Time, t Term) (time.Time, error) {
	return c.DueAfter(received, t)
}

// DueAfter is Due with the clock standing still during the pauses, which are in
// order; see [Pause] for what each is worth. The error may also be a
// *PauseError. [Calendar.Derive] says in addition why.
func (c *Calendar) DueAfter(received time.Time, t Term, pauses ...Pause) (time.Time, error) {
	r := run{c: c, received: received, term: t}
	err := r.count(pauses)
	if err != nil {
		return time.Time{}, err
	}
	return r.due, nil
}

// run is one term on its way from reception to its due date.
type run struct {
	c        *Calendar
	received time.Time
	term     Term

	start date          // the day of reception
	clock time.Duration // the time on it

	end  date          // the term's last day before it gives way to a working day
	last date          // the working day it ends on
	used time.Duration // in hours: the calendar's office time at the end
	due  time.Time

	// explained has what follows kept, for the derivation.
	explained bool
	stops     []stop
	rolls     [][2]date // last days that gave way, with the days they gave way to
}

// count finds the due date.
func (r *run) count(pauses []Pause) error {
	err := r.c.check(r.term)
	if err != nil {
		return err
	}
	r.start, r.clock = split(r.received)
	if !r.c.covers(r.start) {
		return r.c.outOfReach(r.start)
	}
	err = inOrder(r.received, pauses)
	if err != nil {
		return err
	}
	if r.term.Unit == Hour {
		return r.countHours(pauses)
	}
	return r.countDays(pauses)
}

// countHours starts with what the office had been open by the moment of
// reception, so that a moment outside office hours needs no case of its own.
func (r *run) countHours(pauses []Pause) error {
	r.used = r.c.openedBy(r.start, r.clock) + time.Duration(r.term.N)*time.Hour
	for _, p := range pauses {
		s, err := r.c.stop(p)
		if err != nil {
			return err
		}
		s.late = s.openedFrom >= r.used
		if !s.late {
			r.used += s.openedTo - s.openedFrom
		}
		r.keep(s)
	}
	last, clock, err := r.c.momentAfter(r.used)
	if err != nil {
		return err
	}
	r.last, r.due = last, last.at(clock)
	return nil
}

// countDays finds the last day, and moves it on by each pause that began before
// it was over.
func (r *run) countDays(pauses []Pause) error {
	err := r.lastDay()
	if err != nil {
		return err
	}
	for _, p := range pauses {
		s, err := r.c.stop(p)
		if err != nil {
			return err
		}
		s.late = s.from > r.last
		if !s.late {
			err = r.moveOn(&s)
		}
		if err != nil {
			return err
		}
		r.keep(s)
	}
	r.due = r.last.at(r.c.hoursOn(r.last).closing())
	return nil
}

// lastDay is the working day on which a term counted in days or months ends.
func (r *run) lastDay() (err error) {
	switch r.term.Unit {
	case WorkingDay:
		r.end, err = r.c.step(r.start, r.term.N)
	case Day:
		r.end = r.start + date(r.term.N)
	case Month:
		r.end = r.start.addMonths(r.term.N)
	case SameDay:
		r.end = r.start
		if !r.c.sameDayStill(r.start, r.clock) {
			r.end, err = r.c.step(r.start, 1)
		}
	}
	if err != nil {
		return err
	}
	return r.roll()
}

// sameDayStill says whether a same-day dossier is due on the day of reception
// itself. "After 15 o'clock" means that 15:00 sharp is in time; and an office
// that closes earlier cannot be due in its own past.
func (c *Calendar) sameDayStill(d date, clock time.Duration) bool {
	return c.works(d) && clock <= time.Duration(c.sameDay.until) && clock < c.hoursOn(d).closing()
}

// moveOn moves the last day on by what a pause is worth. Days run over rest, so
// a last day that had given way to the very day of the pause has moved there
// for good: without that the term would end before the pause does.
func (r *run) moveOn(s *stop) (err error) {
	if r.term.Unit == Day || r.term.Unit == Month {
		s.days = int(s.to - s.from)
		r.end = max(r.end, s.from) + date(s.days)
	} else {
		s.days = r.c.between(s.from, s.to)
		r.end, err = r.c.step(r.last, s.days)
	}
	if err != nil {
		return err
	}
	return r.roll()
}

// roll ends the term on a working day.
func (r *run) roll() (err error) {
	r.last, err = r.c.roll(r.end)
	if err == nil && r.explained && r.last != r.end {
		r.rolls = append(r.rolls, [2]date{r.end, r.last})
	}
	return err
}

func (r *run) keep(s stop) {
	if r.explained {
		r.stops = append(r.stops, s)
	}
}
