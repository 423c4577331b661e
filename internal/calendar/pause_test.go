package calendar_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/calendar"
)

func pause(t testing.TB, from, to string) calendar.Pause {
	t.Helper()
	return calendar.Pause{From: at(t, from), To: at(t, to), Reason: "supplement"}
}

func TestDueAfterPauses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why      string
		received string
		n        int
		unit     calendar.Unit
		pauses   []calendar.Pause
		due      string
	}{
		{"asked on Thursday, given on Monday: two working days", "2025-02-05 09:30", 3, calendar.WorkingDay,
			[]calendar.Pause{pause(t, "2025-02-06 10:00", "2025-02-10 09:00")}, "2025-02-12 17:00"},
		{"asked and given within a day: nothing", "2025-02-05 09:30", 3, calendar.WorkingDay,
			[]calendar.Pause{pause(t, "2025-02-06 10:00", "2025-02-06 16:59")}, "2025-02-10 17:00"},
		{"given after closing: the next working day's", "2025-02-05 09:30", 3, calendar.WorkingDay,
			[]calendar.Pause{pause(t, "2025-02-06 10:00", "2025-02-06 17:00")}, "2025-02-11 17:00"},
		{"asked on a Sunday is asked on Monday", "2025-02-05 09:30", 3, calendar.WorkingDay,
			[]calendar.Pause{pause(t, "2025-02-09 10:00", "2025-02-11 09:00")}, "2025-02-11 17:00"},
		{"over Tết only its working days", "2026-02-12 09:30", 3, calendar.WorkingDay,
			[]calendar.Pause{pause(t, "2026-02-13 09:00", "2026-02-23 09:00")}, "2026-02-25 17:00"},
		{"two rounds", "2025-02-05 09:30", 3, calendar.WorkingDay,
			[]calendar.Pause{pause(t, "2025-02-06 10:00", "2025-02-10 09:00"), pause(t, "2025-02-12 16:00", "2025-02-20 08:30")}, "2025-02-20 17:00"},
		{"asked a day late changes nothing", "2025-02-05 09:30", 3, calendar.WorkingDay,
			[]calendar.Pause{pause(t, "2025-02-11 08:00", "2025-02-20 09:00")}, "2025-02-10 17:00"},

		{"hours stop within the day", "2025-02-05 09:00", 8, calendar.Hour,
			[]calendar.Pause{pause(t, "2025-02-05 10:00", "2025-02-05 14:30")}, "2025-02-06 13:30"},
		{"hours stop overnight for nothing", "2025-02-05 09:00", 8, calendar.Hour,
			[]calendar.Pause{pause(t, "2025-02-05 17:00", "2025-02-06 08:00")}, "2025-02-06 09:00"},
		{"hours used up at noon are not held in the afternoon", "2025-02-05 09:00", 3, calendar.Hour,
			[]calendar.Pause{pause(t, "2025-02-05 12:00", "2025-02-07 10:00")}, "2025-02-05 12:00"},

		{"days count through the weekend", "2025-02-05 09:30", 5, calendar.Day,
			[]calendar.Pause{pause(t, "2025-02-06 10:00", "2025-02-10 09:00")}, "2025-02-14 17:00"},
		{"asked on the Monday a Saturday gave way to", "2025-02-05 09:30", 3, calendar.Day,
			[]calendar.Pause{pause(t, "2025-02-10 10:00", "2025-02-12 09:00")}, "2025-02-12 17:00"},
		{"a month and a week", "2025-03-10 09:30", 1, calendar.Month,
			[]calendar.Pause{pause(t, "2025-03-12 10:00", "2025-03-19 09:00")}, "2025-04-17 17:00"},
		{"the same day, three working days on", "2025-02-05 09:30", 1, calendar.SameDay,
			[]calendar.Pause{pause(t, "2025-02-05 10:00", "2025-02-10 09:00")}, "2025-02-10 17:00"},
	}
	for _, tt := range tests {
		t.Run(string(tt.unit)+"/"+tt.why, func(t *testing.T) {
			t.Parallel()
			due, err := calendar.Default().DueAfter(at(t, tt.received), calendar.Term{N: tt.n, Unit: tt.unit}, tt.pauses...)
			require.NoError(t, err)
			require.Equal(t, tt.due, due.Format("2006-01-02 15:04"))
		})
	}
}

