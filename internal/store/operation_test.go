package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

func TestBegin(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		req := request("supplement")
		scan, result := f.document("scan"), f.document("result")
		ask := func() store.Ask {
			return store.Ask{Code: d.Code, Payload: map[string]string{"note": "Nguyễn"}, Text: "quét lại",
				Components: []store.Component{{Component: "to-khai", Form: dossier.FormScan, DocumentID: scan.ID}, {Component: "giay-uy-quyen", Form: dossier.FormPaperOriginal}},
				Results:    []store.Result{{Name: "ket-qua.pdf", DocumentID: result.ID}}}
		}
		op, err := f.Begin(ctx, req, ask())
		require.NoError(t, err)
		row, err := f.Operation(ctx, op.ID)
		require.NoError(t, err)
		require.Equal(t, row, op)
		retry := keep(moment).Add(store.RelayDelay)
		require.Equal(t, store.Operation{ID: op.ID, Subject: "lan", IdempotencyKey: req.Key, Digest: req.Digest, Kind: "supplement", DossierCode: d.Code,
			Role: "clerk", Payload: `{"note":"Nguyễn"}`, TextID: op.TextID, State: store.OperationPending, NextAt: &retry, CreatedAt: keep(moment)}, op)
		text, err := f.Text(ctx, d.Code, op.TextID)
		require.NoError(t, err)
		require.Equal(t, "quét lại", text)
		require.Equal(t, 2, f.count("components", "state = ?", store.ComponentPending))
		require.Equal(t, 2, f.count("documents", "dossier_code = ?", d.Code), "nobody else may use them now")
		results, err := f.Results(ctx, d.Code)
		require.NoError(t, err)
		require.Empty(t, results, "a result counts once its decision is applied")

		again, err := f.Begin(ctx, req, ask())
		require.NoError(t, err)
		require.Equal(t, op, again)
		require.Equal(t, 2, f.count("components", "state = ?", store.ComponentPending))
		require.Equal(t, 1, f.count("texts", ""))
		changed := req
		changed.Digest = "of another body"
		_, err = f.Begin(ctx, changed, ask())
		require.ErrorIs(t, err, store.ErrKeyReused)
		_, err = f.Operation(ctx, "unknown")
		require.ErrorIs(t, err, store.ErrNotFound)
		requireKept(t, op)
		f.record(d.Code, "decision", func(tr *register.Transition) { tr.Operation = op.ID })
		results, err = f.Results(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, []store.Result{{ID: results[0].ID, DossierCode: d.Code, SourceID: op.ID, Name: "ket-qua.pdf", DocumentID: result.ID, CreatedAt: keep(moment)}}, results)
	})
}

func TestRecallAndAnswered(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		req := request("withdraw")
		op, known, err := f.Recall(ctx, req)
		require.NoError(t, err)
		require.False(t, known)
		require.Zero(t, op)
		want, err := f.Begin(ctx, req, store.Ask{Code: d.Code})
		require.NoError(t, err)
		op, known, err = f.Recall(ctx, req)
		require.NoError(t, err)
		require.True(t, known)
		require.Equal(t, want, op)
		changed := req
		changed.Digest = "of another body"
		_, known, err = f.Recall(ctx, changed)
		require.ErrorIs(t, err, store.ErrKeyReused)
		require.True(t, known)
		somebody := req
		somebody.Subject = "minh"
		_, known, err = f.Recall(ctx, somebody)
		require.NoError(t, err)
		require.False(t, known)

		answers := make([]string, 10)
		requireNoErrors(t, together(len(answers), func(i int) error {
			body, err := f.Answered(ctx, op.ID, 200+i, fmt.Appendf(nil, `{"i":%d}`, i))
			answers[i] = string(body)
			return err
		}))
		op, err = f.Operation(ctx, op.ID)
		require.NoError(t, err)
		for _, a := range answers {
			require.Equal(t, op.ResponseBody, a, "the first answer is everybody's")
		}
		require.Equal(t, op.ResponseBody, fmt.Sprintf(`{"i":%d}`, op.ResponseStatus-200))
		_, err = f.Answered(ctx, "unknown", 200, nil)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestBeginAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		processes := []*store.Store{f.Store, f.open(5)}
		req := request("supplement")
		ids := make([]string, 20)
		requireNoErrors(t, together(len(ids), func(i int) error {
			op, err := processes[i%2].Begin(t.Context(), req, store.Ask{Code: d.Code, Text: "quét lại", Components: []store.Component{{Component: "to-khai"}}})
			ids[i] = op.ID
			return err
		}))
		for _, id := range ids {
			require.Equal(t, ids[0], id)
		}
		require.Equal(t, 1, f.count("operations", "kind = 'supplement'"))
		require.Equal(t, 1, f.count("components", "state = 'pending'"))
		require.Equal(t, 1, f.count("texts", ""))
	})
}

