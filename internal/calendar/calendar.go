package calendar

import "time"

// Calendar is one authority's working time over a run of whole years, in one
// version. It comes from [Load] or [Default] and never changes.
type Calendar struct {
	id, version, source string
	validity            validity
	claims              []claim // which units it serves

	hours      hours     // of a usual working day
	week       [7]*hours // of weekdays with hours of their own, by time.Weekday
	rest       [7]bool   // weekly rest, by time.Weekday
	restSource string
	sameDay    sameDay
	years      []year // as published or computed, in order and without gaps

	// Derived by index, so that no count ever walks the days one by one.
	first   date            // 1 January of the first year
	special []*special      // by day; nil where the weekly rhythm holds
	before  []int           // before[i]: working days before the i-th day; one more than there are days
	working []date          // the working days in order
	opened  []time.Duration // opened[i]: office time from the beginning to the end of working[i]
}

// sameDay is the last clock time at which a same-day dossier is still due on the
// day itself.
type sameDay struct {
	until  Clock
	source string
}

// year is what a plan of holidays says about one year.
type year struct {
	number   int
	computed bool
	source   string
	daysOff  []special
	makeups  []special
	line     int // in the file, for complaints
}

// special is a day on which the weekly rhythm does not hold.
type special struct {
	day    date
	name   string // in Vietnamese
	nameEN string // may be empty
	source string
	makes  date // on a make-up day, the day off it makes up for; 0 where none is named
	worked bool // a make-up day
	line   int  // in the file, for complaints
}

// ID names the calendar, whatever its version.
func (c *Calendar) ID() string { return c.id }

// Version names the edition of the calendar. A dossier keeps it, so that its
// due date can be explained after the calendar has changed.
func (c *Calendar) Version() string { return c.version }

// Source is what the calendar as a whole rests on; each day in it has its own.
func (c *Calendar) Source() string { return c.source }

// Validity is the first day on which the calendar holds and the first on which it
// no longer does, written 2025-01-01; "" where there is no such day.
func (c *Calendar) Validity() (from, to string) {
	if c.validity.from != 0 {
		from = c.validity.from.String()
	}
	if c.validity.to != 0 {
		to = c.validity.to.String()
	}
	return from, to
}

// Serves names the units for which the calendar holds, as its file does:
// authorities (with all below them), networks, offices.
func (c *Calendar) Serves() (authorities, networks, offices []string) {
	for _, own := range c.claims {
		switch own.kind {
		case byAuthority:
			authorities = append(authorities, own.unit)
		case byNetwork:
			networks = append(networks, own.unit)
		case byOffice:
			offices = append(offices, own.unit)
		}
	}
	return authorities, networks, offices
}

// Reach is the first and the last day that the calendar knows.
func (c *Calendar) Reach() (first, last time.Time) { return c.first.at(0), (c.end() - 1).at(0) }

// Computed says whether the holidays of t's year were worked out from the
// Labour Code 2019 (Art 111(3), 112) because no official plan was published
// yet. Due dates in such a year may still move.
func (c *Calendar) Computed(t time.Time) bool {
	d, _ := split(t)
	return c.covers(d) && c.years[d.year()-c.years[0].number].computed
}

// WorkingDay says whether the authority works on t's day: neither weekly rest
// nor a day off (Labour Code 2019 Art 111, 112), or a make-up day. A day the
// calendar does not cover is not known to be worked: false.
func (c *Calendar) WorkingDay(t time.Time) bool {
	d, _ := split(t)
	return c.works(d)
}

// NextOpening is the first moment, t itself or later, at which the office is
// open. It is the zero time when t, or that moment, is out of the calendar's
// reach.
func (c *Calendar) NextOpening(t time.Time) time.Time {
	d, clock, err := c.nextOpen(split(t))
	if err != nil {
		return time.Time{}
	}
	return d.at(clock)
}

// AddWorkingDays is midnight at the start of the n-th working day after day,
// which itself is not counted (Civil Code 2015 Art 147(2)). A negative n counts
// backwards, 0 stays on the day, worked or not. The error is a *ReachError.
func (c *Calendar) AddWorkingDays(day time.Time, n int) (time.Time, error) {
	d, _ := split(day)
	last, err := c.step(d, n)
	if err != nil {
		return time.Time{}, err
	}
	return last.at(0), nil
}
