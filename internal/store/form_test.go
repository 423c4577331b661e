package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// formsOf lists a dossier's forms as "seq kind n state".
func (f *fixture) formsOf(code string) (out []string) {
	f.t.Helper()
	for _, row := range f.formRows(code) {
		out = append(out, fmt.Sprintf("%d %s %d %s", row.Seq, row.Kind, row.N, row.State))
	}
	return out
}

func (f *fixture) formRows(code string) []store.Form {
	f.t.Helper()
	rows, err := f.Forms(f.t.Context(), code)
	require.NoError(f.t, err)
	return rows
}

// to records the authority's word.
func (f *fixture) to(code string, status dossier.Status, change func(*register.Transition)) {
	f.t.Helper()
	f.record(code, "status", func(tr *register.Transition) {
		tr.After.Status, tr.After.Stage = status, dossier.StageDecision
		if change != nil {
			change(tr)
		}
	})
}

func accepted(due *time.Time) func(*register.Transition) {
	return func(tr *register.Transition) {
		tr.After.ReceivedAt, tr.After.DueAt, tr.After.PortalCode = &moment2, due, "H26.12.03-250205-0001"
	}
}

func TestEachStepYieldsItsForms(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		due := moment.Add(48 * time.Hour)
		moved := due.Add(72 * time.Hour)
		f.record(d.Code, "route_decided", nil)
		f.to(d.Code, dossier.Accepted, accepted(&due))
		f.to(d.Code, dossier.Processing, nil)
		f.to(d.Code, dossier.SupplementRequired, func(tr *register.Transition) { tr.After.Asked = []string{"to-khai"} })
		f.to(d.Code, dossier.Processing, nil)
		f.to(d.Code, dossier.SupplementRequired, func(tr *register.Transition) { tr.After.Asked = nil })
		f.to(d.Code, dossier.Accepted, nil)
		f.record(d.Code, "apology_drafted", nil)
		f.record(d.Code, "extend", func(tr *register.Transition) { tr.After.DueAt = &moved })
		f.to(d.Code, dossier.Stopped, nil)
		f.record(d.Code, "closed", func(tr *register.Transition) { tr.After.Stage = dossier.StageClosed })
		f.record(d.Code, "late_report", nil)
		require.Equal(t, []string{"1 00 1 pending", "3 01 1 pending", "5 02 1 pending", "7 02 2 pending", "9 04-draft 1 pending", "10 04 1 pending",
			"11 05 1 pending", "12 06 1 pending"}, f.formsOf(d.Code))

		rows := f.formRows(d.Code)
		require.Equal(t, []string{"to-khai"}, rows[2].Data.Asked)
		require.Empty(t, rows[3].Data.Asked)
		require.Equal(t, keepP(due), rows[5].Data.DueBefore)
		require.Equal(t, keepP(moved), rows[5].Data.DueAt)
		require.Nil(t, rows[1].Data.DueBefore)
		require.Equal(t, dossier.LocalDay(moment2), rows[1].LawDay)
		requireKept(t, rows)

		refused, withdrawn := f.file(filing()), f.file(filing())
		f.to(refused.Code, dossier.Refused, nil)
		f.record(withdrawn.Code, "withdrawn", func(tr *register.Transition) { tr.After.Status = dossier.Withdrawn })
		require.Equal(t, []string{"1 00 1 pending", "2 03 1 pending"}, f.formsOf(refused.Code))
		require.Equal(t, []string{"1 00 1 pending", "2 05 1 pending"}, f.formsOf(withdrawn.Code))
	})
}

func TestTheSameStepYieldsItsFormsOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		req := request("file")
		a, err := f.File(t.Context(), req, filing(), render)
		require.NoError(t, err)
		_, err = f.File(t.Context(), req, filing(), render)
		require.NoError(t, err)
		tr := f.step(a.Location, "status", func(tr *register.Transition) { tr.After.Status = dossier.Refused })
		processes := []*store.Store{f.Store, f.open(5)}
		requireNoErrors(t, together(8, func(i int) error {
			_, err := processes[i%2].Record(t.Context(), tr, store.Plan{})
			return err
		}))
		require.Equal(t, []string{"1 00 1 pending", "2 03 1 pending"}, f.formsOf(a.Location))
		require.Equal(t, 2, f.count("forms", ""))
	})
}

// What the form's order cannot be kept with, the step cannot either.
func TestNoStepWithoutItsForm(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		f.spoil("INSERT", "forms")
		tr := f.step(d.Code, "status", func(tr *register.Transition) { tr.After.Status = dossier.Refused })
		_, err := f.Record(t.Context(), tr, store.Plan{})
		require.Error(t, err)
		require.Equal(t, dossier.Registered, f.row(d.Code).Status)
		_, err = f.File(t.Context(), request("file"), filing(), render)
		require.Error(t, err)
		require.Equal(t, 1, f.count("dossiers", ""))
		f.mend("forms")
		_, err = f.Record(t.Context(), tr, store.Plan{})
		require.NoError(t, err)
		require.Equal(t, []string{"1 00 1 pending", "2 03 1 pending"}, f.formsOf(d.Code))
	})
}

