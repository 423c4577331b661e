package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Years a calendar may speak about. The bounds catch slips of the keyboard, and
// they keep days clear of 1970, before which date has no weekdays.
const (
	earliestYear = 2000
	latestYear   = 2199
)

// checkWeek refuses a week without work, and hours of days without any.
func (c *Calendar) checkWeek() error {
	if !slices.Contains(c.rest[:], false) {
		return &LoadError{Entry: "weekly_rest", Problem: "leaves no day to work"}
	}
	for day, h := range c.week {
		if h != nil && c.rest[day] {
			return &LoadError{Line: h.line, Entry: "hours " + strings.ToLower(time.Weekday(day).String()), Problem: "is weekly rest"}
		}
	}
	return nil
}

// compute adds the years without an official plan.
func (c *Calendar) compute(rules holidayRules) error {
	if rules.line == 0 {
		return nil
	}
	if rules.from < earliestYear || rules.through > latestYear || rules.through < rules.from {
		return &LoadError{Line: rules.line, Entry: fmt.Sprintf("rules %d to %d", rules.from, rules.through),
			Problem: fmt.Sprintf("not years in order between %d and %d", earliestYear, latestYear)}
	}
	c.years = append(c.years, rules.years(c.rest)...)
	return nil
}

// checkYears refuses what contradicts itself: days outside their year, days
// given twice, make-up days on days that are worked anyway or for days that are.
func (c *Calendar) checkYears() error {
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
			case s.makes != 0 && (!list.makeups || !c.off(s.makes)):
				problem = "makes up for " + s.makes.String() + ", which is no day off"
			}
			if problem != "" {
				return &LoadError{Line: s.line, Entry: list.name + " " + s.day.String(), Problem: problem}
			}
			seen[s.day] = true
		}
	}
	return nil
}

// off says whether a plan names the day as a day off.
func (c *Calendar) off(d date) bool {
	for _, y := range c.years {
		if slices.ContainsFunc(y.daysOff, func(s special) bool { return s.day == d }) {
			return true
		}
	}
	return false
}