func TestPausesAreRefused(t *testing.T) {
	t.Parallel()
	first := pause(t, "2025-02-06 10:00", "2025-02-10 09:00")
	for name, tt := range map[string]struct {
		pauses []calendar.Pause
		want   error
		index  int
	}{
		"open":                    {[]calendar.Pause{{From: at(t, "2025-02-06 10:00")}}, calendar.ErrPauseOpen, 0},
		"backwards":               {[]calendar.Pause{pause(t, "2025-02-06 10:00", "2025-02-06 09:59")}, calendar.ErrPauseBackwards, 0},
		"before the reception":    {[]calendar.Pause{pause(t, "2025-02-05 09:00", "2025-02-06 09:00")}, calendar.ErrPauseEarly, 0},
		"overlapping":             {[]calendar.Pause{first, pause(t, "2025-02-10 08:59", "2025-02-11 09:00")}, calendar.ErrPauseOrder, 1},
		"out of order":            {[]calendar.Pause{pause(t, "2025-02-12 10:00", "2025-02-13 10:00"), first}, calendar.ErrPauseOrder, 1},
		"to the end of the world": {[]calendar.Pause{pause(t, "2025-02-06 10:00", "2199-02-06 10:00")}, calendar.ErrOutOfReach, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := calendar.Default().DueAfter(at(t, "2025-02-05 09:30"), calendar.Term{N: 3, Unit: calendar.WorkingDay}, tt.pauses...)
			require.ErrorIs(t, err, tt.want)
			if refused, ok := errors.AsType[*calendar.PauseError](err); ok {
				require.Equal(t, tt.index, refused.Index)
				require.Contains(t, err.Error(), "pause")
			}
			_, derived := calendar.Default().Derive(at(t, "2025-02-05 09:30"), calendar.Term{N: 3, Unit: calendar.WorkingDay}, tt.pauses...)
			require.Equal(t, err, derived)
		})
	}
}

// drawPauses makes up to four pauses in order, some of them empty, some touching.
func drawPauses(t *rapid.T, after time.Time) []calendar.Pause {
	pauses := make([]calendar.Pause, rapid.IntRange(0, 4).Draw(t, "pauses"))
	next := func(label string) time.Time {
		quarters := rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(0, 20*96)).Draw(t, label)
		after = after.Add(time.Duration(quarters) * 15 * time.Minute)
		return after
	}
	for i := range pauses {
		pauses[i] = calendar.Pause{From: next("from"), To: next("to")}
	}
	return pauses
}

func (b bundle) dueAfter(t *rapid.T, received time.Time, term calendar.Term, pauses []calendar.Pause) (time.Time, bool) {
	due, err := b.c.DueAfter(received, term, pauses...)
	if errors.Is(err, calendar.ErrOutOfReach) || errors.Is(err, calendar.ErrTooLong) {
		return time.Time{}, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return due, true
}

func TestDueAfterPausesEqualsTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		pauses := drawPauses(t, b.received)
		got, ok := b.dueAfter(t, b.received, b.term, pauses)
		want, reached := b.oracle.due(b.received, b.term, pauses...)
		if ok != reached || ok && !got.Equal(want) {
			t.Fatalf("received %v, %+v, %v: due %v %t, the oracle says %v %t", b.received, b.term, pauses, got, ok, want, reached)
		}
	})
}

// A pause of n working days moves a due date in working days by exactly n.
func TestAPauseIsWorthItsWorkingDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		term := calendar.Term{N: rapid.IntRange(1, 40).Draw(t, "n"), Unit: calendar.WorkingDay}
		due, ok := b.due(t, b.received, term)
		from := b.c.NextOpening(b.received.Add(time.Duration(rapid.IntRange(0, 60*96).Draw(t, "from")) * 15 * time.Minute))
		if !ok || from.IsZero() || from.After(due) {
			return
		}
		n := rapid.IntRange(0, 30).Draw(t, "worth")
		to, err := b.c.AddWorkingDays(from, n)
		if err != nil {
			return
		}
		to = b.c.NextOpening(to)
		if to.Before(from) { // within one day
			to = from
		}
		moved, ok := b.dueAfter(t, b.received, term, []calendar.Pause{{From: from, To: to}})
		want, err := b.c.AddWorkingDays(due, n)
		if ok && (err != nil || !dayOf(moved).Equal(want)) {
			t.Fatalf("due %v, a pause of %d from %v to %v: due %v, want %v", due, n, from, to, moved, want)
		}
	})
}

