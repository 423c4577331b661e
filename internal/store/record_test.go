package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

func TestRecordOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(paper())
		until, due := moment.Add(time.Hour), moment.Add(48*time.Hour)
		tr := f.step(d.Code, "accepted", func(tr *register.Transition) {
			tr.After.Stage, tr.After.Status, tr.After.Route = dossier.StageDecision, dossier.Accepted, dossier.RouteOnline
			tr.After.Waiting = register.Waiting{Who: dossier.WhoAuthority, What: dossier.WhatDecision}
			tr.Task = "look"
		})
		first, err := f.Record(ctx, tr, store.Plan{Until: &until, Clock: &store.ClockChange{Date: &store.DueDate{DueAt: due, Kind: "received", StartedAt: moment}}})
		require.NoError(t, err)
		require.Equal(t, register.Recorded{Revision: 2, Until: keepP(until), DueAt: keepP(due), PortalCode: "H26.12.03-250205-0001",
			Papers: register.Papers{Out: custody.Papers{Count: 2, Holder: custody.Holder{Kind: custody.Office, ID: "VNPHKI"}}, AtOffice: 2}, Fees: dossier.Fees{Due: 8000}}, first)
		before := f.row(d.Code)

		f.clock.add(time.Hour)
		later := until.Add(time.Hour)
		for range 2 {
			again, err := f.open(1).Record(ctx, tr, store.Plan{Until: &later, Clock: &store.ClockChange{Date: &store.DueDate{DueAt: later}}})
			require.NoError(t, err)
			require.Equal(t, first, again)
		}
		require.Equal(t, before, f.row(d.Code))
		require.Equal(t, []string{"filed", "accepted"}, f.kinds(d.Code))
		tasks, err := f.OpenTasks(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, tasks, 1)
	})
}

func TestRecordAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		processes := []*store.Store{f.Store, f.open(10)}
		op := f.begin(d.Code, dossier.RecordFee, store.Ask{Payload: store.PaymentOrder{Amount: 8000, Method: "cash", PaidAt: moment}})
		tr := f.step(d.Code, "payment", func(tr *register.Transition) { tr.Operation = op.ID })
		answers := make([]register.Recorded, 20)
		requireNoErrors(t, together(len(answers), func(i int) (err error) {
			answers[i], err = processes[i%2].Record(t.Context(), tr, store.Plan{})
			return err
		}))
		for _, a := range answers {
			require.Equal(t, answers[0], a)
		}
		require.Equal(t, []string{"filed", "payment"}, f.kinds(d.Code))
		require.Equal(t, 1, f.count("payments", ""))
	})
}

func TestRecordOutOfStep(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		f.record(d.Code, "digitized", nil)
		f.record(d.Code, "submitted", nil)
		before := f.row(d.Code)
		for name, c := range map[string]struct {
			step int64
			kind string
			want error
		}{
			"a gap":                    {4, "accepted", store.ErrSuperseded},
			"far ahead":                {99, "accepted", store.ErrSuperseded},
			"another last step":        {2, "refused", store.ErrSuperseded},
			"another first step":       {1, "refused", store.ErrSuperseded},
			"a step that never was":    {0, "filed", store.ErrSuperseded},
			"a step below all of them": {-1, "filed", store.ErrSuperseded},
			"the last step again":      {2, "submitted", nil},
		} {
			_, err := f.Record(ctx, register.Transition{Code: d.Code, Step: c.step, Kind: c.kind, After: position(d)}, store.Plan{})
			require.ErrorIs(t, err, c.want, name)
		}
		_, err := f.Record(ctx, register.Transition{Code: "VNPHKI-250205-9999-X", Step: 1, Kind: "digitized", After: position(d)}, store.Plan{})
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = f.Record(ctx, f.step(d.Code, "withdraw", func(tr *register.Transition) { tr.Operation = "unknown" }), store.Plan{})
		require.Error(t, err)
		other := f.file(filing())
		foreign := f.begin(other.Code, dossier.Withdraw, store.Ask{})
		_, err = f.Record(ctx, f.step(d.Code, "withdraw", func(tr *register.Transition) { tr.Operation = foreign.ID }), store.Plan{})
		require.Error(t, err, "another dossier's command")
		require.Equal(t, before, f.row(d.Code))
		require.Equal(t, []string{"filed", "digitized", "submitted"}, f.kinds(d.Code))
	})
}

