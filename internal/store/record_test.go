package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// applied records the step that carries a command out.
func (f *fixture) applied(code string, op store.Operation) register.Recorded {
	f.t.Helper()
	return f.record(code, op.Kind, func(t *register.Transition) { t.Operation = op.ID })
}

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
		first, err := f.Record(ctx, tr, store.Plan{Until: &until, Due: &due})
		require.NoError(t, err)
		require.Equal(t, register.Recorded{Revision: 2, Until: keepP(until), DueAt: keepP(due), PortalCode: "H26.12.03-250205-0001",
			Papers: register.Papers{Out: custody.Papers{Count: 2, Holder: custody.Holder{Kind: custody.Office, ID: "VNPHKI"}}}, Fees: dossier.Fees{Due: 8000}}, first)
		before := f.row(d.Code)

		f.clock.add(time.Hour)
		later := until.Add(time.Hour)
		for range 2 {
			again, err := f.open(1).Record(ctx, tr, store.Plan{Until: &later, Due: &later})
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

func TestEveryCommandIsAppliedWithItsStep(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		for _, kind := range dossier.Commands() {
			payload := any(map[string]string{})
			if kind == dossier.RecordFee {
				payload = store.PaymentOrder{Amount: 1, Method: "cash", PaidAt: moment}
			}
			op := f.begin(d.Code, kind, store.Ask{Payload: payload, Text: "vì " + string(kind)})
			f.clock.add(time.Second)
			got := f.applied(d.Code, op)
			row, err := f.Operation(ctx, op.ID)
			require.NoError(t, err)
			require.Equal(t, []any{store.OperationApplied, got.Revision, (*time.Time)(nil), *keepP(f.clock.Now())},
				[]any{row.State, row.Revision, row.NextAt, *row.FinishedAt}, kind)
			log, err := f.Timeline(ctx, d.Code)
			require.NoError(t, err)
			e := log[len(log)-1]
			require.Equal(t, []any{got.Revision, string(kind), "lan", "clerk", op.TextID}, []any{e.Seq, e.Kind, e.Actor, e.Role, e.TextID}, "whoever asked for it did it")
		}
		require.NoError(t, f.VerifyAudit(ctx, d.Code))
	})
}

func TestSupplement(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		old, fresh := f.document("old"), f.document("fresh")
		n := filing()
		n.Components = []dossier.Given{{Code: "to-khai", Form: dossier.FormScan, Document: old.ID}, {Code: "giay-uy-quyen", Form: dossier.FormNotAvailable, Reason: "lost"}}
		d := f.file(n)
		give := func(c ...store.Component) {
			f.clock.add(time.Second)
			f.applied(d.Code, f.begin(d.Code, dossier.Supplement, store.Ask{Components: c}))
		}
		forms := func() map[string]dossier.Form {
			out := map[string]dossier.Form{}
			given, err := f.Components(ctx, d.Code)
			require.NoError(t, err)
			for _, g := range given {
				_, twice := out[g.Component.Component]
				require.False(t, twice, "one current version of each")
				out[g.Component.Component] = g.Form
			}
			return out
		}
		f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "to-khai", Form: dossier.FormPaperOriginal}}})
		require.Equal(t, map[string]dossier.Form{"to-khai": dossier.FormScan, "giay-uy-quyen": dossier.FormNotAvailable}, forms(), "not applied yet")

		give(store.Component{Component: "to-khai", Form: dossier.FormScan, DocumentID: fresh.ID}, store.Component{Component: "giay-uy-quyen", Form: dossier.FormPaperCertified})
		require.Equal(t, map[string]dossier.Form{"to-khai": dossier.FormScan, "giay-uy-quyen": dossier.FormPaperCertified}, forms())
		row, err := f.Document(ctx, fresh.ID)
		require.NoError(t, err)
		require.Equal(t, d.Code, row.DossierCode)
		give(store.Component{Component: "to-khai", Form: dossier.FormPaperOriginal})
		give(store.Component{Component: "giay-uy-quyen", Form: dossier.FormPaperOriginal})
		require.Equal(t, map[string]dossier.Form{"to-khai": dossier.FormPaperOriginal, "giay-uy-quyen": dossier.FormPaperOriginal}, forms())
		require.Equal(t, 6, f.count("components", "state <> 'pending'"), "old versions stay")
		papers, err := f.Papers(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, papers, 2, "the same paper is not entered twice")
		s, err := f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, custody.Papers{Count: 2, Holder: custody.Holder{Kind: custody.Office, ID: "VNPHKI"}}, s.Papers.Out)
	})
}