func TestAFailedBeginLeavesNothing(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		req := request("supplement")
		ask := store.Ask{Code: "VNPHKI-250205-0001-M", Text: "x", Components: []store.Component{{Component: "to-khai"}}}
		_, err := f.Begin(t.Context(), req, ask)
		require.Error(t, err, "no such dossier")
		_, err = f.Begin(t.Context(), req, store.Ask{Payload: make(chan int)})
		require.Error(t, err, "no JSON")
		require.Zero(t, f.count("operations", "")+f.count("texts", "")+f.count("components", ""))
		f.file(filing())
		_, err = f.Begin(t.Context(), req, ask)
		require.NoError(t, err)
	})
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		op := f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "to-khai"}}})
		other := f.begin(d.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "to-khai"}}})
		f.clock.add(time.Second)
		for range 2 {
			require.NoError(t, f.Refuse(ctx, op.ID, `{"code":"conflict"}`))
			got, err := f.Operation(ctx, op.ID)
			require.NoError(t, err)
			require.Equal(t, store.OperationRefused, got.State)
			require.JSONEq(t, `{"code":"conflict"}`, got.Problem)
			require.Equal(t, keep(moment.Add(time.Second)), *got.FinishedAt)
			require.Nil(t, got.NextAt, "no relay takes it any more")
		}
		require.Equal(t, 1, f.count("components", "operation_id = ? AND state = 'refused'", op.ID))
		require.Equal(t, 1, f.count("components", "operation_id = ? AND state = 'pending'", other.ID))

		f.applied(d.Code, other)
		require.NoError(t, f.Refuse(ctx, other.ID, "{}"), "too late")
		got, err := f.Operation(ctx, other.ID)
		require.NoError(t, err)
		require.Equal(t, store.OperationApplied, got.State)
		require.Equal(t, 1, f.count("components", "operation_id = ? AND state = 'current'", other.ID))
		require.NoError(t, f.Refuse(ctx, "unknown", "{}"))
	})
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		req := request("document")
		rendered := 0
		upload := func() store.Answer {
			a, err := f.AddDocument(ctx, req, store.Document{SHA256: "abc", Findings: `[{"code":"blurred"}]`}, func(d store.Document) store.Answer {
				rendered++
				raw, err := json.Marshal(map[string]string{"id": d.ID})
				require.NoError(t, err)
				return store.Answer{Status: 201, Body: raw}
			})
			require.NoError(t, err)
			return a
		}
		require.Equal(t, upload(), upload())
		require.Equal(t, 1, rendered)
		require.Equal(t, 1, f.count("documents", "sha256 = 'abc'"))

		mine := f.document("def")
		requireKept(t, mine)
		n := filing()
		n.Components = []dossier.Given{{Code: "to-khai", Form: dossier.FormScan, Document: mine.ID}}
		first, other := f.file(n), f.file(filing())
		_, err := f.File(ctx, request("file"), n, render)
		require.ErrorIs(t, err, store.ErrDocumentUsed)
		n.Components[0].Document = "unknown"
		_, err = f.File(ctx, request("file"), n, render)
		require.ErrorIs(t, err, store.ErrDocumentUsed)
		_, err = f.Begin(ctx, request("supplement"), store.Ask{Code: other.Code, Components: []store.Component{{Component: "to-khai", DocumentID: mine.ID}}})
		require.ErrorIs(t, err, store.ErrDocumentUsed)
		_, err = f.Begin(ctx, request("decision"), store.Ask{Code: other.Code, Results: []store.Result{{Name: "x", DocumentID: mine.ID}}})
		require.ErrorIs(t, err, store.ErrDocumentUsed)
		f.begin(first.Code, dossier.Supplement, store.Ask{Components: []store.Component{{Component: "to-khai", DocumentID: mine.ID}}})
		require.Equal(t, []int{2, 1}, []int{f.count("dossiers", ""), f.count("operations", "state = 'pending'")})
		row, err := f.Document(ctx, mine.ID)
		require.NoError(t, err)
		require.Equal(t, first.Code, row.DossierCode, "belongs to whoever used it first")
		_, err = f.Document(ctx, "unknown")
		require.ErrorIs(t, err, store.ErrNotFound)
		none, err := f.DocumentsByID(ctx, nil)
		require.NoError(t, err)
		require.Empty(t, none)

		kept, err := f.StoreResult(ctx, store.Document{SHA256: "ghi", Findings: "[]", DossierCode: first.Code})
		require.NoError(t, err)
		row, err = f.Document(ctx, kept.ID)
		require.NoError(t, err)
		require.Equal(t, kept, row)
		again, err := f.StoreResult(ctx, store.Document{SHA256: "ghi", Findings: "[]", DossierCode: first.Code})
		require.NoError(t, err)
		require.Equal(t, kept, again, "a repeated report brings no second row")
		elsewhere, err := f.StoreResult(ctx, store.Document{SHA256: "ghi", Findings: "[]", DossierCode: other.Code})
		require.NoError(t, err)
		require.NotEqual(t, kept.ID, elsewhere.ID)
	})
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		lan := store.Subject{ID: "lan", Role: "clerk", Office: "VNPHKI", Network: "vnpost"}
		for i := range 2 {
			added, err := f.AddSubject(ctx, lan)
			require.NoError(t, err)
			require.Equal(t, i == 0, added)
		}
		grown := lan
		grown.Role = "admin"
		added, err := f.AddSubject(ctx, grown)
		require.NoError(t, err)
		require.False(t, added)
		lan.CreatedAt = keep(moment)
		got, err := f.Subject(ctx, "lan")
		require.NoError(t, err)
		require.Equal(t, lan, got, "a known subject stays as it is")

		_, err = f.AddSubject(ctx, store.Subject{ID: "an", Role: "courier", Carrier: "vnpost"})
		require.NoError(t, err)
		require.NoError(t, f.DisableSubject(ctx, "lan"))
		everybody, err := f.Subjects(ctx)
		require.NoError(t, err)
		require.Len(t, everybody, 2)
		require.Equal(t, []bool{false, true}, []bool{everybody[0].Disabled, everybody[1].Disabled})
		requireKept(t, everybody)
		require.ErrorIs(t, f.DisableSubject(ctx, "nobody"), store.ErrNotFound)
		_, err = f.Subject(ctx, "nobody")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}
