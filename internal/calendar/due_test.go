package calendar_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"hoso/internal/calendar"
)

// at reads "2025-02-05 09:30" as a moment in Vietnam.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("", 7*3600))
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestDue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why      string
		received string
		n        int
		unit     calendar.Unit
		due      string
	}{
		// Working days across every kind of interruption the plans know.
		{"over a weekend", "2025-02-05 09:30", 3, calendar.WorkingDay, "2025-02-10 17:00"},
		{"make-up Saturday 26/4, then 30/4-2/5 off", "2025-04-24 09:30", 5, calendar.WorkingDay, "2025-05-05 17:00"},
		{"over Tết 2026", "2026-02-12 09:30", 3, calendar.WorkingDay, "2026-02-24 17:00"},
		{"over the compensated Giỗ Tổ, 30/4 and 1/5", "2026-04-24 09:30", 3, calendar.WorkingDay, "2026-05-04 17:00"},
		{"make-up Saturday 22/8", "2026-08-20 09:30", 5, calendar.WorkingDay, "2026-08-26 17:00"},
		{"over 24/11, a holiday from 2026", "2026-11-20 09:30", 3, calendar.WorkingDay, "2026-11-26 17:00"},
		{"24/11 was no holiday in 2025", "2025-11-21 09:30", 1, calendar.WorkingDay, "2025-11-24 17:00"},
		{"over Tết 2027 as computed", "2027-02-04 09:30", 1, calendar.WorkingDay, "2027-02-12 17:00"},

		// The first day is not counted, however early or late the reception.
		{"at midnight", "2025-02-05 00:00", 1, calendar.WorkingDay, "2025-02-06 17:00"},
		{"a minute to midnight", "2025-02-05 23:59", 1, calendar.WorkingDay, "2025-02-06 17:00"},
		{"after 15:00 a bare term does not move", "2025-02-05 15:30", 1, calendar.WorkingDay, "2025-02-06 17:00"},
		{"received on a Saturday", "2025-02-08 09:00", 1, calendar.WorkingDay, "2025-02-10 17:00"},

		// Days run over rest; only the last one must be worked.
		{"ends on a working day", "2025-02-05 09:30", 5, calendar.Day, "2025-02-10 17:00"},
		{"ends on a Saturday", "2025-02-05 09:30", 3, calendar.Day, "2025-02-10 17:00"},
		{"ends on a make-up Saturday", "2025-04-24 09:30", 2, calendar.Day, "2025-04-26 17:00"},
		{"ends in Tết", "2026-02-11 09:30", 5, calendar.Day, "2026-02-23 17:00"},
		{"runs into the next year", "2025-12-22 09:30", 10, calendar.Day, "2026-01-05 17:00"},

		// Months end on the same date, or on the last day of a shorter month.
		{"same date", "2025-03-10 09:30", 1, calendar.Month, "2025-04-10 17:00"},
		{"no 31 June: 30 June", "2025-05-31 09:30", 1, calendar.Month, "2025-06-30 17:00"},
		{"no 31 February: 28 February", "2025-01-31 09:30", 1, calendar.Month, "2025-02-28 17:00"},
		{"28 February is a Saturday: on to March", "2026-01-31 09:30", 1, calendar.Month, "2026-03-02 17:00"},
		{"into the next year", "2025-12-15 09:30", 2, calendar.Month, "2026-02-23 17:00"},
		{"a year of months", "2025-08-29 09:30", 12, calendar.Month, "2026-09-03 17:00"},

		// Same day until 15:00.
		{"in the morning", "2025-02-05 09:30", 1, calendar.SameDay, "2025-02-05 17:00"},
		{"at 15:00 sharp", "2025-02-05 15:00", 1, calendar.SameDay, "2025-02-05 17:00"},
		{"after 15:00", "2025-02-05 15:01", 1, calendar.SameDay, "2025-02-06 17:00"},
		{"after 15:00 on a Friday", "2025-02-07 15:01", 1, calendar.SameDay, "2025-02-10 17:00"},
		{"before opening", "2025-02-05 06:00", 1, calendar.SameDay, "2025-02-05 17:00"},
		{"on a make-up Saturday", "2025-04-26 10:00", 1, calendar.SameDay, "2025-04-26 17:00"},
		{"on a Sunday afternoon: Monday, not Tuesday", "2025-02-09 16:00", 1, calendar.SameDay, "2025-02-10 17:00"},

		// Hours start at the moment and count office time only.
		{"within the morning", "2025-02-05 09:15", 2, calendar.Hour, "2025-02-05 11:15"},
		{"ends at noon, not when the afternoon opens", "2025-02-05 09:00", 3, calendar.Hour, "2025-02-05 12:00"},
		{"over lunch", "2025-02-05 11:30", 1, calendar.Hour, "2025-02-05 13:30"},
		{"received at lunch", "2025-02-05 12:20", 1, calendar.Hour, "2025-02-05 14:00"},
		{"a whole working day", "2025-02-05 08:00", 8, calendar.Hour, "2025-02-05 17:00"},
		{"eight hours from the middle of the day", "2025-02-05 10:45", 8, calendar.Hour, "2025-02-06 10:45"},
		{"after closing on a Friday", "2025-02-07 18:00", 1, calendar.Hour, "2025-02-10 09:00"},
		{"at closing time", "2025-02-05 17:00", 1, calendar.Hour, "2025-02-06 09:00"},
		{"before opening", "2025-02-05 05:00", 1, calendar.Hour, "2025-02-05 09:00"},
		{"on a Sunday", "2025-02-09 11:00", 1, calendar.Hour, "2025-02-10 09:00"},
		{"over Tết 2025", "2025-01-24 16:00", 2, calendar.Hour, "2025-02-03 09:00"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s/%s", tt.n, tt.unit, tt.why), func(t *testing.T) {
			t.Parallel()
			due, err := calendar.Default().Due(at(t, tt.received), calendar.Term{N: tt.n, Unit: tt.unit})
			if err != nil {
				t.Fatal(err)
			}
			if want := at(t, tt.due); !due.Equal(want) {
				t.Errorf("received %s: due %v, want %v", tt.received, due, want)
			}
		})
	}
}

