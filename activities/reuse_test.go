package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/portal"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

// TestThePortalIsToldHowAScanCameToBe: by the national portal's numbers, made now
// or reused from an earlier dossier, which keeps the document.
func TestThePortalIsToldHowAScanCameToBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	identity := w.scan("giay-to-tuy-than", dossier.Ready)
	earlier := w.file(w.scan("to-khai", dossier.Ready), identity)
	identity.Form = dossier.FormReused
	code := w.file(w.scan("to-khai", dossier.Ready), identity)
	checked, err := w.CheckDigitization(t.Context(), code)
	require.NoError(t, err)
	require.Equal(t, dossier.RouteOnline, checked.Route)
	states := map[string]int{}
	w.portal.submit = func(s portal.Submission) (portal.Receipt, error) {
		for _, d := range s.Documents {
			states[d.Component] = d.State
		}
		return portal.Receipt{Key: s.Key}, nil
	}
	require.NoError(t, w.submits(workflows.Effect{Code: code, Key: code + "/submit/1", Attempt: 1}))
	require.Equal(t, map[string]int{"to-khai": portal.Digitized, "giay-to-tuy-than": portal.Reused}, states)
	row, err := w.Store.Document(t.Context(), identity.Document)
	require.NoError(t, err)
	require.Equal(t, earlier, row.DossierCode)
}

// TestWhatAPersonChoseCounts: the check's next decision keeps to it, as far as it
// can be carried out.
func TestWhatAPersonChoseCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file(w.scan("to-khai", dossier.Unreadable))
	tr := w.step(code, func(p *register.Position) { p.Route, p.Stage = dossier.RouteOnline, dossier.StageSubmission })
	tr.Kind, tr.Data = string(dossier.Reroute), map[string]string{"route": "online", "reasons": "overridden"}
	_, err := w.RecordTransition(t.Context(), tr)
	require.NoError(t, err)
	got, err := w.CheckDigitization(t.Context(), code)
	require.NoError(t, err)
	require.Equal(t, workflows.Checked{Route: dossier.RouteOnline, Reasons: []string{"overridden"}}, got)
}

// TestCheckWhileThePortalIsDown: what is scanned only waits, and says so.
func TestCheckWhileThePortalIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.file(w.scan("to-khai", dossier.Ready))
	_, err := w.Store.AnnouncePortal(t.Context(), w.request("portal"), store.PortalState{Kind: dossier.PortalOutage, Reason: "ngừng", FromAt: w.Store.Now()},
		func(store.PortalState) store.Answer { return store.Answer{Status: 201} })
	require.NoError(t, err)
	got, err := w.CheckDigitization(t.Context(), code)
	require.NoError(t, err)
	require.Equal(t, workflows.Checked{Route: dossier.RouteOnline, Reasons: []string{"scans_usable", "portal_down_wait"}}, got)

	w.portal.submit = func(portal.Submission) (portal.Receipt, error) {
		t.Error("nobody knocks at a portal that takes nothing")
		return portal.Receipt{}, nil
	}
	app := asApplication(t, w.submits(workflows.Effect{Code: code, Key: code + "/submit/1", Attempt: 1}))
	require.Equal(t, []any{workflows.EffectLaterType, "portal_down", 5 * time.Minute}, []any{app.Type(), app.Message(), app.NextRetryDelay()})
	rows, err := w.Store.PortalStates(t.Context(), w.Store.Now())
	require.NoError(t, err)
	w.now = w.now.Add(time.Minute)
	_, err = w.Store.EndPortalState(t.Context(), w.request("end"), rows[0].ID, func(store.PortalState) store.Answer { return store.Answer{Status: 200} })
	require.NoError(t, err)
	w.portal.submit = func(s portal.Submission) (portal.Receipt, error) { return portal.Receipt{Key: s.Key}, nil }
	require.NoError(t, w.submits(workflows.Effect{Code: code, Key: code + "/submit/1", Attempt: 1}))
}
