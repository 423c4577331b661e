package calendar

import (
	"fmt"
	"time"
)

// Clock is a time of day, counted from midnight in Vietnam.
type Clock time.Duration

// ParseClock reads "08:00". The length is checked because time.Parse would also
// take "8:00" and fractions of a minute.
func ParseClock(s string) (Clock, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("clock time %q is not written like 08:00", s)
	}
	return Clock(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute), nil
}

// String writes the clock time as 08:00.
func (c Clock) String() string {
	minutes := time.Duration(c) / time.Minute
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}
