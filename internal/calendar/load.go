package calendar

import (
	"io"
	"strings"
	"time"
)

// Load reads a calendar file, a JSON document of this shape:
//
//	{
//	  "id": "ha-noi", "version": "2026.2", "source": "…",
//	  "validity": {"from": "2025-01-01", "to": "2027-01-01"},
//	  "for": {"authorities": ["H26"], "networks": ["vnpost"], "offices": ["VNPHKI"]},
//	  "hours": {"morning": "08:00-12:00", "afternoon": "13:00-17:00", "source": "…",
//	    "days": {"saturday": {"morning": "08:00-11:30", "source": "…"}}},
//	  "weekly_rest": {"days": ["saturday", "sunday"], "source": "…"},
//	  "same_day": {"until": "15:00", "source": "…"},
//	  "years": [{
//	    "year": 2025, "computed": false, "source": "…",
//	    "days_off":    [{"date": "2025-05-02", "name": "…", "name_en": "…", "source": "…"}],
//	    "makeup_days": [{"date": "2025-04-26", "for": "2025-05-02", "name": "…", "source": "…"}]
//	  }],
//	  "rules": {
//	    "from": 2027, "through": 2035, "source": "…", "compensation": "…",
//	    "holidays": [
//	      {"name": "Tết Nguyên đán {can_chi}", "lunar": "01-01", "before": 1, "after": 3, "source": "…"},
//	      {"name": "Quốc khánh", "date": "09-02", "adjoining": true, "source": "…"},
//	      {"name": "…", "date": "11-24", "validity": {"from": "2026-07-01"}, "source": "…"}]
//	  }
//	}
//
// One half-day may be missing. A weekday of its own hours has them under days; a
// make-up day has the usual ones. The last day of a validity is the day before
// its to; without a to it is open. Validity, for, days, rules, computed, name_en
// and the for of a make-up day may be left out.
//
// The years have official plans and follow one another without a gap; after them
// come the years for which the rules give the days off. A rule's holiday has days
// off before and after it, and with adjoining one more on the side that makes the
// longer rest, the day before where both are equal. A holiday on weekly rest is
// made good on the next working day, by the source that compensation names
// (Labour Code 2019 Art 111(3)). In a plan such days are named one by one: a day
// off may fall on weekly rest, a make-up day must.
//
// Load is strict, for a calendar that is a little wrong makes thousands of due
// dates wrong: whatever it does not understand or finds contradictory is a
// *LoadError and no calendar.
func Load(r io.Reader) (*Calendar, error) {
	doc, err := newReader(r)
	if err != nil {
		return nil, err
	}
	c := &Calendar{}
	var rules holidayRules
	err = doc.object(map[string]func() error{
		"id":          doc.text(&c.id),
		"version":     doc.text(&c.version),
		"source":      doc.text(&c.source),
		"hours":       func() error { return doc.hours(c) },
		"weekly_rest": func() error { return doc.weeklyRest(c) },
		"same_day":    func() error { return doc.sameDay(&c.sameDay) },
		"years":       func() error { return doc.array(func() error { return doc.year(c) }) },
		"rules":       func() error { return doc.rules(&rules) },
		"validity":    func() error { return doc.validity(&c.validity) },
		"for":         func() error { return doc.claims(c) },
	}, "rules", "validity", "for")
	if err != nil {
		return nil, err
	}
	// Not before all is read: the years may stand before the weekly rest.
	err = c.checkWeek()
	if err == nil {
		err = c.compute(rules)
	}
	if err == nil {
		err = c.checkYears()
	}
	if err != nil {
		return nil, err
	}
	c.index()
	return c, nil
}

// hours reads office hours; with days, also those of weekdays that differ.
func (r *reader) hours(c *Calendar) error {
	return r.halves(&c.hours, "hours", map[string]func() error{
		"days": func() error { return r.weekdays(func(day time.Weekday) error { return r.weekdayHours(c, day) }) },
	})
}