// TestAFailedRecordLeavesNothing breaks a step at each of its writes in turn.
func TestAFailedRecordLeavesNothing(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(paper())
		op := f.begin(d.Code, dossier.RecordFee, store.Ask{Payload: store.PaymentOrder{Amount: 8000, Method: "cash", PaidAt: moment}})
		m := f.report(d.Code, dossier.Accepted)
		tr := f.step(d.Code, "accepted", func(tr *register.Transition) {
			tr.After.Stage, tr.After.Status, tr.After.Parked, tr.Task = dossier.StageDecision, dossier.Accepted, "look", "look"
			tr.Operation, tr.Inbox, tr.Papers = op.ID, []string{m.ID}, &custody.Papers{Count: 2, Holder: custody.Holder{Kind: custody.Carrier, ID: "vnpost"}}
		})
		state := func() []any {
			papers, err := f.Papers(ctx, d.Code)
			require.NoError(t, err)
			now, err := f.Operation(ctx, op.ID)
			require.NoError(t, err)
			return []any{f.row(d.Code), f.kinds(d.Code), papers, now, f.count("tasks", ""), f.count("payments", ""), f.count("counters", ""), f.count("inbox", "state = 'applied'")}
		}
		before := state()
		for _, write := range [][2]string{{"UPDATE", "inbox"}, {"INSERT", "payments"}, {"INSERT", "counters"}, {"UPDATE", "papers"}, {"INSERT", "tasks"},
			{"INSERT", "audit_entries"}, {"UPDATE", "operations"}, {"UPDATE", "dossiers"}} {
			f.spoil(write[0], write[1])
			_, err := f.Record(ctx, tr, store.Plan{})
			require.ErrorContains(t, err, "spoilt", "%v", write)
			f.mend(write[1])
			require.Equal(t, before, state(), "%v", write)
		}
		got, err := f.Record(ctx, tr, store.Plan{})
		require.NoError(t, err)
		require.Equal(t, int64(2), got.Revision)
		require.Equal(t, "H26.12.03-250205-0001", got.PortalCode)
	})
}

func TestTasks(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		until := moment.Add(3 * time.Hour)
		park := func(kind string) register.Transition {
			return f.step(d.Code, "parked", func(tr *register.Transition) {
				tr.After.Parked, tr.Task, tr.TaskCause = kind, kind, "rate_limited"
				tr.After.Waiting = register.Waiting{Who: dossier.WhoManager, What: dossier.WhatRetry}
			})
		}
		_, err := f.Record(ctx, park("portal_unreachable"), store.Plan{Until: &until})
		require.NoError(t, err)
		tasks, err := f.OpenTasks(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, []store.Task{{ID: tasks[0].ID, DossierCode: d.Code, Kind: "portal_unreachable", Owner: dossier.WhoManager, Cause: "rate_limited",
			DueAt: keep(until), OpenedAt: keep(moment)}}, tasks)
		requireKept(t, tasks)

		_, err = f.Record(ctx, park("courier_unreachable"), store.Plan{})
		require.NoError(t, err)
		tasks, err = f.OpenTasks(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, tasks, 2)
		for _, task := range tasks {
			require.True(t, task.DueAt.After(moment), "every task has an end")
		}
		f.record(d.Code, "contact", nil)
		require.Equal(t, 2, f.count("tasks", "closed_at IS NULL"), "still parked")
		f.clock.add(time.Minute)
		f.record(d.Code, "retry", func(tr *register.Transition) { tr.After.Parked = "" })
		tasks, err = f.OpenTasks(ctx, d.Code)
		require.NoError(t, err)
		require.Empty(t, tasks)
	})
}

func TestWhatAStepSays(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		op := f.begin(d.Code, dossier.Decide, store.Ask{Text: "của cán bộ"})
		happened := moment.Add(-time.Hour)
		data := map[string]string{"from": "registered"}
		f.clock.add(time.Second)
		f.record(d.Code, "status", func(tr *register.Transition) {
			tr.Actor, tr.At, tr.Data, tr.TextID = "portal", &happened, data, "text-of-the-report"
			tr.After.Status, tr.After.Stage = dossier.Accepted, dossier.StageDecision
		})
		require.Equal(t, map[string]string{"from": "registered"}, data, "the caller's own map stays as it is")
		f.record(d.Code, "decision", func(tr *register.Transition) { tr.Operation, tr.TextID = op.ID, "another text" })
		log, err := f.Timeline(ctx, d.Code)
		require.NoError(t, err)
		require.JSONEq(t, `{"from":"registered","occurred_at":"2025-02-05T08:30:00+07:00","portal_code":"H26.12.03-250205-0001","stage":"decision","status":"accepted","step":"1"}`, log[1].Data)
		require.Equal(t, []any{"portal", "portal", "text-of-the-report", keep(moment.Add(time.Second)), int64(1)},
			[]any{log[1].Actor, log[1].Role, log[1].TextID, log[1].At, log[1].Step})
		require.Equal(t, []any{"lan", "clerk", "another text", int64(2)}, []any{log[2].Actor, log[2].Role, log[2].TextID, log[2].Step})
		require.Equal(t, log[1].Hash, log[2].Prev)
		require.Equal(t, log[2].Hash, f.row(d.Code).AuditHead)
		_, err = f.Text(ctx, "VNPHKI-250205-0002-X", op.TextID)
		require.NoError(t, err)
		other := f.file(filing())
		text, err := f.Text(ctx, other.Code, op.TextID)
		require.NoError(t, err)
		require.Empty(t, text, "another dossier's text")
		f.begin(other.Code, dossier.Withdraw, store.Ask{Text: "khác"})
		texts, err := f.Texts(ctx, d.Code, []string{op.TextID, "unknown"})
		require.NoError(t, err)
		require.Equal(t, map[string]string{op.TextID: "của cán bộ"}, texts)
		for code, ids := range map[string][]string{d.Code: nil, other.Code: {op.TextID}} {
			texts, err := f.Texts(ctx, code, ids)
			require.NoError(t, err)
			require.Empty(t, texts)
		}
	})
}
