package calendar

import (
	"fmt"
	"slices"
)

// Years a calendar may speak about. The bounds catch slips of the keyboard, and
// they keep days clear of 1970, before which date has no weekdays.
const (
	earliestYear = 2000
	latestYear   = 2199
)

// checkYears refuses what contradicts itself: days outside their year, days
// given twice, make-up days on days that are worked anyway.
func (c *Calendar) checkYears() error {
	if !slices.Contains(c.rest[:], false) {
		return &LoadError{Entry: "weekly_rest", Problem: "leaves no day to work"}
	}
	if len(c.years) == 0 {
		return &LoadError{Entry: "years", Problem: "there are none"}
	}
	for i, y := range c.years {
		entry := fmt.Sprintf("years %d", y.number)
		if y.number < earliestYear || y.number > latestYear {
			return &LoadError{Line: y.line, Entry: entry, Problem: fmt.Sprintf("not between %d and %d", earliestYear, latestYear)}
		}
		if i > 0 && y.number != c.years[i-1].number+1 {
			return &LoadError{Line: y.line, Entry: entry, Problem: fmt.Sprintf("does not follow %d", c.years[i-1].number)}
		}
		err := c.checkDays(y)
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Calendar) checkDays(y year) error {
	seen := make(map[date]bool)
	for _, list := range []struct {
		name    string
		days    []special
		makeups bool
	}{{"days_off", y.daysOff, false}, {"makeup_days", y.makeups, true}} {
		for _, s := range list.days {
			problem := ""
			switch {
			case s.day.year() != y.number:
				problem = fmt.Sprintf("not in %d", y.number)
			case seen[s.day]:
				problem = "given twice"
			case list.makeups && !c.rest[s.day.weekday()]:
				problem = "is worked already: " + s.day.weekday().String() + " is not weekly rest"
			}
			if problem != "" {
				return &LoadError{Line: s.line, Entry: list.name + " " + s.day.String(), Problem: problem}
			}
			seen[s.day] = true
		}
	}
	return nil
}