func (r *reader) weekdayHours(c *Calendar, day time.Weekday) error {
	c.week[day] = &hours{line: r.line()}
	return r.halves(c.week[day], "hours "+strings.ToLower(day.String()), map[string]func() error{})
}

func (r *reader) halves(h *hours, entry string, fields map[string]func() error) error {
	fields["morning"] = func() error { return r.halfDay(&h.morning) }
	fields["afternoon"] = func() error { return r.halfDay(&h.afternoon) }
	fields["source"] = r.text(&h.source)
	err := r.object(fields, "morning", "afternoon", "days")
	if err != nil {
		return err
	}
	err = h.check()
	if err != nil {
		return &LoadError{Line: r.line(), Entry: entry, Problem: err.Error()}
	}
	return nil
}

// weekdays reads an object whose fields are days of the week.
func (r *reader) weekdays(each func(time.Weekday) error) error {
	fields, names := map[string]func() error{}, []string{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		name := strings.ToLower(d.String())
		fields[name], names = func() error { return each(d) }, append(names, name)
	}
	return r.object(fields, names...)
}

func (r *reader) sameDay(s *sameDay) error {
	var until string
	err := r.object(map[string]func() error{"until": r.text(&until), "source": r.text(&s.source)})
	if err != nil {
		return err
	}
	s.until, err = ParseClock(until)
	if err != nil {
		return &LoadError{Line: r.line(), Entry: "same_day", Problem: err.Error()}
	}
	return nil
}

func (r *reader) halfDay(into *halfDay) error {
	var s string
	err := r.text(&s)()
	if err != nil {
		return err
	}
	*into, err = parseHalfDay(s)
	if err != nil {
		return &LoadError{Line: r.line(), Entry: "hours", Problem: err.Error()}
	}
	return nil
}

func (r *reader) weeklyRest(c *Calendar) error {
	return r.object(map[string]func() error{
		"days":   func() error { return r.array(func() error { return r.restDay(c) }) },
		"source": r.text(&c.restSource),
	})
}

func (r *reader) restDay(c *Calendar) error {
	var name string
	err := r.text(&name)()
	if err != nil {
		return err
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name != strings.ToLower(d.String()) {
			continue
		}
		if c.rest[d] {
			return &LoadError{Line: r.line(), Entry: "weekly_rest " + name, Problem: "given twice"}
		}
		c.rest[d] = true
		return nil
	}
	return &LoadError{Line: r.line(), Entry: "weekly_rest " + name, Problem: "not a day of the week, such as sunday"}
}

func (r *reader) year(c *Calendar) error {
	var y year
	err := r.object(map[string]func() error{
		"year": func() error {
			y.line = r.line()
			return r.value(&y.number, "a year")()
		},
		"computed":    r.value(&y.computed, "true or false"),
		"source":      r.text(&y.source),
		"days_off":    func() error { return r.array(func() error { return r.special("days_off", &y.daysOff) }) },
		"makeup_days": func() error { return r.array(func() error { return r.special("makeup_days", &y.makeups) }) },
	}, "computed")
	c.years = append(c.years, y)
	return err
}

func (r *reader) special(list string, into *[]special) error {
	var s special
	var written, makes string
	err := r.object(map[string]func() error{
		"date": func() error {
			s.line = r.line()
			return r.text(&written)()
		},
		"name":    r.text(&s.name),
		"name_en": r.text(&s.nameEN),
		"source":  r.text(&s.source),
		"for":     r.text(&makes),
	}, "name_en", "for")
	if err != nil {
		return err
	}
	s.day, err = parseDate(written)
	if err == nil && makes != "" {
		s.makes, err = parseDate(makes)
		written = makes
	}
	if err != nil {
		return &LoadError{Line: s.line, Entry: list + " " + written, Problem: "not a date, such as 2025-04-26"}
	}
	*into = append(*into, s)
	return nil
}
