package calendar

import (
	"fmt"
	"time"
)

// OfficeTime is how long the office is open between two moments; negative when
// the second lies before the first. The error is a *ReachError.
func (c *Calendar) OfficeTime(from, to time.Time) (time.Duration, error) {
	opened, err := c.officeClock(from)
	if err != nil {
		return 0, err
	}
	until, err := c.officeClock(to)
	return until - opened, err
}

// officeClock is the office time from the calendar's beginning to a moment.
func (c *Calendar) officeClock(t time.Time) (time.Duration, error) {
	d, clock := split(t)
	if !c.covers(d) {
		return 0, c.outOfReach(d)
	}
	return c.openedBy(d, clock), nil
}

// Fraction is the moment by which a share of the office time between two moments
// has passed: 80 percent of the way to a due date is the time for a warning. The
// percent is 0 to 100; the answer lies within from and to, which are in order.
func (c *Calendar) Fraction(from, to time.Time, percent int) (time.Time, error) {
	if percent < 0 || percent > 100 || to.Before(from) {
		return time.Time{}, fmt.Errorf("calendar: %d percent from %s to %s: not a share of a time",
			percent, from.In(ict).Format(time.RFC3339), to.In(ict).Format(time.RFC3339))
	}
	opened, err := c.officeClock(from)
	if err != nil {
		return time.Time{}, err
	}
	until, err := c.officeClock(to)
	if err != nil {
		return time.Time{}, err
	}
	whole := until - opened
	share := whole/100*time.Duration(percent) + whole%100*time.Duration(percent)/100
	if share == 0 {
		return from.In(ict), nil
	}
	d, clock, err := c.momentAfter(opened + share)
	return d.at(clock), err
}

// Left is how much working time remains until a due date, or has passed since.
type Left struct {
	// Late says that the due date has passed.
	Late bool `json:"late"`
	// Days are whole working days, Hours and Minutes the office time beyond them.
	Days    int `json:"days"`
	Hours   int `json:"hours"`
	Minutes int `json:"minutes"`
}

// Left says how much working time remains at a moment until a due date, or how
// late it is. A working day runs from a clock time to the same one on the next
// working day, and from opening to closing. The error is a *ReachError.
func (c *Calendar) Left(now, due time.Time) (Left, error) {
	from, to := now, due
	if now.After(due) {
		from, to = due, now
	}
	days, rest, err := c.wholeDays(from, to)
	if err != nil {
		return Left{}, err
	}
	return Left{Late: now.After(due), Days: days, Hours: int(rest / time.Hour), Minutes: int(rest % time.Hour / time.Minute)}, nil
}

// wholeDays splits the office time between two moments in order.
func (c *Calendar) wholeDays(from, to time.Time) (days int, rest time.Duration, err error) {
	first, clock, err := c.nextOpen(split(from))
	if err != nil {
		return 0, 0, err
	}
	until, err := c.officeClock(to)
	if err != nil {
		return 0, 0, err
	}
	last, _ := split(to)
	if last < first {
		return 0, 0, nil
	}
	day := first
	days = c.between(first, last)
	if days > 0 {
		day, err = c.step(first, days)
	}
	if days > 0 && c.openedBy(day, clock) > until {
		days--
		day, err = c.step(first, days)
	}
	if err != nil {
		return 0, 0, err
	}
	rest = max(until-c.openedBy(day, clock), 0)
	if rest > 0 && rest >= c.hoursOn(day).length() {
		days, rest = days+1, rest-c.hoursOn(day).length()
	}
	return days, rest, nil
}

// In tells it in words: "còn 2 ngày 3 giờ", "trễ 20 phút"; "2 days 3 hours
// left", "20 minutes late". Days are working days.
func (l Left) In(language Language) string {
	s := speech{english: language == English}
	amount := s.office(l.Hours*60 + l.Minutes)
	if l.Days > 0 {
		days := s.count(l.Days, "ngày", "day")
		if amount != "" {
			days += " " + amount
		}
		amount = days
	}
	switch {
	case amount == "" && l.Late:
		return s.say("vừa quá hạn", "just late")
	case amount == "":
		return s.say("đã đến hạn", "due now")
	case l.Late:
		return s.say("trễ "+amount, amount+" late")
	default:
		return s.say("còn "+amount, amount+" left")
	}
}

// HandedOver is when a paper that came in at t moves on: at the next opening, t
// itself in office hours; or, when it came after the cutoff or on a day of rest,
// at the opening of the next working day (NĐ 61/2018/NĐ-CP Art 18: after 15:00).
// The cutoff belongs to the procedure's clock policy. The error is a *ReachError.
func (c *Calendar) HandedOver(t time.Time, cutoff Clock) (time.Time, error) {
	d, clock := split(t)
	if !c.covers(d) {
		return time.Time{}, c.outOfReach(d)
	}
	if clock > time.Duration(cutoff) {
		next, err := c.step(d, 1)
		if err != nil {
			return time.Time{}, err
		}
		return next.at(c.hoursOn(next).opening()), nil
	}
	d, clock, err := c.nextOpen(d, clock)
	return d.at(clock), err
}