func TestContactAndPayment(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		f.applied(d.Code, f.begin(d.Code, dossier.Contact, store.Ask{Payload: store.ContactOrder{Phone: "+84 98 765 43 21"}}))
		require.Equal(t, "4321", f.row(d.Code).PhoneTail, "the slip's second factor follows")
		recipient := dossier.Person{FullName: "Lê Thị Cúc", Phone: "0912 345 678", Address: "5 Lò Sũ"}
		for range 2 {
			f.applied(d.Code, f.begin(d.Code, dossier.Contact, store.Ask{Payload: store.ContactOrder{Recipient: &recipient}}))
			recipient.Address = "7 Lò Sũ"
		}
		people, err := f.People(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, people, 2)
		require.Equal(t, "0987654321", people[store.PartApplicant].Phone)
		require.Equal(t, "Nguyễn Văn An", people[store.PartApplicant].FullName)
		require.Equal(t, store.Person{DossierCode: d.Code, Part: store.PartRecipient, FullName: "Lê Thị Cúc", Phone: "0912345678", Address: "7 Lò Sũ"}, people[store.PartRecipient])
		require.Equal(t, "4321", f.row(d.Code).PhoneTail, "the recipient's phone is no second factor")

		op := f.begin(d.Code, dossier.RecordFee, store.Ask{Payload: store.PaymentOrder{Amount: 8000, Method: "qr", Reference: "FT25", PaidAt: moment}})
		got := f.record(d.Code, "payment", func(tr *register.Transition) {
			tr.Operation, tr.After.Fees.Paid = op.ID, tr.After.Fees.Paid+8000
		})
		require.Equal(t, dossier.Fees{Due: 8000, Paid: 8000}, got.Fees)
		paid, err := f.Payments(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, []store.Payment{{ID: paid[0].ID, DossierCode: d.Code, OperationID: op.ID, Amount: 8000, Method: "qr", Reference: "FT25", PaidAt: keep(moment), Subject: "lan"}}, paid)

		for _, kind := range []dossier.Command{dossier.Contact, dossier.RecordFee} {
			broken := f.begin(d.Code, kind, store.Ask{Payload: []int{1}})
			_, err := f.Record(ctx, f.step(d.Code, string(kind), func(tr *register.Transition) { tr.Operation = broken.ID }), store.Plan{})
			var unreadable *json.UnmarshalTypeError
			require.ErrorAs(t, err, &unreadable, "%s", kind)
		}
	})
}

// accept is a step that accepts a dossier, under a number or without one.
func accept(number string) func(*register.Transition) {
	return func(tr *register.Transition) {
		tr.After.Stage, tr.After.Status, tr.After.PortalCode = dossier.StageDecision, dossier.Accepted, number
	}
}

func TestOfficialNumbers(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		one, two, three, far := f.file(filing()), f.file(filing()), f.file(filing()), f.file(of("VTPCGI", "viettelpost", "H26.06.01"))
		require.Empty(t, f.record(one.Code, "submitted", nil).PortalCode, "none before acceptance")

		require.Equal(t, "H26.12.03-250205-0001", f.record(one.Code, "accepted", accept("")).PortalCode)
		require.Equal(t, "H26.06.01-250205-0001", f.record(far.Code, "accepted", accept("")).PortalCode, "each authority counts for itself")
		require.Equal(t, "H26.12.03-250205-7777", f.record(two.Code, "accepted", accept("H26.12.03-250205-7777")).PortalCode, "the portal's own")
		require.Equal(t, "H26.12.03-250205-0001", f.record(one.Code, "status", accept("H26.12.03-250205-8888")).PortalCode, "it never changes")

		require.Empty(t, f.record(three.Code, "accepted", accept("H26.12.03-250205-7777")).PortalCode, "another dossier's is not believed")
		require.Nil(t, f.row(three.Code).PortalCode)
		tasks, err := f.OpenTasks(ctx, three.Code)
		require.NoError(t, err)
		require.Len(t, tasks, 1)
		require.Equal(t, []any{"portal_code_taken", dossier.WhoManager}, []any{tasks[0].Kind, tasks[0].Owner})
		log, err := f.Timeline(ctx, three.Code)
		require.NoError(t, err)
		require.Contains(t, log[1].Data, `"portal_code_taken":"H26.12.03-250205-7777"`)

		f.record(three.Code, "unparked", func(tr *register.Transition) { tr.After.Status = dossier.Processing })
		tasks, err = f.OpenTasks(ctx, three.Code)
		require.NoError(t, err)
		require.Len(t, tasks, 1, "stays open until somebody has looked")

		ahead := f.file(filing())
		f.record(ahead.Code, "accepted", accept("H26.12.03-250205-0002"))
		require.Equal(t, "H26.12.03-250205-0003", f.record(f.file(filing()).Code, "accepted", accept("")).PortalCode, "the portal was faster with the second")

		f.clock.set(time.Date(2025, 2, 6, 0, 0, 0, 0, dossier.Zone))
		require.Equal(t, "H26.12.03-250206-0001", f.record(f.file(filing()).Code, "accepted", accept("")).PortalCode)
	})
}