// However many rounds of supplements there are, each asked for before the term
// is over: the office always has time left when the last is given.
func TestRoundsNeverMakeOverdue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		due, ok := b.due(t, b.received, b.term)
		var pauses []calendar.Pause
		now := b.received
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			now = b.c.NextOpening(now.Add(time.Duration(rapid.IntRange(0, 3*96).Draw(t, "asked")) * 15 * time.Minute))
			if !ok || now.IsZero() || !now.Before(due) {
				return
			}
			given := now.Add(time.Duration(rapid.IntRange(0, 20*96).Draw(t, "given")) * 15 * time.Minute)
			pauses = append(pauses, calendar.Pause{From: now, To: given})
			now = given
			before := due
			due, ok = b.dueAfter(t, b.received, b.term, pauses)
			if ok && (due.Before(before) || !due.After(b.c.NextOpening(given))) {
				t.Fatalf("received %v, %+v, %v: due %v", b.received, b.term, pauses, due)
			}
		}
	})
}

// A pause cut in two is worth the same.
func TestPausesAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		whole := calendar.Pause{From: b.received.Add(time.Duration(rapid.IntRange(0, 10*96).Draw(t, "from")) * 15 * time.Minute)}
		cut := whole.From.Add(time.Duration(rapid.IntRange(0, 10*96).Draw(t, "cut")) * 15 * time.Minute)
		whole.To = cut.Add(time.Duration(rapid.IntRange(0, 10*96).Draw(t, "to")) * 15 * time.Minute)
		one, ok := b.dueAfter(t, b.received, b.term, []calendar.Pause{whole})
		two, both := b.dueAfter(t, b.received, b.term, []calendar.Pause{{From: whole.From, To: cut}, {From: cut, To: whole.To}})
		if ok != both || !one.Equal(two) {
			t.Fatalf("received %v, %+v, %v cut at %v: due %v, in two %v", b.received, b.term, whole, cut, one, two)
		}
	})
}

// With the same pauses, who comes later or has longer is not due earlier.
func TestDueGrowsInSpiteOfPauses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		later := b.received.Add(time.Duration(rapid.IntRange(0, 10*96).Draw(t, "later")) * 15 * time.Minute)
		pauses := drawPauses(t, later)
		longer := b.term
		if b.term.Unit != calendar.SameDay {
			longer.N += rapid.IntRange(0, 3).Draw(t, "longer")
		}
		due, ok := b.dueAfter(t, b.received, b.term, pauses)
		grown, both := b.dueAfter(t, later, longer, pauses)
		if ok && both && grown.Before(due) {
			t.Fatalf("%v: received %v, %+v: due %v; received %v, %+v: due %v", pauses, b.received, b.term, due, later, longer, grown)
		}
	})
}

// The derivation gives the same date, accounts for every day on the way, and
// keeps its meaning as JSON.
func TestTheDerivationAccountsForEveryDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		pauses := drawPauses(t, b.received)
		due, ok := b.dueAfter(t, b.received, b.term, pauses)
		d, err := b.c.Derive(b.received, b.term, pauses...)
		if ok != (err == nil) || ok && !d.Due.Equal(due) {
			t.Fatalf("due %v %t, derived %v, %v", due, ok, d.Due, err)
		}
		if !ok {
			return
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var kept calendar.Derivation
		if err := json.Unmarshal(raw, &kept); err != nil {
			t.Fatal(err)
		}
		require.Equal(t, d.Sentences(calendar.English), kept.Sentences(calendar.English))
		if b.term.Unit != calendar.WorkingDay {
			return
		}
		days := int(dayOf(due).Sub(dayOf(b.received)) / (24 * time.Hour))
		counted := days
		for _, s := range d.Days {
			if s.Kind != calendar.MakeUpDay {
				counted -= s.Days
			}
		}
		for _, p := range d.Pauses {
			if !p.Late { // its rest days are not named a second time
				counted -= int(dayOf(p.Resumed).Sub(dayOf(p.Stopped)) / (24 * time.Hour))
			}
		}
		if counted != b.term.N {
			t.Fatalf("received %v, %+v: %d days, of which %d counted in %s", b.received, b.term, days, counted, raw)
		}
	})
}