// A receipt is an appointment: where the term still waits for the fee or the
// papers, it waits for its date.
func TestAReceiptWaitsForItsDate(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		n := filing()
		n.Clock = register.Clock{ID: "standard", Version: "1"}
		d := f.file(n)
		f.to(d.Code, dossier.Accepted, accepted(nil))
		require.Equal(t, []string{"1 00 1 pending"}, f.formsOf(d.Code))
		due := moment.Add(48 * time.Hour)
		tr := f.step(d.Code, "payment", nil)
		_, err := f.Record(t.Context(), tr, store.Plan{Clock: &store.ClockChange{Clock: register.Clock{ID: "standard", StartedAt: &moment2, Dates: 1},
			Date: &store.DueDate{DueAt: due, Kind: "fee_paid", StartedAt: moment2}}})
		require.NoError(t, err)
		require.Equal(t, []string{"1 00 1 pending", "3 01 1 pending"}, f.formsOf(d.Code))
		require.Equal(t, keepP(due), f.formRows(d.Code)[1].Data.DueAt)
	})
}

func written(f store.Form, digest string) store.Form {
	f.Title, f.SHA256, f.StorageName, f.Bytes, f.MediaType, f.Pages = "Phiếu gửi hồ sơ", digest, digest, 10, "application/pdf", 1
	return f
}

func TestAWrittenFormNeverChanges(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		row := f.formRows(d.Code)[0]
		first, err := f.FormWritten(ctx, written(row, "one"))
		require.NoError(t, err)
		require.Equal(t, []string{store.FormReady, "one"}, []string{first.State, first.SHA256})
		f.clock.add(time.Hour)
		again, err := f.FormWritten(ctx, written(row, "two"))
		require.NoError(t, err)
		require.Equal(t, first, again, "who is later hears what is there")
		at := f.clock.Now()
		require.NoError(t, f.FormNotWritten(ctx, row.ID, "field:clerk", &at))
		require.NoError(t, f.FormNotWritten(ctx, row.ID, "field:clerk", nil))
		leased, err := f.LeaseForms(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Empty(t, leased)
		require.Equal(t, []store.Form{first}, f.formRows(d.Code))
		_, err = f.Form(ctx, "VNPHKI-250205-0002-X", row.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestOfManyWritersOneWrites(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		row := f.formRows(d.Code)[0]
		processes := []*store.Store{f.Store, f.open(5)}
		got := make([]string, 10)
		requireNoErrors(t, together(len(got), func(i int) error {
			now, err := processes[i%2].FormWritten(t.Context(), written(row, fmt.Sprint("digest-", i)))
			got[i] = now.SHA256
			return err
		}))
		for _, digest := range got {
			require.Equal(t, f.formRows(d.Code)[0].SHA256, digest)
		}
	})
}

func TestFormsAreLeased(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		none, err := f.LeaseForms(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Empty(t, none, "left to the clerk who prints it at once")
		f.clock.add(3 * time.Second)
		rows, err := f.LeaseForms(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, 1, rows[0].Attempts)
		none, err = f.LeaseForms(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Empty(t, none)

		again := f.clock.Now().Add(time.Second)
		require.Zero(t, f.unwritten(), "nobody has asked for it")
		require.NoError(t, f.FormNotWritten(ctx, rows[0].ID, "field:clerk", &again))
		require.EqualValues(t, 1, f.unwritten())
		f.clock.add(2 * time.Second)
		rows, err = f.LeaseForms(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Equal(t, []any{2, "field:clerk"}, []any{rows[0].Attempts, rows[0].Cause})
		require.NoError(t, f.FormNotWritten(ctx, rows[0].ID, "field:clerk", nil))
		require.Equal(t, []string{"1 00 1 failed"}, f.formsOf(d.Code))
		require.Zero(t, f.unwritten())
		mended, err := f.FormWritten(ctx, written(rows[0], "late")) // what was given up can still be asked for
		require.NoError(t, err)
		require.Equal(t, []string{store.FormReady, ""}, []string{mended.State, mended.Cause})
	})
}

// A form says what the dossier consisted of then, whatever was given since.
func TestComponentsAsTheyWereThen(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		n := filing()
		n.Components = []dossier.Given{{Code: "to-khai", Form: dossier.FormScan, Document: f.document("a").ID}, {Code: "giay", Form: dossier.FormPaperOriginal}}
		d := f.file(n)
		op := f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "to-khai", Form: dossier.FormPaperOriginal}}})
		pending := f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "them", Form: dossier.FormPaperOriginal}}})
		require.Equal(t, store.OperationPending, pending.State)
		f.record(d.Code, "supplement", func(tr *register.Transition) { tr.Operation = op.ID })
		at := func(seq int64) (out []string) {
			rows, err := f.ComponentsAt(ctx, d.Code, seq)
			require.NoError(t, err)
			for _, c := range rows {
				out = append(out, fmt.Sprint(c.Component.Component, " ", c.Form, " ", c.Document != nil))
			}
			return out
		}
		require.Equal(t, []string{"to-khai scan true", "giay paper_original false"}, at(1))
		require.Equal(t, []string{"to-khai paper_original false", "giay paper_original false"}, at(2))
	})
}

// unwritten is how many forms were asked for and could not be written so far.
func (f *fixture) unwritten() int64 {
	f.t.Helper()
	queues, err := f.Queues(f.t.Context())
	require.NoError(f.t, err)
	i := slices.IndexFunc(queues, func(q store.Queue) bool { return q.Kind == "forms" })
	return queues[i].Rows
}
