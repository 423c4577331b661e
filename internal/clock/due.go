package clock

import (
	"slices"
	"time"

	"hoso/internal/calendar"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// due works the due date out anew and makes it a new version. A procedure
// without a term, for which nobody has named a date, has none.
func (a *application) due() error {
	c := &a.Clock
	d := Date{Kind: a.event.Kind, StartedAt: *c.StartedAt, Term: c.Term}
	if c.Term != (dossier.Limit{}) {
		derived, err := a.rules.Calendar.Derive(*c.StartedAt, termOf(*c), counted(*c)...)
		if err != nil {
			return err
		}
		d.DueAt, d.Derivation = derived.Due, &derived
	}
	if c.Fixed != nil {
		shifted, err := a.rules.Calendar.Shift(*c.Fixed, since(*c, *c.FixedAt)...)
		if err != nil {
			return err
		}
		d.DueAt = shifted
	}
	c.Calendar, c.CalendarVersion = a.rules.Calendar.ID(), a.rules.Calendar.Version()
	if d.DueAt.IsZero() {
		return nil
	}
	c.Dates++
	a.Date = &d
	return a.plan(d.DueAt)
}

// Recount is the date to which a clock would come if it were counted anew by a
// calendar: what Apply makes of register.ClockRecompute, without its reasons and
// its warnings, and so at a fraction of the work. It is zero where there is no
// date, or it no longer counts. The error is the calendar's.
func Recount(c register.Clock, cal *calendar.Calendar) (due time.Time, err error) {
	switch {
	case c.StartedAt == nil || c.Stopped:
		return time.Time{}, nil
	case c.Fixed != nil:
		due, err = cal.Shift(*c.Fixed, since(c, *c.FixedAt)...)
	case c.Term != (dossier.Limit{}):
		due, err = cal.DueAfter(*c.StartedAt, termOf(c), counted(c)...)
	}
	if err != nil {
		return time.Time{}, err
	}
	return due, nil
}

func termOf(c register.Clock) calendar.Term {
	return calendar.Term{N: c.Term.N, Unit: calendar.Unit(c.Term.Unit)}
}

// counted are the pauses since the term began, for the calendar.
func counted(c register.Clock) []calendar.Pause { return since(c, *c.StartedAt) }

func since(c register.Clock, from time.Time) []calendar.Pause {
	var out []calendar.Pause
	for _, p := range c.Pauses {
		if p.To.After(from) {
			out = append(out, calendar.Pause{From: later(p.From, from), To: p.To, Reason: p.Reason})
		}
	}
	return out
}

// plan sets the moments that time alone brings: warnings after a share of the
// office time that the term has, others before its end. Those of a clock that
// stands still are set when it goes on.
func (a *application) plan(due time.Time) error {
	c := &a.Clock
	c.Marks = nil
	if c.Paused != nil || c.Stopped {
		return nil
	}
	until, err := a.before(due, a.rules.ExtendBefore)
	if err != nil {
		return err
	}
	c.ExtendUntil = &until
	for _, w := range append(slices.Clone(a.rules.Warnings), dossier.Warning{Name: dossier.MarkDraft, Before: &a.rules.DraftBefore}) {
		at, err := a.moment(due, w)
		if err != nil {
			return err
		}
		if at.After(*c.StartedAt) && at.Before(due) {
			c.Marks = append(c.Marks, register.Mark{Name: w.Name, At: at})
		}
	}
	slices.SortStableFunc(c.Marks, func(x, y register.Mark) int { return x.At.Compare(y.At) })
	// What was told before a pause and still lies behind is not told again.
	c.Marks = slices.DeleteFunc(c.Marks, func(m register.Mark) bool { return !m.At.After(a.event.At) && slices.Contains(c.Told, m.Name) })
	return nil
}

// moment is when a warning comes.
func (a *application) moment(due time.Time, w dossier.Warning) (time.Time, error) {
	if w.Before != nil {
		day, err := a.before(due, *w.Before)
		if err != nil {
			return time.Time{}, err
		}
		return a.opening(day), nil
	}
	return a.share(due, w.Percent)
}

// opening is when the office opens on a working day.
func (a *application) opening(t time.Time) time.Time {
	t = t.In(dossier.Zone)
	return a.rules.Calendar.NextOpening(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, dossier.Zone))
}

// before is so many working days before a moment, at the same time of day.
func (a *application) before(due time.Time, l dossier.Limit) (time.Time, error) {
	day, err := a.rules.Calendar.AddWorkingDays(due, -l.N)
	if err != nil {
		return time.Time{}, err
	}
	due = due.In(dossier.Zone)
	return day.Add(due.Sub(time.Date(due.Year(), due.Month(), due.Day(), 0, 0, 0, 0, dossier.Zone))), nil
}

// share is when a share of the term's office time is used up. Pauses are no part
// of that time.
func (a *application) share(due time.Time, percent int) (time.Time, error) {
	cal := a.rules.Calendar
	whole, err := cal.OfficeTime(*a.Clock.StartedAt, due)
	if err != nil {
		return time.Time{}, err
	}
	var held []time.Duration
	pauses := counted(a.Clock)
	for _, p := range pauses {
		t, err := cal.OfficeTime(p.From, p.To)
		if err != nil {
			return time.Time{}, err
		}
		held = append(held, t)
		whole -= t
	}
	at, err := cal.AfterOfficeTime(*a.Clock.StartedAt, whole*time.Duration(percent)/100)
	for i, p := range pauses {
		if err == nil && !at.Before(p.From) {
			at, err = cal.AfterOfficeTime(at, held[i])
		}
	}
	return at, err
}
