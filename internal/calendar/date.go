package calendar

import "time"

const (
	zoneOffset = 7 * time.Hour
	dayLength  = 24 * time.Hour
)

// ict is Vietnam's time, UTC+7 all year round.
var ict = time.FixedZone("ICT", int(zoneOffset/time.Second))

// date is a calendar day in Vietnam, counted from 1 January 1970.
type date int64

// split gives the Vietnamese day of a moment and the clock time on it, counted
// from midnight.
func split(t time.Time) (date, time.Duration) {
	const daySeconds = int64(dayLength / time.Second)
	seconds := t.Unix() + int64(zoneOffset/time.Second)
	day, second := seconds/daySeconds, seconds%daySeconds
	if second < 0 { // before 1970, where division rounds the wrong way
		day, second = day-1, second+daySeconds
	}
	return date(day), time.Duration(second)*time.Second + time.Duration(t.Nanosecond())
}

// newDate gives the day of a year, month and day; as in time.Date, they may
// overflow into the next month or year.
func newDate(year int, month time.Month, day int) date {
	d, _ := split(time.Date(year, month, day, 0, 0, 0, 0, ict))
	return d
}

// parseDate reads a day written as 2025-04-26.
func parseDate(s string) (date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, ict)
	if err != nil {
		return 0, err
	}
	d, _ := split(t)
	return d, nil
}

// at is the moment of a clock time on the day.
func (d date) at(clock time.Duration) time.Time {
	midnight := int64(d)*int64(dayLength/time.Second) - int64(zoneOffset/time.Second)
	return time.Unix(midnight, int64(clock)).In(ict)
}

// year is the Gregorian year of the day.
func (d date) year() int { return d.at(0).Year() }

// weekday is the day of the week of a day since 1970; 1 January 1970 was a
// Thursday.
func (d date) weekday() time.Weekday { return time.Weekday((d + date(time.Thursday)) % 7) }

// addMonths is the same date n months on, or the last day of that month when
// it has no such date (Civil Code 2015 Art 148(3)).
func (d date) addMonths(n int) date {
	year, month, day := d.at(0).Date()
	same := newDate(year, month+time.Month(n), day)
	last := newDate(year, month+time.Month(n)+1, 0)
	return min(same, last)
}

// String writes the day as 2025-04-26. It is written by hand because a derivation
// writes many, and time.Format takes three times as long.
func (d date) String() string {
	year, month, day := d.at(0).Date()
	digit := func(n int) byte { return '0' + byte(n%10) }
	return string([]byte{
		digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-',
		digit(int(month) / 10), digit(int(month)), '-', digit(day / 10), digit(day),
	})
}
