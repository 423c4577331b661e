package calendar_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"hoso/internal/calendar"
)

// good is a whole calendar file. The tests below break it in one place each;
// its line breaks matter, for they check the line that is named.
const good = `{
  "id": "test", "version": "1", "source": "a test",
  "hours": {"morning": "08:00-12:00", "afternoon": "13:00-17:00", "source": "a test"},
  "weekly_rest": {"days": ["saturday", "sunday"], "source": "a test"}, "same_day": {"until": "15:00", "source": "a test"},
  "years": [
    {"year": 2025, "source": "a plan",
     "days_off": [
       {"date": "2025-05-01", "name": "Labour day", "source": "a law"},
       {"date": "2025-05-02", "name": "swapped", "source": "a plan"}],
     "makeup_days": [
       {"date": "2025-04-26", "name": "for 2 May", "source": "a plan"}]},
    {"year": 2026, "computed": true, "source": "a law",
     "days_off": [], "makeup_days": []}
  ]
}`

func TestLoadTakesAGoodFile(t *testing.T) {
	t.Parallel()
	c, err := calendar.Load(strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	if !c.WorkingDay(at(t, "2025-04-26 00:00")) || c.WorkingDay(at(t, "2025-05-02 00:00")) {
		t.Error("make-up day or day off not taken in")
	}
	if c.Version() != "1" || !c.Computed(at(t, "2026-01-01 00:00")) {
		t.Error("version or mark of computation not taken in")
	}
}

// rules ends the good file with rules of one holiday.
func rules(from, day string) string {
	return "\n  ],\n" + `"rules": {"from": ` + from + `, "source": "a law", "compensation": "a law", "holidays": [` +
		"\n" + `{"name": "x", ` + day + `, "source": "a law"}]}}`
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new string // what is changed in the good file
		want     string // the whole complaint
	}{
		{"a syntax error", `"2025-05-01",`, `"2025-05-01"`, `line 8: invalid character '"' after object key:value pair`},
		{"a cut file", "\n  ]\n}", "", `line 13: unexpected end of JSON input`},
		{"something after the end", "\n  ]\n}", "\n  ]\n}\n{}", `line 16: invalid character '{' after top-level value`},
		{"another kind of document", good, `[]`, `line 1: expected an object`},
		{"text that is not UTF-8", "swapped", "\xff", `file is not UTF-8`},
		{"too large a file", "swapped", strings.Repeat("x", 1<<20), `file is larger than 1 MiB`},

		{"an unknown field", `"id"`, `"colour": "red", "id"`, `line 2: unknown field "colour"`},
		{"an unknown field of a day", `"name": "swapped"`, `"name": "swapped", "unit": "week"`, `line 9: unknown field "unit"`},
		{"a field in the wrong case", `"id"`, `"ID"`, `line 2: unknown field "ID"`},
		{"a field given twice", `"id"`, `"id": "x", "id"`, `line 2: field "id" given twice`},
		{"a missing field", `"version": "1", `, ``, `line 1: field "version" is missing`},
		{"a day without a source", `"Labour day", "source": "a law"`, `"Labour day"`, `line 8: field "source" is missing`},
		{"an empty text", `"a test",`, `" ",`, `line 2: expected a text that is not empty`},
		{"a text that is none", `"version": "1"`, `"version": 1`, `line 2: expected a text`},
		{"a null", `"computed": true`, `"computed": null`, `line 12: expected true or false`},
		{"a list that is none", `"days_off": [], `, `"days_off": {}, `, `line 13: expected an array`},

		{"hours without a minute", `"08:00-12:00"`, `"8-12"`, `line 3: hours: clock time "8" is not written like 08:00`},
		{"hours without an end", `"08:00-12:00"`, `"08:00"`, `line 3: hours: half-day "08:00" is not written like 08:00-12:00`},
		{"an hour there is not", `"08:00-12:00"`, `"08:00-25:00"`, `line 3: hours: clock time "25:00" is not written like 08:00`},
		{"hours backwards", `"08:00-12:00"`, `"12:00-08:00"`, `line 3: hours: half-day "12:00-08:00" closes before it has opened`},
		{"half-days that overlap", `"13:00-17:00"`, `"11:00-17:00"`, `line 3: hours: the afternoon opens before the morning has closed`},

		{"no half-day at all", `"morning": "08:00-12:00", "afternoon": "13:00-17:00", `, ``, `line 3: hours: neither morning nor afternoon is given`},
		{"hours of no weekday", `"afternoon": "13:00-17:00",`, `"afternoon": "13:00-17:00", "days": {"Sat": {}},`, `line 3: unknown field "Sat"`},
		{"hours of a rest day", `"afternoon": "13:00-17:00",`, `"afternoon": "13:00-17:00", "days": {"saturday": {"morning": "08:00-11:00", "source": "x"}},`, `line 3: hours saturday: is weekly rest`},
		{"a same-day limit that is none", `"until": "15:00"`, `"until": "3 pm"`, `line 4: same_day: clock time "3 pm" is not written like 08:00`},
		{"no same-day limit", ` "same_day": {"until": "15:00", "source": "a test"},`, ``, `line 1: field "same_day" is missing`},
		{"a make-up day for a working day", `"for 2 May", `, `"for 2 May", "for": "2025-05-05", `, `line 11: makeup_days 2025-04-26: makes up for 2025-05-05, which is no day off`},
		{"a make-up day for no date", `"for 2 May", `, `"for 2 May", "for": "2 May", `, `line 11: makeup_days 2 May: not a date, such as 2025-04-26`},
		{"a day off that makes up", `"swapped", `, `"swapped", "for": "2025-05-01", `, `line 9: days_off 2025-05-02: makes up for 2025-05-01, which is no day off`},

		{"a validity backwards", `"id"`, `"validity": {"from": "2026-01-01", "to": "2025-01-01"}, "id"`, `line 2: validity: ends before it begins`},
		{"a validity without a beginning", `"id"`, `"validity": {"to": "2025-01-01"}, "id"`, `line 2: field "from" is missing`},
		{"a validity that is no date", `"id"`, `"validity": {"from": "2025"}, "id"`, `line 2: 2025: not a date, such as 2025-04-26`},
		{"a unit given twice", `"id"`, `"for": {"offices": ["A", "A"]}, "id"`, `line 2: for offices A: given twice`},
		{"a unit without a name", `"id"`, `"for": {"authorities": ["H26."]}, "id"`, `line 2: for authorities: not the id of a unit`},

		{"rules that leave a gap", "\n  ]\n}", rules(`2028, "through": 2030`, `"date": "01-01"`), `line 15: years 2028: does not follow 2026`},
		{"rules for years that have plans", "\n  ]\n}", rules(`2026, "through": 2030`, `"date": "01-01"`), `line 15: years 2026: does not follow 2026`},
		{"rules that end before they begin", "\n  ]\n}", rules(`2028, "through": 2027`, `"date": "01-01"`), `line 15: rules 2028 to 2027: not years in order between 2000 and 2199`},
		{"rules for ever", "\n  ]\n}", rules(`2027, "through": 9999`, `"date": "01-01"`), `line 15: rules 2027 to 9999: not years in order between 2000 and 2199`},
		{"a holiday without a day", "\n  ]\n}", rules(`2027, "through": 2027`, `"before": 1`), `line 16: rules x: has either date or lunar`},
		{"a holiday on two days", "\n  ]\n}", rules(`2027, "through": 2027`, `"date": "01-01", "lunar": "01-01"`), `line 16: rules x: has either date or lunar`},
		{"a holiday on 30 February", "\n  ]\n}", rules(`2027, "through": 2027`, `"date": "02-30"`), `line 16: rules x: 02-30 is no day of every year, such as 04-30`},
		{"a holiday on a leap day", "\n  ]\n}", rules(`2027, "through": 2027`, `"date": "02-29"`), `line 16: rules x: 02-29 is no day of every year, such as 04-30`},
		{"a holiday on a lunar day that may not be", "\n  ]\n}", rules(`2027, "through": 2027`, `"lunar": "03-30"`), `line 16: rules x: 03-30 is no day of every year, such as 04-30`},
		{"a holiday without end", "\n  ]\n}", rules(`2027, "through": 2027`, `"date": "01-01", "after": 400`), `line 16: rules x: before and after are 0 to 10 days`},

		{"an unknown day of the week", `"sunday"`, `"Sunday"`, `line 4: weekly_rest Sunday: not a day of the week, such as sunday`},
		{"a rest day given twice", `"sunday"]`, `"saturday"]`, `line 4: weekly_rest saturday: given twice`},
		{"rest all week", `["saturday",`, `["monday","tuesday","wednesday","thursday","friday","saturday",`, `weekly_rest: leaves no day to work`},

		{"no years", good[strings.Index(good, `"years"`):], `"years": []}`, `years: there are none`},
		{"a year that is none", `"year": 2026`, `"year": "2026"`, `line 12: expected a year`},
		{"a year out of all bounds", `"year": 2025`, `"year": 20255`, `line 6: years 20255: not between 2000 and 2199`},
		{"a gap between years", `"year": 2026`, `"year": 2027`, `line 12: years 2027: does not follow 2025`},
		{"a year given twice", `"year": 2026`, `"year": 2025`, `line 12: years 2025: does not follow 2025`},

		{"a date there is not", "2025-05-02", "2025-02-30", `line 9: days_off 2025-02-30: not a date, such as 2025-04-26`},
		{"a day off outside its year", "2025-05-02", "2026-05-02", `line 9: days_off 2026-05-02: not in 2025`},
		{"a make-up day outside its year", "2025-04-26", "2024-04-27", `line 11: makeup_days 2024-04-27: not in 2025`},
		{"a day off given twice", "2025-05-02", "2025-05-01", `line 9: days_off 2025-05-01: given twice`},
		{"a day off that is made up for on itself", "2025-05-02", "2025-04-26", `line 11: makeup_days 2025-04-26: given twice`},
		{"a make-up day that is worked already", "2025-04-26", "2025-04-25", `line 11: makeup_days 2025-04-25: is worked already: Friday is not weekly rest`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(good, tt.old) {
				t.Fatalf("the good file has no %q", tt.old)
			}
			c, err := calendar.Load(strings.NewReader(strings.Replace(good, tt.old, tt.new, 1)))
			if _, ok := errors.AsType[*calendar.LoadError](err); !ok || c != nil {
				t.Fatalf("got %v, %v; want a *LoadError", c, err)
			}
			if got, want := err.Error(), "calendar: "+tt.want; got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestLoadPassesOnWhyItCouldNotRead(t *testing.T) {
	t.Parallel()
	_, err := calendar.Load(iotest.ErrReader(io.ErrUnexpectedEOF))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

// Whatever the file says, Load answers; and a calendar it gives can be asked.
func FuzzLoad(f *testing.F) {
	hanoi, err := os.ReadFile("data/ha-noi.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(hanoi), good, "", "null", "[[", `{"years": [{"year": 1e9}]}`} {
		f.Add([]byte(seed))
	}
	received := at(f, "2025-02-05 09:30")
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := calendar.Load(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, unit := range units {
			due, err := c.Due(received, calendar.Term{N: 1, Unit: unit})
			if err == nil && due.Before(received) {
				t.Errorf("one %s is due at %v, before it was received", unit, due)
			}
			d, derived := c.Derive(received, calendar.Term{N: 1, Unit: unit})
			if (err == nil) != (derived == nil) || !d.Due.Equal(due) {
				t.Errorf("one %s is due at %v, %v; derived %v, %v", unit, due, err, d.Due, derived)
			}
			d.Sentences(calendar.Vietnamese)
		}
	})
}
