package calendar

import "time"

// Unit is what a term is counted in.
type Unit string

// The units in which procedures state their terms. The package documentation
// says how each is counted, and by which law.
const (
	// Hour is an hour of office time (Civil Code 2015 Art 147(1)).
	Hour Unit = "hour"
	// WorkingDay is a day on which the authority works (Art 147(2)).
	WorkingDay Unit = "working_day"
	// Day is a day like any other, worked or not (Art 147(2), 148(1), 148(5)).
	Day Unit = "day"
	// Month runs to the same date of a later month (Art 148(3), 148(5)).
	Month Unit = "month"
	// SameDay is the day of reception, or the next working day after the clock
	// time that the calendar names: 15:00 (Luật Hộ tịch 2014 Art 5(3);
	// NĐ 23/2015/NĐ-CP Art 7). Its N is always 1.
	SameDay Unit = "same_day"
)

// Term is how long an authority has: three working days, eight hours.
type Term struct {
	// N is the number of units, at least 1.
	N int `json:"n"`
	// Unit is what N counts.
	Unit Unit `json:"unit"`
}

// Ten years are the longest term taken seriously: no procedure comes near, and
// what does is a slip of the keyboard. In leap-year-rich decades they have
// 3,653 days, which touch 522 weeks.
const (
	longestMonths = 10 * 12
	longestDays   = 3653
	longestWeeks  = 522
)

// check refuses a term that no procedure can mean.
func (c *Calendar) check(t Term) error {
	longest, known := c.longest(t.Unit)
	switch {
	case !known:
		return &TermError{Term: t, Err: ErrUnknownUnit}
	case t.N < 1:
		return &TermError{Term: t, Err: ErrNotPositive}
	case t.N > longest:
		return &TermError{Term: t, Longest: longest, Err: ErrTooLong}
	}
	return nil
}

// longest is the greatest N that can lie within ten years; for working time
// that depends on how much of a week the authority works.
func (c *Calendar) longest(u Unit) (n int, known bool) {
	switch u {
	case Hour:
		return int(longestWeeks * c.hoursPerWeek() / time.Hour), true
	case WorkingDay:
		return longestWeeks * c.daysPerWeek(), true
	case Day:
		return longestDays, true
	case Month:
		return longestMonths, true
	case SameDay:
		return 1, true
	default:
		return 0, false
	}
}

// daysPerWeek counts the days of a week that are not weekly rest.
func (c *Calendar) daysPerWeek() int {
	days := 0
	for _, rests := range c.rest {
		if !rests {
			days++
		}
	}
	return days
}

// hoursPerWeek is the office time of a week without days off.
func (c *Calendar) hoursPerWeek() time.Duration {
	var open time.Duration
	for day, rests := range c.rest {
		switch {
		case rests:
		case c.week[day] != nil:
			open += c.week[day].length()
		default:
			open += c.hours.length()
		}
	}
	return open
}
