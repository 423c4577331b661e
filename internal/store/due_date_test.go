package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// feb is a moment of February 2025 in Hà Nội.
func feb(day, hour int) time.Time { return time.Date(2025, 2, day, hour, 0, 0, 0, dossier.Zone) }

// winds records a step that does something to the clock, and gives the row after it.
func (f *fixture) winds(tr register.Transition, c store.ClockChange) (store.Dossier, register.Recorded) {
	f.t.Helper()
	tr.Clock = &register.ClockEvent{}
	got, err := f.Record(f.t.Context(), tr, store.Plan{Clock: &c})
	require.NoError(f.t, err)
	return f.row(tr.Code), got
}

// Every version of a due date and every pause is kept, with who made it and the
// words it rests on; the newest date is the dossier's.
func TestDueDatesAndPausesAreLedgers(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		start, due := keep(feb(5, 10)), keep(feb(12, 17))
		clock := register.Clock{ID: "standard", Version: "61-2018", From: "2018-06-21", Calendar: "ha-noi", CalendarVersion: "2025.1", ReceivedAt: &start, StartedAt: &start,
			Term: dossier.Limit{N: 5, Unit: "working_day"}, Dates: 1}
		row, got := f.winds(f.step(d.Code, "status", func(tr *register.Transition) { tr.Actor, tr.After.Status = "portal", dossier.Accepted }),
			store.ClockChange{Clock: clock, Date: &store.DueDate{DueAt: feb(12, 17), Kind: "received", StartedAt: feb(5, 10), TermN: 5, TermUnit: "working_day", Derivation: `{"due":"x"}`}})
		require.Equal(t, due, *row.DueAt)
		require.Equal(t, []any{due, clock}, []any{*got.DueAt, *got.Clock}, "the workflow hears what the register keeps")

		pause := register.Pause{From: keep(feb(6, 9)), Reason: "supplement"}
		clock.Paused = &pause
		f.winds(f.step(d.Code, "status", func(tr *register.Transition) {
			tr.Actor, tr.TextID, tr.After.Status = "portal", "words", dossier.SupplementRequired
		}),
			store.ClockChange{Clock: clock, Began: &pause})
		pauses, err := f.Pauses(t.Context(), d.Code)
		require.NoError(t, err)
		require.Equal(t, []store.ClockPause{{DossierCode: d.Code, N: 1, FromAt: pause.From, Reason: "supplement", Basis: "words", Actor: "portal", Role: "portal", Seq: 3}}, pauses)

		over := register.Pause{From: pause.From, To: keep(feb(10, 9)), Reason: "supplement"}
		clock.Paused, clock.Dates = nil, 2
		f.winds(f.step(d.Code, "status", func(tr *register.Transition) { tr.After.Status = dossier.Processing }),
			store.ClockChange{Clock: clock, Ended: &over, Date: &store.DueDate{DueAt: feb(17, 17), Kind: "resume", StartedAt: feb(10, 9), TermN: 5, TermUnit: "working_day"}})
		op := f.begin(d.Code, dossier.Deadline, store.Ask{Text: "theo đề nghị"})
		clock.Dates = 3
		row, _ = f.winds(f.step(d.Code, "deadline", func(tr *register.Transition) { tr.Actor, tr.Operation = "clerk", op.ID }),
			store.ClockChange{Clock: clock, Date: &store.DueDate{DueAt: feb(20, 17), Kind: "move", StartedAt: feb(10, 9)}})
		require.Equal(t, keep(feb(20, 17)), *row.DueAt)

		dates, err := f.DueDates(t.Context(), d.Code)
		require.NoError(t, err)
		requireKept(t, dates)
		require.Len(t, dates, 3)
		require.Equal(t, store.DueDate{DossierCode: d.Code, N: 1, DueAt: due, Kind: "received", StartedAt: start, TermN: 5, TermUnit: "working_day", ClockID: "standard", ClockVersion: "61-2018",
			Calendar: "ha-noi", CalendarVersion: "2025.1", Derivation: `{"due":"x"}`, Actor: "portal", Role: "portal", Seq: 2, CreatedAt: keep(moment)}, dates[0])
		require.Equal(t, dossier.Limit{N: 5, Unit: "working_day"}, dates[1].Term())
		require.Equal(t, []any{3, "move", "lan", "clerk", op.TextID, int64(5)}, []any{dates[2].N, dates[2].Kind, dates[2].Actor, dates[2].Role, dates[2].TextID, dates[2].Seq}, "a command is its subject's")
		pauses, err = f.Pauses(t.Context(), d.Code)
		require.NoError(t, err)
		require.Equal(t, over.To, *pauses[0].ToAt)
		log, err := f.Timeline(t.Context(), d.Code)
		require.NoError(t, err)
		require.Contains(t, log[4].Data, `"due_before":"2025-02-17T17:00:00+07:00"`)
		require.Contains(t, log[4].Data, `"due":"2025-02-20T17:00:00+07:00"`)
	})
}

