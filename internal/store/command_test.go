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
		require.Len(t, papers, 3, "each paper given is a sheet with a holder")
		s, err := f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, custody.Papers{Count: 3, Holder: custody.Holder{Kind: custody.Office, ID: "VNPHKI"}}, s.Papers.Out)
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
