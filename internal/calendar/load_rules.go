package calendar

import (
	"fmt"
	"strings"
	"time"
)

// rules reads the holidays by which years without a plan are computed.
func (r *reader) rules(h *holidayRules) error {
	return r.object(map[string]func() error{
		"from": func() error {
			h.line = r.line()
			return r.value(&h.from, "a year")()
		},
		"through":      r.value(&h.through, "a year"),
		"source":       r.text(&h.source),
		"compensation": r.text(&h.compensation),
		"holidays":     func() error { return r.array(func() error { return r.holiday(h) }) },
	})
}

func (r *reader) holiday(h *holidayRules) error {
	rule := holidayRule{line: r.line()}
	var solar, lunar string
	err := r.object(map[string]func() error{
		"name": func() error {
			rule.line = r.line()
			return r.text(&rule.name)()
		},
		"name_en":   r.text(&rule.nameEN),
		"date":      r.text(&solar),
		"lunar":     r.text(&lunar),
		"before":    r.value(&rule.before, "a number of days"),
		"after":     r.value(&rule.after, "a number of days"),
		"adjoining": r.value(&rule.adjoining, "true or false"),
		"validity":  func() error { return r.validity(&rule.validity) },
		"source":    r.text(&rule.source),
	}, "name_en", "date", "lunar", "before", "after", "adjoining", "validity")
	if err != nil {
		return err
	}
	if problem := rule.read(solar, lunar); problem != "" {
		return &LoadError{Line: rule.line, Entry: "rules " + rule.name, Problem: problem}
	}
	if len(h.holidays) == maxHolidays {
		return &LoadError{Line: rule.line, Entry: "rules", Problem: fmt.Sprintf("more than %d holidays", maxHolidays)}
	}
	h.holidays = append(h.holidays, rule)
	return nil
}

// maxAround is more days than any holiday has before or after it; maxHolidays
// more holidays than any year has. Both keep a file from taking the program's
// time.
const (
	maxAround   = 10
	maxHolidays = 100
)

// read takes in the day of a rule and says what is wrong with it.
func (r *holidayRule) read(solar, lunar string) (problem string) {
	written := solar + lunar
	t, err := time.Parse("01-02", written)
	switch {
	case (solar == "") == (lunar == ""):
		return "has either date or lunar"
	case err != nil, t.Month() == time.February && t.Day() > 28 && lunar == "", t.Day() > 29 && lunar != "":
		return written + " is no day of every year, such as 04-30"
	case r.before < 0 || r.before > maxAround || r.after < 0 || r.after > maxAround:
		return "before and after are 0 to 10 days"
	}
	r.lunar, r.month, r.day = lunar != "", int(t.Month()), t.Day()
	return ""
}

// validity reads a span of days; without an end it is open.
func (r *reader) validity(v *validity) error {
	v.line = r.line()
	err := r.object(map[string]func() error{
		"from": r.day(&v.from),
		"to":   r.day(&v.to),
	}, "to")
	if err == nil && v.to != 0 && v.to <= v.from {
		return &LoadError{Line: v.line, Entry: "validity", Problem: "ends before it begins"}
	}
	return err
}

// day makes a field reader for a day.
func (r *reader) day(into *date) func() error {
	return func() error {
		var written string
		err := r.text(&written)()
		if err != nil {
			return err
		}
		*into, err = parseDate(written)
		if err != nil {
			return r.failf("%s: not a date, such as 2025-04-26", written)
		}
		return nil
	}
}

// claims reads which units a calendar serves.
func (r *reader) claims(c *Calendar) error {
	fields, names := map[string]func() error{}, []string{}
	for _, kind := range []claimKind{byAuthority, byNetwork, byOffice} {
		fields[string(kind)] = func() error { return r.array(func() error { return r.claim(c, kind) }) }
		names = append(names, string(kind))
	}
	return r.object(fields, names...)
}

func (r *reader) claim(c *Calendar, kind claimKind) error {
	claim := claim{kind: kind}
	err := r.text(&claim.unit)()
	if err != nil {
		return err
	}
	claim.line = r.line()
	if strings.HasPrefix(claim.unit, ".") || strings.HasSuffix(claim.unit, ".") || strings.ContainsAny(claim.unit, " \t\n") {
		return &LoadError{Line: claim.line, Entry: "for " + string(kind), Problem: "not the id of a unit"}
	}
	for _, other := range c.claims {
		if other.kind == kind && other.unit == claim.unit {
			return &LoadError{Line: claim.line, Entry: "for " + string(kind) + " " + claim.unit, Problem: "given twice"}
		}
	}
	c.claims = append(c.claims, claim)
	return nil
}