// An office may close before the 15:00 of the same-day rule; what comes after
// its closing time is due the next working day, not in the past.
func TestDueOfAnOfficeThatClosesEarly(t *testing.T) {
	t.Parallel()
	early := strings.Replace(good, "08:00-12:00", "07:00-11:00", 1)
	c, err := calendar.Load(strings.NewReader(strings.Replace(early, "13:00-17:00", "11:00-14:00", 1)))
	if err != nil {
		t.Fatal(err)
	}
	for received, want := range map[string]string{
		"2025-02-05 13:59": "2025-02-05 14:00",
		"2025-02-05 14:00": "2025-02-06 14:00",
		"2025-02-05 14:30": "2025-02-06 14:00",
	} {
		due, err := c.Due(at(t, received), calendar.Term{N: 1, Unit: calendar.SameDay})
		if err != nil || !due.Equal(at(t, want)) {
			t.Errorf("received %s: due %v, %v; want %s", received, due, err, want)
		}
	}
}

// The day of reception is Vietnam's, wherever the moment was written down.
func TestDueTakesAnyZoneAndAnswersInVietnams(t *testing.T) {
	t.Parallel()
	received := time.Date(2025, 2, 5, 17, 30, 0, 0, time.UTC) // 00:30 on the 6th in Hà Nội
	due, err := calendar.Default().Due(received, calendar.Term{N: 1, Unit: calendar.WorkingDay})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := due.Format(time.RFC3339), "2025-02-07T17:00:00+07:00"; got != want {
		t.Errorf("due %s, want %s", got, want)
	}
}

