package calendar_test

import (
	"fmt"
	"strings"
	"time"

	"hoso/internal/calendar"
)

// Five working days from Thursday 24 April 2025: the make-up Saturday 26 April
// counts, 30 April to 2 May do not.
func ExampleCalendar_Due() {
	received := time.Date(2025, time.April, 24, 9, 30, 0, 0, time.FixedZone("ICT", 7*3600))
	due, err := calendar.Default().Due(received, calendar.Term{N: 5, Unit: calendar.WorkingDay})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(due.Format("Mon 2 Jan 2006 15:04 -07:00"))
	// Output: Mon 5 May 2025 17:00 +07:00
}

// The calendar does not guess at holidays it has not been told.
func ExampleCalendar_Due_outOfReach() {
	received := time.Date(2035, time.December, 28, 9, 30, 0, 0, time.FixedZone("ICT", 7*3600))
	_, err := calendar.Default().Due(received, calendar.Term{N: 2, Unit: calendar.WorkingDay})
	fmt.Println(err)
	// Output: calendar: 2036-01-01: date is out of the calendar's reach: ha-noi version 2026.2 covers 2025-01-01 to 2035-12-31
}

// A make-up day must be a day that would otherwise be rest.
func ExampleLoad() {
	_, err := calendar.Load(strings.NewReader(`{
  "id": "an-office", "version": "1", "source": "its own notice",
  "hours": {"morning": "07:30-11:30", "afternoon": "13:00-17:00", "source": "its own notice"},
  "weekly_rest": {"days": ["sunday"], "source": "its own notice"}, "same_day": {"until": "15:00", "source": "its own notice"},
  "years": [{"year": 2026, "source": "its own notice", "days_off": [],
    "makeup_days": [{"date": "2026-08-22", "name": "for 31 August", "source": "its own notice"}]}]
}`))
	fmt.Println(err)
	// Output: calendar: line 6: makeup_days 2026-08-22: is worked already: Saturday is not weekly rest
}

// A slip of the keyboard is refused in words that say what would be allowed.
func ExampleTermError() {
	received := time.Date(2025, time.April, 24, 9, 30, 0, 0, time.FixedZone("ICT", 7*3600))
	for _, term := range []calendar.Term{{N: 0, Unit: calendar.Day}, {N: 500, Unit: calendar.Month}, {N: 3, Unit: "week"}} {
		_, err := calendar.Default().Due(received, term)
		fmt.Println(err)
	}
	// Output:
	// calendar: 0 "day": term is not positive
	// calendar: 500 "month": term is too long, at most 120
	// calendar: 3 "week": unit is unknown
}
