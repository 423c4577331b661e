package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/outcome"
	"hoso/internal/portal"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

// TestAfterARefusalWhatCountsNowIsSent: the portal gets the scan that was given
// after it had refused the one before, and the same in a further try.
func TestAfterARefusalWhatCountsNowIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file(w.scan("to-khai", dossier.Ready))
	asked := w.step(code, func(p *register.Position) {
		p.Stage, p.Status, p.Asked = dossier.StageDecision, dossier.SupplementRequired, []string{"to-khai"}
	})
	_, err := w.RecordTransition(t.Context(), asked)
	require.NoError(t, err)
	give := func(content string) (sha256 string) {
		scan := w.scan(content, dossier.Ready)
		w.now = w.now.Add(time.Second)
		op, err := w.Store.Begin(t.Context(), w.request(string(dossier.Supplement)), store.Ask{Code: code,
			Components: []store.Component{{Component: "to-khai", Form: dossier.FormScan, DocumentID: scan.Document}}})
		require.NoError(t, err)
		tr := w.step(code, func(*register.Position) {})
		tr.Kind, tr.Operation = string(dossier.Supplement), op.ID
		_, err = w.RecordTransition(t.Context(), tr)
		require.NoError(t, err)
		d, err := w.Store.Document(t.Context(), scan.Document)
		require.NoError(t, err)
		return d.SHA256
	}
	var sent []string
	answer := error(outcome.Refuse("too_large"))
	w.portal.lookup = finding(portal.Receipt{}, portal.ErrNoSuchKey)
	w.portal.add = func(s portal.Supplement) (portal.Receipt, error) {
		require.Equal(t, 1, s.Round)
		for _, d := range s.Documents {
			sent = append(sent, d.SHA256)
		}
		return portal.Receipt{Key: s.Key}, answer
	}
	first := give("second version")
	order := workflows.Effect{Code: code, Key: code + "/supplement/1", Attempt: 1}
	require.Equal(t, workflows.EffectRefusedType, asApplication(t, w.SendSupplement(t.Context(), order)).Type())
	better := give("third version")
	order.Key, order.Refused, answer = code+"/supplement/1.2", 1, unsure
	require.Error(t, w.SendSupplement(t.Context(), order))
	give("fourth version")
	answer = nil
	require.NoError(t, w.SendSupplement(t.Context(), order))
	require.Equal(t, []string{first, better, better}, sent)
}