func TestDueRefusesTerms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		term    calendar.Term
		want    error
		longest int
	}{
		{"zero", calendar.Term{N: 0, Unit: calendar.WorkingDay}, calendar.ErrNotPositive, 0},
		{"negative", calendar.Term{N: -3, Unit: calendar.Hour}, calendar.ErrNotPositive, 0},
		{"smallest int", calendar.Term{N: math.MinInt, Unit: calendar.Month}, calendar.ErrNotPositive, 0},
		{"no unit", calendar.Term{N: 3}, calendar.ErrUnknownUnit, 0},
		{"unknown unit", calendar.Term{N: 3, Unit: "week"}, calendar.ErrUnknownUnit, 0},
		{"unit in the wrong case", calendar.Term{N: 3, Unit: "Day"}, calendar.ErrUnknownUnit, 0},
		{"hours", calendar.Term{N: 20_881, Unit: calendar.Hour}, calendar.ErrTooLong, 20_880},
		{"working days", calendar.Term{N: 2611, Unit: calendar.WorkingDay}, calendar.ErrTooLong, 2610},
		{"days", calendar.Term{N: 3654, Unit: calendar.Day}, calendar.ErrTooLong, 3653},
		{"months", calendar.Term{N: 121, Unit: calendar.Month}, calendar.ErrTooLong, 120},
		{"two same days", calendar.Term{N: 2, Unit: calendar.SameDay}, calendar.ErrTooLong, 1},
		{"largest int", calendar.Term{N: math.MaxInt, Unit: calendar.Hour}, calendar.ErrTooLong, 20_880},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			due, err := calendar.Default().Due(at(t, "2025-02-05 09:30"), tt.term)
			refused, ok := errors.AsType[*calendar.TermError](err)
			if !ok || !errors.Is(err, tt.want) {
				t.Fatalf("got %v, %v; want a *TermError for %v", due, err, tt.want)
			}
			if refused.Term != tt.term || refused.Longest != tt.longest {
				t.Errorf("error speaks of %+v, at most %d", refused.Term, refused.Longest)
			}
		})
	}
}

func TestDueRefusesDatesOutOfReach(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		received time.Time
		term     calendar.Term
		day      string // the day the error says was needed
	}{
		{"no time given", time.Time{}, calendar.Term{N: 1, Unit: calendar.WorkingDay}, "0001-01-01"},
		{"before 1970", at(t, "1969-12-31 20:00"), calendar.Term{N: 1, Unit: calendar.Day}, "1969-12-31"},
		{"before the first year", at(t, "2024-12-31 23:59"), calendar.Term{N: 1, Unit: calendar.Hour}, "2024-12-31"},
		{"after the last year", at(t, "2036-01-01 00:00"), calendar.Term{N: 1, Unit: calendar.SameDay}, "2036-01-01"},
		{"working days run out", at(t, "2035-12-28 09:30"), calendar.Term{N: 2, Unit: calendar.WorkingDay}, "2036-01-01"},
		{"hours run out", at(t, "2035-12-31 16:00"), calendar.Term{N: 2, Unit: calendar.Hour}, "2036-01-01"},
		{"days run out", at(t, "2035-12-28 09:30"), calendar.Term{N: 6, Unit: calendar.Day}, "2036-01-03"},
		{"months run out", at(t, "2035-12-28 09:30"), calendar.Term{N: 120, Unit: calendar.Month}, "2045-12-28"},
		{"same day runs out", at(t, "2035-12-31 15:30"), calendar.Term{N: 1, Unit: calendar.SameDay}, "2036-01-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			due, err := calendar.Default().Due(tt.received, tt.term)
			refused, ok := errors.AsType[*calendar.ReachError](err)
			if !ok || !errors.Is(err, calendar.ErrOutOfReach) {
				t.Fatalf("got %v, %v; want a *ReachError", due, err)
			}
			if got := refused.Day.Format(time.DateOnly); got != tt.day {
				t.Errorf("error names %s, want %s: %v", got, tt.day, err)
			}
		})
	}
}
