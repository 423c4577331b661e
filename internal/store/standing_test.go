package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/internal/trail"
)

// TestStand: open dossiers by stage and by what they are parked for, and those
// whose next step is nobody's.
func TestStand(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		stand := func() store.Standing {
			st, err := f.Stand(t.Context())
			require.NoError(t, err)
			return st
		}
		require.Equal(t, store.Standing{Stages: map[dossier.Stage]int64{}, Parked: map[string]int64{}}, stand())

		fresh, waits, parked, closed := f.file(filing()), f.file(filing()), f.file(filing()), f.file(filing())
		until := f.Now().Add(time.Hour)
		limited := func(code, kind string, change func(*register.Transition)) {
			_, err := f.Record(t.Context(), f.step(code, kind, change), store.Plan{Until: &until})
			require.NoError(t, err)
		}
		limited(waits.Code, "with_authority", func(tr *register.Transition) {
			tr.After.Stage, tr.After.Waiting = dossier.StageDecision, register.Waiting{Who: dossier.WhoPortal, What: dossier.WhatDecision}
		})
		limited(parked.Code, "parked", func(tr *register.Transition) {
			tr.After.Stage, tr.After.Parked, tr.Task = dossier.StageSubmission, "portal_unreachable", "portal_unreachable"
			tr.After.Waiting = register.Waiting{Who: dossier.WhoManager, What: dossier.WhatRetry}
		})
		f.record(closed.Code, "closed", func(tr *register.Transition) { tr.After.Stage = dossier.StageClosed })
		st := stand()
		require.Equal(t, map[dossier.Stage]int64{dossier.StageIntake: 1, dossier.StageDecision: 1, dossier.StageSubmission: 1}, st.Stages)
		require.Equal(t, map[string]int64{"portal_unreachable": 1}, st.Parked)
		require.Zero(t, st.Nobody, "a new one has a while, the others have limits")

		f.clock.add(20 * time.Minute)
		require.EqualValues(t, 1, stand().Nobody, "%s was filed and nobody has begun", fresh.Code)
		f.clock.add(time.Hour)
		require.EqualValues(t, 2, stand().Nobody, "the limit of %s went by and nobody was told; the parked one has a task", waits.Code)
	})
}

// TestQueues: how much waits to be passed on, and since when.
func TestQueues(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		queues := func() map[string]store.Queue {
			qs, err := f.Queues(t.Context())
			require.NoError(t, err)
			out := map[string]store.Queue{}
			for _, q := range qs {
				out[q.Kind] = q
			}
			require.Len(t, out, 5)
			return out
		}
		for _, q := range queues() {
			require.Zero(t, q.Rows, q.Kind)
			require.Nil(t, q.Oldest, q.Kind)
		}
		first := f.Now()
		d := f.file(filing())
		f.clock.add(time.Minute)
		f.file(filing())
		f.report(d.Code, dossier.Accepted)
		_, err := f.LeaseStarts(t.Context(), 10, time.Hour)
		require.NoError(t, err)
		got := queues()
		require.EqualValues(t, 2, got["starts"].Rows, "leased is not passed on")
		require.WithinDuration(t, first, *got["starts"].Oldest, time.Second)
		require.EqualValues(t, 1, got["messages"].Rows)
		require.Zero(t, got["forms"].Rows, "a slip that nobody asked for is nobody's trouble")
		require.WithinDuration(t, first.Add(time.Minute), *got["messages"].Oldest, time.Second)
	})
}

// TestRowsKeepTheTrailOfTheirRequest: whoever passes a row on, later and
// elsewhere, finds out whose request it was.
func TestRowsKeepTheTrailOfTheirRequest(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		asked := trail.Trail{RequestID: "request-1", Traceparent: "00-01000000000000000000000000000000-0200000000000000-01"}
		ctx := asked.Onto(t.Context())
		a, err := f.File(ctx, request("file"), filing(), render)
		require.NoError(t, err)
		_, err = f.Begin(ctx, request("withdraw"), store.Ask{Code: a.Location})
		require.NoError(t, err)
		_, _, err = f.AcceptReport(ctx, store.Arrival{Source: "portal", EventID: "e1", Digest: "d"}, a.Location, register.PortalReport{Status: dossier.Accepted}, nil)
		require.NoError(t, err)
		f.clock.add(time.Minute)

		starts, err := f.LeaseStarts(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		operations, err := f.LeaseOperations(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		messages, err := f.LeaseMessages(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		require.Equal(t, []trail.Trail{asked, asked, asked}, []trail.Trail{starts[0].Trail, operations[0].Trail, messages[0].Trail})
	})
}