// Two dossiers that are told the same number at once: one has it, the other's
// step is tried again and finds it taken.
func TestTheSameNumberAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		var steps []register.Transition
		for range 6 {
			steps = append(steps, f.step(f.file(filing()).Code, "accepted", accept("H26.12.03-250205-7777")))
		}
		requireNoErrors(t, together(len(steps), func(i int) error {
			_, err := f.Record(t.Context(), steps[i], store.Plan{})
			if err != nil {
				_, err = f.Record(t.Context(), steps[i], store.Plan{})
			}
			return err
		}))
		require.Equal(t, 1, f.count("dossiers", "portal_code = 'H26.12.03-250205-7777'"))
		require.Equal(t, 5, f.count("tasks", "kind = 'portal_code_taken'"))
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

func TestPapersMove(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(paper())
		office, carrier := custody.Holder{Kind: custody.Office, ID: "VNPHKI"}, custody.Holder{Kind: custody.Carrier, ID: "vnpost"}
		authority, citizen := custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}, custody.Holder{Kind: custody.Citizen}
		move := func(p custody.Papers) register.Papers {
			f.clock.add(time.Second)
			return f.record(d.Code, "handover", func(tr *register.Transition) { tr.Papers = &p }).Papers
		}
		for _, p := range []custody.Papers{
			{Count: 2, Holder: office, Offered: carrier}, {Count: 2, Holder: carrier}, {Count: 2, Holder: carrier, Offered: authority},
		} {
			require.Equal(t, register.Papers{Out: p}, move(p))
		}
		require.Equal(t, register.Papers{Arrived: 2}, move(custody.Papers{Count: 2, Holder: authority}))
		require.Equal(t, register.Papers{Arrived: 2}, move(custody.Papers{Holder: carrier}), "what has arrived is no longer in the bundle")

		// A paper given later travels by itself.
		f.applied(d.Code, f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "so-ho-khau", Form: dossier.FormPaperOriginal}}}))
		s, err := f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, register.Papers{Out: custody.Papers{Count: 1, Holder: office}, Arrived: 2}, s.Papers)
		require.Equal(t, register.Papers{Out: custody.Papers{Count: 1, Holder: carrier}, Arrived: 2}, move(custody.Papers{Count: 1, Holder: carrier}))

		got := f.record(d.Code, "returned", func(tr *register.Transition) {
			tr.HomePapers, tr.After.Stage, tr.After.Status, tr.Delivery = custody.Citizen, dossier.StageClosed, dossier.Returned, dossier.DeliveryCollected
		})
		require.Zero(t, got.Papers)
		papers, err := f.Papers(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, papers, 3, "papers are conserved")
		for _, p := range papers {
			require.Equal(t, citizen, custody.Holder{Kind: p.HolderKind, ID: p.HolderID})
			require.Empty(t, p.OfferedKind+p.OfferedID)
		}
		requireKept(t, papers)
		row := f.row(d.Code)
		require.Equal(t, dossier.DeliveryCollected, row.DeliveryState)
		require.Equal(t, keepP(f.clock.Now()), row.ClosedAt)
		f.clock.add(time.Hour)
		f.record(d.Code, "note", nil)
		require.Equal(t, row.ClosedAt, f.row(d.Code).ClosedAt, "closed once")
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
