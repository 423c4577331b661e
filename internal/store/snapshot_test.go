package store_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// pick takes one of several.
func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// someTime is now and then no time, and never in UTC.
func someTime(r *rand.Rand) *time.Time {
	if r.IntN(3) == 0 {
		return nil
	}
	at := moment.Add(time.Duration(r.Int64N(int64(1000 * time.Hour))))
	return &at
}

// anyPosition is a position that means nothing but fills every field.
func anyPosition(r *rand.Rand, before register.Position) register.Position {
	p := register.Position{
		Stage: pick(r, dossier.Stages()...), Status: dossier.Status(1 + r.IntN(10)),
		Route:   pick(r, "", dossier.RouteOnline, dossier.RoutePaper, dossier.RouteOnlineWithPaper),
		Waiting: register.Waiting{Who: pick(r, dossier.WhoClerk, dossier.WhoPortal), What: pick(r, dossier.WhatDecision, dossier.WhatPayment)},
		Parked:  pick(r, "", "portal_unreachable"), Overdue: r.IntN(2) == 0, ReceivedAt: someTime(r), DueAt: someTime(r),
		SubmitAttempt: r.IntN(4), Submitted: r.IntN(2) == 0, Rounds: r.IntN(4), Given: r.IntN(2) == 0, Asked: pick(r, []string{}, []string{"to-khai"}, []string{"a", `"b",c`}),
		Parts:      pick(r, nil, []register.Part{{Component: "to-khai", Pages: []int{2, 3}, TextID: "t"}}),
		Fee:        r.Int64N(1 << 40),
		Fees:       dossier.Fees{Due: r.Int64N(1 << 40), Paid: r.Int64N(1 << 40), Refunded: r.Int64N(1 << 40)},
		Result:     register.Result{Known: r.IntN(2) == 0, Paper: r.IntN(2) == 0},
		PortalCode: before.PortalCode, LastReport: before.LastReport,
	}
	if at := someTime(r); at != nil {
		p.LastReport = *at
	}
	if p.PortalCode == "" && r.IntN(4) == 0 {
		p.PortalCode = fmt.Sprintf("H26.12.03-250205-%04d", r.IntN(10000))
	}
	return p
}

// kept is a position as the register keeps it.
func kept(p register.Position, plan store.Plan, got register.Recorded) register.Position {
	utc := func(t *time.Time) *time.Time {
		if t == nil {
			return nil
		}
		return keepP(*t)
	}
	p.ReceivedAt, p.DueAt, p.Waiting.Until, p.PortalCode = utc(p.ReceivedAt), utc(p.DueAt), utc(plan.Until), got.PortalCode
	if !p.LastReport.IsZero() {
		p.LastReport = keep(p.LastReport)
	}
	return p
}

