package calendar

import "time"

// sameDayUntil is the last clock time at which a same-day dossier is still due
// the same day. The law says "after 15 o'clock", so 15:00 sharp is in time
// (Luật Hộ tịch 2014 Art 5(3); NĐ 23/2015/NĐ-CP Art 7).
const sameDayUntil = 15 * time.Hour

// Due is the moment by which an authority must answer a dossier it validly
// received at the given moment: the closing time of the term's last day, or for
// a term in hours the moment its office time is used up (Civil Code 2015
// Art 147, 148). The package documentation lists the rules.
//
// Received may be in any zone; the answer is at UTC+7. The error is a
// *TermError or a *ReachError.
func (c *Calendar) Due(received time.Time, t Term) (time.Time, error) {
	err := c.check(t)
	if err != nil {
		return time.Time{}, err
	}
	start, clock := split(received)
	if !c.covers(start) {
		return time.Time{}, c.outOfReach(start)
	}
	if t.Unit == Hour {
		return c.afterHours(start, clock, t.N)
	}
	last, err := c.lastDay(start, clock, t)
	if err != nil {
		return time.Time{}, err
	}
	return last.at(c.hours.closing()), nil
}

// lastDay is the working day on which a term counted in days or months ends.
func (c *Calendar) lastDay(start date, clock time.Duration, t Term) (date, error) {
	switch t.Unit {
	case WorkingDay:
		return c.step(start, t.N)
	case Day:
		return c.roll(start + date(t.N))
	case Month:
		return c.roll(start.addMonths(t.N))
	case SameDay:
		// An office that closes before 15:00 cannot be due in its own past.
		if c.works(start) && clock <= sameDayUntil && clock < c.hours.closing() {
			return start, nil
		}
		return c.step(start, 1)
	default:
		return 0, &TermError{Term: t, Err: ErrUnknownUnit}
	}
}

// afterHours is the moment at which n hours of office time have passed. It
// counts them from the opening of the day of reception, adding what had already
// passed there, so that a moment outside office hours needs no case of its own.
func (c *Calendar) afterHours(start date, clock time.Duration, n int) (time.Time, error) {
	var passed time.Duration
	first, err := c.roll(start)
	if err != nil {
		return time.Time{}, err
	}
	if first == start {
		passed = c.hours.worked(clock)
	}
	total := passed + time.Duration(n)*time.Hour
	// Less one, so that a term that fills a day ends on it, at closing time.
	wholeDays := (total - 1) / c.hours.length()
	last, err := c.step(first, int(wholeDays))
	if err != nil {
		return time.Time{}, err
	}
	return last.at(c.hours.clockAfter(total - wholeDays*c.hours.length())), nil
}
