package calendar_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoso/internal/calendar"
)

// bundle is what each property starts from: a made-up calendar, the slow
// oracle of it, a moment of reception in or near its reach, and a term.
type bundle struct {
	c        *calendar.Calendar
	oracle   *oracle
	received time.Time
	term     calendar.Term
}

func setup(t *rapid.T) bundle {
	o := drawOracle(t)
	return bundle{o.load(t), o, drawMoment(t, "received"), drawTerm(t)}
}

// drawMoment prefers quarters of an hour, where offices open and close.
func drawMoment(t *rapid.T, label string) time.Time {
	quarter := rapid.IntRange(-3*96, 733*96).Draw(t, label)
	return time.Date(2025, 1, 1, 0, quarter*15, 0, 0, hanoiZone).
		Add(time.Duration(rapid.SampledFrom([]int64{0, 0, 1, -1, int64(437 * time.Second)}).Draw(t, label+" offset")))
}

func drawTerm(t *rapid.T) calendar.Term {
	unit := rapid.SampledFrom(units).Draw(t, "unit")
	longest := map[calendar.Unit]int{
		calendar.Hour: 80, calendar.WorkingDay: 60, calendar.Day: 90, calendar.Month: 13, calendar.SameDay: 1,
	}[unit]
	return calendar.Term{N: rapid.IntRange(1, longest).Draw(t, "n"), Unit: unit}
}

// due is Due where running out of the calendar is an ordinary answer.
func (b bundle) due(t *rapid.T, received time.Time, term calendar.Term) (time.Time, bool) {
	due, err := b.c.Due(received, term)
	// A made-up office may be open so little that a term is more than ten years.
	if errors.Is(err, calendar.ErrOutOfReach) || errors.Is(err, calendar.ErrTooLong) {
		return time.Time{}, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return due, true
}

func TestDueEqualsTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		got, ok := b.due(t, b.received, b.term)
		want, reached := b.oracle.due(b.received, b.term)
		if ok != reached || ok && !got.Equal(want) {
			t.Fatalf("received %v, %+v: due %v %t, the oracle says %v %t", b.received, b.term, got, ok, want, reached)
		}
	})
}

func TestWorkingDaysEqualTheOracles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		day := b.received.In(hanoiZone)
		if got, want := b.c.WorkingDay(b.received), b.oracle.works(day); got != want {
			t.Fatalf("WorkingDay(%v) = %t, the oracle says %t", day, got, want)
		}
	})
}

// A longer term is never due earlier; in hours and working days always later.
func TestDueGrowsWithTheTerm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		if b.term.Unit == calendar.SameDay {
			return
		}
		longer := calendar.Term{N: b.term.N + 1, Unit: b.term.Unit}
		due, ok := b.due(t, b.received, b.term)
		later, laterOK := b.due(t, b.received, longer)
		if laterOK && !ok {
			t.Fatalf("%+v has a due date but the shorter %+v has none", longer, b.term)
		}
		strict := b.term.Unit == calendar.Hour || b.term.Unit == calendar.WorkingDay
		if laterOK && (later.Before(due) || strict && later.Equal(due)) {
			t.Fatalf("%+v is due %v, %+v is due %v", b.term, due, longer, later)
		}
	})
}

// Who comes first is not served last, and nobody before he has come.
func TestDueGrowsWithTheReception(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		afterwards := b.received.Add(time.Duration(rapid.IntRange(0, 5*24*60).Draw(t, "minutes")) * time.Minute)
		due, ok := b.due(t, b.received, b.term)
		later, laterOK := b.due(t, afterwards, b.term)
		if ok && laterOK && later.Before(due) {
			t.Fatalf("received %v: due %v; received %v: due %v", b.received, due, afterwards, later)
		}
		if ok && !due.After(b.received) {
			t.Fatalf("received %v: due %v", b.received, due)
		}
	})
}

// A moment outside office hours is worth the next opening.
func TestHoursStartAtTheNextOpening(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		term := calendar.Term{N: rapid.IntRange(1, 40).Draw(t, "hours"), Unit: calendar.Hour}
		opening := b.c.NextOpening(b.received)
		if opening.IsZero() {
			return
		}
		due, ok := b.due(t, b.received, term)
		fromOpening, openingOK := b.due(t, opening, term)
		if ok != openingOK || !due.Equal(fromOpening) {
			t.Fatalf("received %v: due %v; at the next opening, %v: due %v", b.received, due, opening, fromOpening)
		}
	})
}

// Counting in two goes is counting in one; back again is back where it was.
func TestWorkingDaysAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		m, n := rapid.IntRange(1, 40).Draw(t, "m"), rapid.IntRange(1, 40).Draw(t, "n")
		direct, err := b.c.AddWorkingDays(b.received, m+n)
		if err != nil {
			return
		}
		half, err := b.c.AddWorkingDays(b.received, m)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := b.c.AddWorkingDays(half, n)
		if err != nil || !whole.Equal(direct) {
			t.Fatalf("%v + %d + %d is %v, %v; + %d is %v", b.received, m, n, whole, err, m+n, direct)
		}
		back, err := b.c.AddWorkingDays(whole, -n)
		if err != nil || !back.Equal(half) {
			t.Fatalf("%v - %d is %v, %v; want %v", whole, n, back, err, half)
		}
	})
}
