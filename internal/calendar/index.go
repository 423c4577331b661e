package calendar

import (
	"slices"
	"time"
)

// index works the days out once, at load: which are worked, how many lie before
// each, and how much office time has passed by the end of each. Weekly rest
// gives way to make-up days, all else to days off.
func (c *Calendar) index() {
	c.first = newDate(c.years[0].number, time.January, 1)
	end := newDate(c.years[len(c.years)-1].number+1, time.January, 1)
	c.special = make([]*special, end-c.first)
	for i := range c.years {
		c.mark(c.years[i].daysOff, false)
		c.mark(c.years[i].makeups, true)
	}
	var opened time.Duration
	for d := c.first; d < end; d++ {
		c.before = append(c.before, len(c.working))
		if c.plans(d) {
			opened += c.hoursOn(d).length()
			c.working, c.opened = append(c.working, d), append(c.opened, opened)
		}
	}
	c.before = append(c.before, len(c.working))
}

func (c *Calendar) mark(days []special, worked bool) {
	for i := range days {
		days[i].worked = worked
		c.special[days[i].day-c.first] = &days[i]
	}
}

// plans says whether a day of the calendar's is to be worked.
func (c *Calendar) plans(d date) bool {
	if s := c.special[d-c.first]; s != nil {
		return s.worked
	}
	return !c.rest[d.weekday()]
}

// hoursOn are the office hours of a working day: a make-up day stands for a
// usual one, whatever its weekday.
func (c *Calendar) hoursOn(d date) *hours {
	if c.rest[d.weekday()] || c.week[d.weekday()] == nil {
		return &c.hours
	}
	return c.week[d.weekday()]
}

// end is the first day after the calendar's reach.
func (c *Calendar) end() date { return c.first + date(len(c.before)-1) }

// covers says whether the calendar knows about the day.
func (c *Calendar) covers(d date) bool { return c.first <= d && d < c.end() }

// works says whether the day is a known working day.
func (c *Calendar) works(d date) bool {
	return c.covers(d) && c.before[d-c.first+1] > c.before[d-c.first]
}

// step is the n-th working day after d, or before it when n is negative; d
// itself when n is 0.
func (c *Calendar) step(d date, n int) (date, error) {
	if !c.covers(d) {
		return 0, c.outOfReach(d)
	}
	earlier, upTo := c.before[d-c.first], c.before[d-c.first+1]
	switch {
	case n == 0:
		return d, nil
	case n > len(c.working)-upTo:
		return 0, c.outOfReach(c.end())
	case n < -earlier:
		return 0, c.outOfReach(c.first - 1)
	case n > 0:
		return c.working[upTo+n-1], nil
	default:
		return c.working[earlier+n], nil
	}
}

// roll is d when it is worked, or else the next working day (Civil Code 2015
// Art 148(5)).
func (c *Calendar) roll(d date) (date, error) {
	if c.works(d) {
		return d, nil
	}
	return c.step(d, 1)
}

// between counts the working days after one day up to a later one; both are the
// calendar's.
func (c *Calendar) between(from, to date) int {
	return c.before[to-c.first+1] - c.before[from-c.first+1]
}

// openedBy is the office time that has passed from the calendar's beginning to a
// clock time of one of its days.
func (c *Calendar) openedBy(d date, clock time.Duration) time.Duration {
	var opened time.Duration
	if earlier := c.before[d-c.first]; earlier > 0 {
		opened = c.opened[earlier-1]
	}
	if c.works(d) {
		opened += c.hoursOn(d).worked(clock)
	}
	return opened
}

// momentAfter is the first moment by which that much office time, more than
// none, has passed from the calendar's beginning.
func (c *Calendar) momentAfter(opened time.Duration) (date, time.Duration, error) {
	i, _ := slices.BinarySearch(c.opened, opened)
	if i == len(c.opened) {
		return 0, 0, c.outOfReach(c.end())
	}
	d := c.working[i]
	h := c.hoursOn(d)
	return d, h.clockAfter(opened - c.opened[i] + h.length()), nil
}

// nextOpen is the first moment, not before the given one, at which the office is
// open.
func (c *Calendar) nextOpen(d date, clock time.Duration) (date, time.Duration, error) {
	if c.works(d) {
		if opens, ok := c.hoursOn(d).nextOpen(clock); ok {
			return d, opens, nil
		}
	}
	next, err := c.step(d, 1)
	if err != nil {
		return 0, 0, err
	}
	return next, c.hoursOn(next).opening(), nil
}

func (c *Calendar) outOfReach(d date) error {
	return &ReachError{
		Calendar: c.id, Version: c.version,
		Day: d.at(0), From: c.first.at(0), To: (c.end() - 1).at(0),
	}
}
