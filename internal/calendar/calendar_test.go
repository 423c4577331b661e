package calendar_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"hoso/internal/calendar"
)

func TestDefaultCountsTheWorkingDaysOfEachYear(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]int{2025: 250, 2026: 249, 2027: 249} {
		got := 0
		for d := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
			if calendar.Default().WorkingDay(d) {
				got++
			}
		}
		if got != want {
			t.Errorf("%d has %d working days, want %d", year, got, want)
		}
	}
}

// The days on which the published plans differ from a plain week.
func TestWorkingDay(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]bool{
		"2024-12-31": false, // a Tuesday, but no year of the calendar's
		"2025-01-01": false, "2025-01-24": true, "2025-01-27": false, "2025-01-31": false, "2025-02-03": true,
		"2025-04-07": false, "2025-04-26": true, "2025-04-27": false, "2025-05-02": false,
		"2025-09-01": false, "2025-09-02": false, "2025-09-03": true, "2025-11-24": true,
		"2026-01-02": false, "2026-01-10": true, "2026-02-13": true, "2026-02-16": false, "2026-02-20": false,
		"2026-04-27": false, "2026-08-22": true, "2026-08-31": false, "2026-09-01": false, "2026-11-24": false,
		"2027-02-05": false, "2027-02-11": false, "2027-02-12": true, "2027-04-16": false,
		"2027-05-03": false, "2027-09-01": true, "2027-09-03": false, "2027-11-24": false, "2027-12-31": true,
		"2028-01-03": false, // for 1 January, a Saturday
		"2036-01-02": false, // a Wednesday, but no year of the calendar's
	} {
		if got := calendar.Default().WorkingDay(at(t, day+" 00:00")); got != want {
			t.Errorf("WorkingDay(%s) = %t, want %t", day, got, want)
		}
	}
}

func TestDefaultSaysWhichCalendarItIs(t *testing.T) {
	t.Parallel()
	c := calendar.Default()
	if c.ID() != "ha-noi" || c.Version() != "2026.2" {
		t.Errorf("got %s version %s", c.ID(), c.Version())
	}
	if c != calendar.Default() {
		t.Error("a second call gave another calendar")
	}
	for day, want := range map[string]bool{
		"2024-12-31": false, "2025-06-01": false, "2026-12-31": false, "2027-01-01": true, "2035-12-31": true, "2036-01-01": false,
	} {
		if got := c.Computed(at(t, day+" 00:00")); got != want {
			t.Errorf("Computed(%s) = %t, want %t", day, got, want)
		}
	}
}

func TestNextOpening(t *testing.T) {
	t.Parallel()
	for moment, want := range map[string]string{
		"2025-02-05 05:00": "2025-02-05 08:00", // before opening
		"2025-02-05 08:00": "2025-02-05 08:00", // at opening
		"2025-02-05 10:17": "2025-02-05 10:17", // already open
		"2025-02-05 12:00": "2025-02-05 13:00", // the morning has closed
		"2025-02-05 16:59": "2025-02-05 16:59", // just open
		"2025-02-07 17:00": "2025-02-10 08:00", // the week has closed
		"2025-04-25 18:00": "2025-04-26 08:00", // on to a make-up Saturday
		"2026-02-15 09:00": "2026-02-23 08:00", // Tết
	} {
		got := calendar.Default().NextOpening(at(t, moment))
		if !got.Equal(at(t, want)) {
			t.Errorf("NextOpening(%s) = %v, want %s", moment, got, want)
		}
	}
	for _, moment := range []string{"2024-12-31 09:00", "2035-12-31 17:00", "2036-01-02 09:00"} {
		if got := calendar.Default().NextOpening(at(t, moment)); !got.IsZero() {
			t.Errorf("NextOpening(%s) = %v, want the zero time", moment, got)
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	tests := []struct {
		day  string
		n    int
		want string // "" for out of reach
	}{
		{"2025-02-05", 1, "2025-02-06"},
		{"2025-02-05", 0, "2025-02-05"},
		{"2025-02-05", -1, "2025-02-04"},
		{"2025-02-08", 0, "2025-02-08"},  // a Saturday stays
		{"2025-02-08", 1, "2025-02-10"},  // from rest forward
		{"2025-02-08", -1, "2025-02-07"}, // from rest back
		{"2026-02-23", -2, "2026-02-12"}, // back over Tết
		{"2025-01-01", 250, "2025-12-31"},
		{"2035-12-28", 1, "2035-12-31"}, // the last day there is
		{"2025-01-03", -1, "2025-01-02"},
		{"2035-12-31", 1, ""},
		{"2025-01-02", -1, ""},
		{"2025-01-02", math.MaxInt, ""},
		{"2025-01-02", math.MinInt, ""},
		{"2024-12-31", 1, ""},
		{"2036-01-01", -1, ""},
		{"2036-01-01", 0, ""},
	}
	for _, tt := range tests {
		got, err := calendar.Default().AddWorkingDays(at(t, tt.day+" 16:20"), tt.n)
		if tt.want == "" {
			if !errors.Is(err, calendar.ErrOutOfReach) {
				t.Errorf("%s %+d: got %v, %v; want out of reach", tt.day, tt.n, got, err)
			}
			continue
		}
		if err != nil || !got.Equal(at(t, tt.want+" 00:00")) {
			t.Errorf("%s %+d: got %v, %v; want %s", tt.day, tt.n, got, err, tt.want)
		}
	}
}
