package calendar

import "time"

// index works the days out once, at load: which are worked, and how many lie
// before each. Weekly rest gives way to make-up days, all else to days off.
func (c *Calendar) index() {
	worked := make(map[date]bool)
	for _, y := range c.years {
		for _, off := range y.daysOff {
			worked[off.day] = false
		}
		for _, makeup := range y.makeups {
			worked[makeup.day] = true
		}
	}
	c.first = newDate(c.years[0].number, time.January, 1)
	end := newDate(c.years[len(c.years)-1].number+1, time.January, 1)
	for d := c.first; d < end; d++ {
		c.before = append(c.before, len(c.working))
		works, special := worked[d]
		if !special {
			works = !c.rest[d.weekday()]
		}
		if works {
			c.working = append(c.working, d)
		}
	}
	c.before = append(c.before, len(c.working))
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

func (c *Calendar) outOfReach(d date) error {
	return &ReachError{
		Calendar: c.id, Version: c.version,
		Day: d.at(0), From: c.first.at(0), To: (c.end() - 1).at(0),
	}
}
