package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// termed files a dossier whose term runs until due.
func (f *fixture) termed(n store.NewDossier, due time.Time, change func(*register.Transition), clock func(*register.Clock)) string {
	f.t.Helper()
	code := f.file(n).Code
	started := f.clock.Now().Add(-48 * time.Hour)
	k := register.Clock{StartedAt: &started, ReceivedAt: &started, Dates: 1}
	if clock != nil {
		clock(&k)
	}
	tr := f.step(code, "status", func(tr *register.Transition) {
		tr.After.Stage, tr.After.Status, tr.After.Route = dossier.StageDecision, dossier.Processing, dossier.RouteOnline
		tr.After.Waiting = register.Waiting{Who: dossier.WhoAuthority, What: dossier.WhatDecision}
		if change != nil {
			change(tr)
		}
	})
	_, err := f.Record(f.t.Context(), tr, store.Plan{Until: tr.After.Waiting.Until, Clock: &store.ClockChange{Clock: k, Date: &store.DueDate{DueAt: due, Kind: "received", StartedAt: started}}})
	require.NoError(f.t, err)
	return code
}

// morning is the list of an office on the Wednesday of the fixture's clock.
func (f *fixture) morning() store.Morning {
	now := f.clock.Now()
	today := time.Date(2025, 2, 6, 0, 0, 0, 0, dossier.Zone)
	return store.Morning{UnitKind: store.UnitOffice, Unit: "VNPHKI", Network: "vnpost", Now: now, Today: today, Soon: today.AddDate(0, 0, 1)}
}

func TestAListHasWhatMustBeLookedAfter(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		now := f.clock.Now()
		wednesday := func(hour int) time.Time { return time.Date(2025, 2, 5, hour, 0, 0, 0, dossier.Zone) }
		past := now.Add(-time.Hour)
		want := map[string][]string{
			f.termed(filing(), now.Add(-24*time.Hour), func(tr *register.Transition) { tr.After.Overdue = true }, nil):                           {"overdue"},
			f.termed(filing(), wednesday(17), nil, func(c *register.Clock) { c.Reached = "most" }):                                               {"due_today", "warned"},
			f.termed(filing(), wednesday(17).AddDate(0, 0, 1), nil, nil):                                                                         {"due_soon"},
			f.termed(filing(), wednesday(17).AddDate(0, 0, 9), func(tr *register.Transition) { tr.After.Parked = "contradicted_delivery" }, nil): {"parked"},
			f.termed(filing(), wednesday(17).AddDate(0, 0, 9), func(tr *register.Transition) {
				tr.After.Waiting = register.Waiting{Who: dossier.WhoClerk, What: dossier.WhatSupplement, Until: &past}
			}, nil): {"waiting_long"},
			f.termed(filing(), wednesday(17).AddDate(0, 0, 9), func(tr *register.Transition) {
				ahead := now.Add(24 * time.Hour)
				tr.After.Waiting = register.Waiting{Who: dossier.WhoCitizen, What: dossier.WhatSupplement, Until: &ahead}
				tr.Kind, tr.Task = "limit_passed", "limit_passed"
			}, nil): {"waiting_long"},
		}
		// What is nobody's business this morning: far dates, terms that stand still,
		// what is decided, other offices.
		f.termed(filing(), wednesday(17).AddDate(0, 0, 2), nil, nil)
		f.termed(filing(), wednesday(17), func(tr *register.Transition) { tr.After.Status = dossier.SupplementRequired },
			func(c *register.Clock) { c.Paused = &register.Pause{From: past, Reason: "supplement"} })
		f.termed(filing(), past, func(tr *register.Transition) { tr.After.Status, tr.After.Overdue = dossier.Resolved, true }, func(c *register.Clock) { c.Stopped = true })
		other := f.termed(of("VNPTAY", "vnpost", "H26.12.03"), past, func(tr *register.Transition) { tr.After.Overdue = true }, nil)

		items, err := f.ListFor(t.Context(), f.morning())
		require.NoError(t, err)
		got := map[string][]string{}
		for _, i := range items {
			got[i.Code] = i.Why
		}
		require.Equal(t, want, got)

		authority := f.morning()
		authority.UnitKind, authority.Unit = store.UnitAuthority, "H26.12.03"
		items, err = f.ListFor(t.Context(), authority)
		require.NoError(t, err)
		require.Len(t, items, len(want)+1)
		require.Contains(t, codesOf(items), other)

		p, err := f.Pressing(t.Context())
		require.NoError(t, err)
		require.Equal(t, store.Pressing{Overdue: 2, Warned: 1, Parked: 1}, p)
		before, err := f.Dossiers(t.Context(), all, store.Filter{DueBefore: wednesday(17), Limit: 50})
		require.NoError(t, err)
		require.Len(t, before, 3, "due before five o'clock, decided or not")
	})
}

func codesOf(items []store.ListItem) (codes []string) {
	for _, i := range items {
		codes = append(codes, i.Code)
	}
	return codes
}

func TestAListIsWrittenOnceAndSeenByItsOwn(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		code := f.termed(filing(), f.clock.Now().Add(time.Hour), nil, nil)
		items, err := f.ListFor(ctx, f.morning())
		require.NoError(t, err)
		first, err := f.KeepList(ctx, f.morning(), items)
		require.NoError(t, err)
		require.True(t, first)
		first, err = f.KeepList(ctx, f.morning(), nil)
		require.NoError(t, err)
		require.False(t, first, "the morning's list stays as it was")
		for _, m := range []store.Morning{
			{UnitKind: store.UnitOffice, Unit: "FPTHKI", Network: "fpt", Now: f.clock.Now()},
			{UnitKind: store.UnitAuthority, Unit: "H26.12.03", Now: f.clock.Now()},
		} {
			_, err = f.KeepList(ctx, m, []store.ListItem{})
			require.NoError(t, err)
		}
		there, err := f.Listed(ctx, store.UnitOffice, "VNPHKI", "2025-02-05")
		require.NoError(t, err)
		require.True(t, there)

		day := store.ListFilter{Day: "2025-02-05", Limit: 10}
		lists, err := f.DailyLists(ctx, all, day)
		require.NoError(t, err)
		require.Len(t, lists, 3)
		require.Equal(t, code, lists[2].Body[0].Code)
		requireKept(t, lists[2])
		for n, sc := range map[string]store.Scope{"VNPHKI": {Office: "VNPHKI"}, "FPTHKI": {Network: "fpt"}, "H26.12.03": {Authority: "H26.12.03"}} {
			lists, err := f.DailyLists(ctx, sc, day)
			require.NoError(t, err)
			require.Len(t, lists, 1, n)
			require.Equal(t, n, lists[0].Unit)
		}
		for _, sc := range []store.Scope{{}, {Office: "VNPTAY"}, {Authority: "H26"}} {
			lists, err := f.DailyLists(ctx, sc, day)
			require.NoError(t, err)
			require.Empty(t, lists)
		}
		page := day
		page.AfterKind, page.AfterUnit = lists[0].UnitKind, lists[0].Unit
		rest, err := f.DailyLists(ctx, all, page)
		require.NoError(t, err)
		require.Equal(t, lists[1:], rest)
		page = day
		page.Office = "VNPHKI"
		rest, err = f.DailyLists(ctx, all, page)
		require.NoError(t, err)
		require.Equal(t, lists[2:], rest)
	})
}