// A step whose answer was lost is recorded again: the same answer, and nothing twice.
func TestAClockStepTwiceIsOne(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		start := keep(feb(5, 10))
		pause := register.Pause{From: keep(feb(5, 11)), Reason: "fee"}
		change := store.ClockChange{Clock: register.Clock{ID: "standard", StartedAt: &start, Paused: &pause, Dates: 1, Told: []string{"half"}},
			Date: &store.DueDate{DueAt: feb(12, 17), Kind: "fee_paid", StartedAt: start}, Began: &pause}
		tr := f.step(d.Code, "payment_confirmed", nil)
		_, first := f.winds(tr, change)
		f.clock.add(time.Hour)
		_, again := f.winds(tr, change)
		require.Equal(t, first, again)
		require.Equal(t, []int{1, 1}, []int{f.count("due_dates", ""), f.count("clock_pauses", "")})
		s, err := f.Snapshot(t.Context(), d.Code)
		require.NoError(t, err)
		require.Equal(t, *first.Clock, s.Clock, "and a run that begins anew knows no less")
	})
}

// A mark is shown as long as time counts against the authority: not while the
// term stands still, and not when all is decided.
func TestAMarkIsShownWhileTheTermRuns(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		start := keep(feb(5, 10))
		running := register.Clock{ID: "standard", StartedAt: &start, Reached: "half"}
		paused, stopped := running, running
		paused.Paused, stopped.Stopped = &register.Pause{From: start, Reason: "supplement"}, true
		for i, x := range []struct {
			clock register.Clock
			want  string
		}{{running, "half"}, {paused, ""}, {running, "half"}, {stopped, ""}} {
			row, _ := f.winds(f.step(d.Code, "step", nil), store.ClockChange{Clock: x.clock})
			require.Equal(t, x.want, row.ClockMark, "step %d", i)
			warned, err := f.Dossiers(t.Context(), all, store.Filter{Warned: store.WarnedAny, Limit: 10})
			require.NoError(t, err)
			require.Len(t, warned, min(len(x.want), 1))
		}
	})
}

// A date that lies ahead again is not overdue; the version of the rules that a
// valid reception finds in force is noted.
func TestAnotherDateAndOtherRules(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		late := func(tr *register.Transition) { tr.After.Overdue = true }
		row, _ := f.winds(f.step(d.Code, "overdue", late), store.ClockChange{})
		require.True(t, row.Overdue)
		row, _ = f.winds(f.step(d.Code, "deadline", nil), store.ClockChange{Clock: register.Clock{Dates: 1}, Date: &store.DueDate{DueAt: moment.Add(-time.Hour), Kind: "move", StartedAt: moment}})
		require.True(t, row.Overdue, "a date that has passed as well")
		row, _ = f.winds(f.step(d.Code, "deadline", nil), store.ClockChange{Clock: register.Clock{Dates: 2}, Date: &store.DueDate{DueAt: moment.Add(time.Hour), Kind: "move", StartedAt: moment}})
		require.False(t, row.Overdue)
		row, _ = f.winds(f.step(d.Code, "status", nil), store.ClockChange{ProcedureVersion: "200/QĐ-BTP", ProcedureFrom: "2025-02-05"})
		require.Equal(t, []string{"200/QĐ-BTP", "2025-02-05"}, []string{row.ProcedureVersion, row.ProcedureFrom})
		log, err := f.Timeline(t.Context(), d.Code)
		require.NoError(t, err)
		require.Contains(t, log[len(log)-1].Data, `"version":"200/QĐ-BTP","version_before":"163/QĐ-BTP"`)
	})
}

// Whoever counts all terms anew finds every one that is not decided, also that of
// a dossier which went back to be registered.
func TestRunningClocks(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		start := keep(feb(5, 10))
		var want []string
		for i, status := range []dossier.Status{dossier.Registered, dossier.Accepted, dossier.SupplementRequired, dossier.PaymentRequired, dossier.Processing, dossier.Resolved, dossier.Refused, dossier.Withdrawn} {
			d := f.file(filing())
			f.winds(f.step(d.Code, "status", func(tr *register.Transition) { tr.After.Status = status }),
				store.ClockChange{Clock: register.Clock{StartedAt: &start, Dates: 1}, Date: &store.DueDate{DueAt: feb(12, 17), Kind: "received", StartedAt: start}})
			if i < 5 {
				want = append(want, d.Code)
			}
		}
		f.file(filing()) // has no date
		n, err := f.CountRunningClocks(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, len(want), n)
		var got []string
		for after := ""; ; {
			page, err := f.RunningClocks(t.Context(), after, 2)
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				got = append(got, d.Code)
			}
			after = got[len(got)-1]
		}
		require.Equal(t, want, got)
	})
}
