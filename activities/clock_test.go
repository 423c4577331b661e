package activities_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// newRules are a procedure and a clock that change on 6 February 2025: the day
// after the dossiers here are filed.
func (w *world) newRules() {
	w.t.Helper()
	const day = "2025-02-06"
	shared, err := catalogue.Default()
	require.NoError(w.t, err)
	c := new(catalogue.Catalogue)
	*c = *shared
	c.Procedures, c.Clocks = slices.Clone(shared.Procedures), slices.Clone(shared.Clocks)
	for i, p := range c.Procedures {
		if p.Code == "2.000635" {
			later := p
			c.Procedures[i].Validity.To = day
			later.Version, later.Term, later.Validity.From = "200/QĐ-BTP", catalogue.Term{N: 3, Unit: "working_day"}, day
			c.Procedures = append(c.Procedures, later)
		}
	}
	for i, k := range c.Clocks {
		if k.ID == catalogue.StandardClock && k.Version == "61-2018" {
			later := k
			c.Clocks[i].Validity.To = day
			later.Version, later.Rules.Supplement, later.Rules.Supplements, later.Validity.From = "thu-2025", dossier.Pauses, 2, day
			c.Clocks = append(c.Clocks, later)
		}
	}
	_, err = w.Store.LoadCatalogue(w.t.Context(), c)
	require.NoError(w.t, err)
}

// The rules of the day of valid reception hold, of the procedure and of its
// clock, and go on to hold; the history says that they are others than at filing.
func TestTheRulesOfTheReceptionDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newRules()
	accepted := func(at time.Time) (string, register.Recorded) {
		t.Helper()
		code := w.file()
		tr := w.step(code, func(p *register.Position) {
			p.Stage, p.Status, p.ReceivedAt = dossier.StageDecision, dossier.Accepted, &at
		})
		tr.Clock = &register.ClockEvent{Kind: register.ClockReceived, At: at}
		got, err := w.RecordTransition(t.Context(), tr)
		require.NoError(t, err)
		return code, got
	}
	entry := func(code string) string {
		t.Helper()
		log, err := w.Store.Timeline(t.Context(), code)
		require.NoError(t, err)
		return log[len(log)-1].Data
	}

	before, got := accepted(hanoi(time.February, 5, 10, 0))
	require.Equal(t, hanoi(time.February, 5, 17, 0).UTC(), got.DueAt.UTC())
	require.Equal(t, []any{"61-2018", 1}, []any{got.Clock.Version, got.Clock.Supplements})
	require.NotContains(t, entry(before), "version", "nothing has changed since the filing")

	after, got := accepted(hanoi(time.February, 6, 10, 0))
	require.Equal(t, hanoi(time.February, 11, 17, 0).UTC(), got.DueAt.UTC())
	require.Equal(t, []any{"thu-2025", 2}, []any{got.Clock.Version, got.Clock.Supplements})
	require.Contains(t, entry(after), `"version":"200/QĐ-BTP","version_before":"163/QĐ-BTP"`)
	d, err := w.Store.Dossier(t.Context(), store.Scope{All: true}, after)
	require.NoError(t, err)
	require.Equal(t, []string{"200/QĐ-BTP", "2025-02-06"}, []string{d.ProcedureVersion, d.ProcedureFrom})
	dates, err := w.Store.DueDates(t.Context(), after)
	require.NoError(t, err)
	require.Equal(t, []any{"thu-2025", dossier.Limit{N: 3, Unit: "working_day"}}, []any{dates[0].ClockVersion, dates[0].Term()})

	// A supplement later: the old rules begin the term anew, the new ones let it stand still.
	for code, want := range map[string]time.Time{before: hanoi(time.February, 7, 17, 0), after: hanoi(time.February, 12, 17, 0)} {
		for _, e := range []register.ClockEvent{
			{Kind: register.ClockPause, At: hanoi(time.February, 6, 14, 0), Reason: "supplement"}, {Kind: register.ClockResume, At: hanoi(time.February, 7, 14, 0)},
		} {
			tr := w.step(code, func(*register.Position) {})
			tr.Clock = &e
			got, err = w.RecordTransition(t.Context(), tr)
			require.NoError(t, err)
		}
		require.Equal(t, want.UTC(), got.DueAt.UTC(), code)
		require.NotContains(t, entry(code), "version_before", "told once")
	}
}