// TestAWorkflowBegunAnewStandsWhereTheLastOneDid records any positions and reads
// each one back from another process.
func TestAWorkflowBegunAnewStandsWhereTheLastOneDid(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test's dice
		other := f.open(2)
		d := f.file(paper())
		s, err := other.Snapshot(t.Context(), d.Code)
		require.NoError(t, err)
		require.Equal(t, register.Snapshot{
			Facts: register.Facts{Code: d.Code, Office: "VNPHKI", Network: "vnpost", Authority: "H26.12.03", Procedure: "2.000635", ProcedureVersion: "163/QĐ-BTP",
				Method: dossier.ByCourier, Carrier: "viettelpost", FeeExpected: true},
			Position: register.Position{Stage: dossier.StageIntake, Status: dossier.Registered, Waiting: register.Waiting{Who: dossier.WhoNobody, What: dossier.WhatWork},
				Asked: []string{}, Fees: dossier.Fees{Due: 8000}},
			Revision: 1, Papers: register.Papers{Out: custody.Papers{Count: 2, Holder: custody.Holder{Kind: custody.Office, ID: "VNPHKI"}}, AtOffice: 2},
		}, s)
		filled := map[string]bool{}
		for step := int64(1); step <= 25; step++ {
			f.clock.add(time.Duration(r.IntN(1000)) * time.Second)
			tr := register.Transition{Code: d.Code, Step: step, Kind: "any", Actor: "system", After: anyPosition(r, s.Position)}
			plan := store.Plan{Until: someTime(r), Clock: &store.ClockChange{Clock: register.Clock{ID: "standard", Asked: r.IntN(3), Dates: int(step), Reached: "half"}}}
			got, err := f.Record(t.Context(), tr, plan)
			require.NoError(t, err)
			want := kept(tr.After, plan, got)
			for i, p := 0, reflect.ValueOf(want); i < p.NumField(); i++ {
				filled[p.Type().Field(i).Name] = filled[p.Type().Field(i).Name] || !p.Field(i).IsZero()
			}
			s, err = other.Snapshot(t.Context(), d.Code)
			require.NoError(t, err)
			require.Equal(t, want, s.Position, "step %d", step)
			require.Equal(t, []any{step, step + 1, got.Revision, got.Papers}, []any{s.Step, s.Revision, s.Revision, s.Papers})
			require.Equal(t, plan.Clock.Clock, s.Clock)
			requireKept(t, []any{f.row(d.Code), got.DueAt, got.Until, s.Position.LastReport, keep(moment)})
		}
		for field, ok := range filled {
			require.True(t, ok, "the test never fills %s", field)
		}
	})
}

func TestSnapshotOfNothing(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		_, err := f.Snapshot(t.Context(), "VNPHKI-250205-0001-M")
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = f.Start(t.Context(), "VNPHKI-250205-0001-M")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

// What nobody has dealt with comes with the snapshot, whether an earlier run is
// known to have been told of it or not.
func TestSnapshotBringsTheUnheard(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		var heard []register.PortalReport
		for i, status := range []dossier.Status{dossier.Accepted, dossier.Processing, dossier.SupplementRequired, dossier.Resolved} {
			f.clock.add(time.Second)
			m := f.report(d.Code, status)
			if i != 3 { // the last one is on its way, or was told and is not marked yet
				require.NoError(t, f.Signalled(ctx, m.ID))
			}
			r, err := m.PortalReport()
			require.NoError(t, err)
			heard = append(heard, r)
		}
		f.record(d.Code, "status", func(tr *register.Transition) { tr.Inbox = []string{heard[0].Inbox} })
		s, err := f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, heard[1:], s.Portal, "in the order they came")
	})
}

// A snapshot is one moment: no step and no parcel falls between its parts.
func TestSnapshotIsOneMoment(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(paper())
		steps := int64(60)
		if !f.Postgres() {
			steps = 5 // one transaction at a time by itself
		}
		done := make(chan struct{})
		requireNoErrors(t, together(3, func(i int) error {
			if i == 0 {
				defer close(done)
				for step := int64(1); step <= steps; step++ {
					holder := custody.Holder{Kind: custody.Carrier, ID: fmt.Sprint(step)}
					tr := register.Transition{Code: d.Code, Step: step, Kind: "handover", After: position(d), Papers: &custody.Papers{Count: 2, Holder: holder}}
					if _, err := f.Record(t.Context(), tr, store.Plan{}); err != nil {
						return err
					}
				}
				return nil
			}
			for {
				s, err := f.Snapshot(t.Context(), d.Code)
				if err != nil {
					return err
				}
				if s.Step > 0 && s.Papers.Out.Holder.ID != fmt.Sprint(s.Step) {
					return fmt.Errorf("step %d with the papers of step %s", s.Step, s.Papers.Out.Holder.ID)
				}
				if err := f.VerifyAudit(t.Context(), d.Code); err != nil {
					return err
				}
				select {
				case <-done:
					return nil
				default:
				}
			}
		}))
	})
}
