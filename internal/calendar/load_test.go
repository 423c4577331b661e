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
	hanoi, err := os.ReadFile("hanoi.json")
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
		}
	})
}
