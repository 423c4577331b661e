package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	reg "hoso/internal/register"
	"hoso/workflows"
)

func TestDecisionByHand(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		path := command(d.Code, "decision")
		h.refused(h.post("centre", path, body{"action": "accept"}), 409)
		h.withAuthority(d.Code)
		decide := func(b body) DossierStatus {
			t.Helper()
			return read[Dossier](t, h.post("centre", path, b), http.StatusOK).Status
		}
		require.Equal(t, dossier.Accepted, decide(body{"action": "accept", "portal_code": "H26.12.03-250205-0007", "due_at": "2025-02-06T17:00:00+07:00"}).Code)
		require.Equal(t, dossier.Processing, decide(body{"action": "process"}).Code)
		require.Equal(t, dossier.SupplementRequired, decide(body{"action": "request_supplement", "reason": "Canary thiếu giấy", "components": []string{"giay-uy-quyen"}}).Code)
		require.NotContains(t, h.work.sent[2].Payload, "Canary")
		require.Contains(t, h.work.sent[2].Payload, "giay-uy-quyen")
		require.Equal(t, dossier.Processing, decide(body{"action": "process"}).Code)

		first := h.document("centre", dossier.Ready)
		key := newKey()
		resolve := body{"action": "resolve", "result": body{"documents": []string{first}, "paper": true}}
		v := read[Dossier](t, h.postAs("centre", path, key, resolve), http.StatusOK)
		require.Equal(t, dossier.Resolved, v.Status.Code)
		same := h.postAs("centre", path, key, resolve)
		require.Equal(t, v, read[Dossier](t, same, http.StatusOK), "though a resolved dossier can no longer be resolved")

		r := read[Result](t, h.get("clerk", command(d.Code, "result")), http.StatusOK)
		require.True(t, r.Paper)
		require.Equal(t, "Bản sao Trích lục hộ tịch, bản sao Giấy khai sinh", r.Documents[0].Name)
		content := h.get("clerk", r.Documents[0].Content)
		require.Equal(t, http.StatusOK, content.Code, "the counter can read the result out to the citizen")
		require.Equal(t, "%PDF-1.7 sample", content.Body.String())
	})
}

func TestBadDecisions(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.withAuthority(d.Code)
	path := command(d.Code, "decision")
	require.Equal(t, http.StatusNotFound, h.get("centre", command(d.Code, "result")).Code, "no result yet")
	written := h.rows("operations")
	for name, tc := range map[string]struct {
		body   body
		status int
		place  string
	}{
		"no action":         {body{}, 400, "/action required"},
		"unknown action":    {body{"action": canary}, 400, "/action one_of"},
		"refuse, no reason": {body{"action": "refuse"}, 422, "/reason reason_required"},
		"portal code":       {body{"action": "accept", "portal_code": "canary"}, 422, "/portal_code portal_code_shape"},
		"due yesterday":     {body{"action": "accept", "due_at": "2025-02-04T17:00:00+07:00"}, 422, "/due_at time_past"},
		"amount on accept":  {body{"action": "accept", "amount": 1}, 422, "/amount not_expected"},
		"not a time":        {body{"action": "accept", "due_at": canary}, 400, "/due_at date_time_expected"},
	} {
		t.Run(name, func(t *testing.T) {
			w := h.post("centre", path, tc.body)
			_, at := h.refused(w, tc.status)
			require.Equal(t, []string{tc.place}, at)
			noCanary(t, w.Body.String())
		})
	}
	// The graph has no step from registered to resolved.
	p, _ := h.refused(h.post("centre", path, body{"action": "resolve", "result": body{"paper": true}}), 409)
	require.Equal(t, "decision", p.State)
	require.Contains(t, p.Next, "accepted")

	h.bring(d.Code, "status", func(t *reg.Transition) { t.After.Status = dossier.Processing })
	foreign := h.document("clerk", dossier.Ready)
	for name, tc := range map[string]struct {
		body  body
		place string
	}{
		"supplement, nothing said": {body{"action": "request_supplement"}, "/reason reason_or_components"},
		"component's name":         {body{"action": "request_supplement", "components": []string{"Tờ khai"}}, "/components/0 component_code"},
		"fee without amount":       {body{"action": "request_fee"}, "/amount required"},
		"stop without reason":      {body{"action": "stop", "reason": "  "}, "/reason reason_required"},
		"resolve without result":   {body{"action": "resolve"}, "/result result_required"},
		"empty result":             {body{"action": "resolve", "result": body{"paper": false}}, "/result result_required"},
		"clerk's document":         {body{"action": "resolve", "result": body{"documents": []string{foreign}}}, "/result/documents/0 document_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			_, at := h.refused(h.post("centre", path, tc.body), 422)
			require.Equal(t, []string{tc.place}, at)
		})
	}
	require.Equal(t, written, h.rows("operations"))
	require.Empty(t, h.work.sent)
}

func TestHandover(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.file("clerk", onPaper())
	path := command(d.Code, "handover")
	hand := func(n int) string { return h.work.sent[n].Payload }

	require.Equal(t, http.StatusNotFound, h.post("courier", path, body{"act": "take"}).Code, "not offered: not this carrier's business")
	read[Dossier](t, h.post("clerk", path, body{"act": "offer", "to": body{"kind": "carrier"}}), http.StatusOK)
	require.JSONEq(t, `{"act":"offer","by":{"kind":"office","id":"VNPHKI"},"to":{"kind":"carrier","id":"viettelpost"}}`, hand(0))
	h.bring(d.Code, "papers_offer", func(t *reg.Transition) {
		s, err := h.store.Snapshot(h.t.Context(), d.Code)
		require.NoError(h.t, err)
		p := s.Papers.Out
		p.Offered.Kind, p.Offered.ID = "carrier", "viettelpost"
		t.Papers = &p
	})
	v := read[Dossier](t, h.post("courier", path, body{"act": "take"}), http.StatusOK)
	require.JSONEq(t, `{"act":"take","by":{"kind":"carrier","id":"viettelpost"}}`, hand(1))
	require.Empty(t, v.Components, "a courier learns of the papers only")
	require.Equal(t, "carrier viettelpost", v.Papers[0].OfferedTo)
	require.Equal(t, http.StatusNotFound, h.post("courier-vnpost", path, body{"act": "take"}).Code)
	key := newKey()
	taken := h.postAs("courier", path, key, body{"act": "take"})
	h.bring(d.Code, "papers_take", func(t *reg.Transition) {
		t.Papers = &custody.Papers{Count: 1, Holder: custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}}
	})
	require.Equal(t, http.StatusNotFound, h.post("courier", path, body{"act": "take"}).Code, "handed on: not this carrier's business any more")
	require.Equal(t, taken.Body.String(), h.postAs("courier", path, key, body{"act": "take"}).Body.String(), "but its own words it hears again")
	h.work.sent = h.work.sent[:2]
	read[Dossier](t, h.post("centre", path, body{"act": "take"}), http.StatusOK)
	require.JSONEq(t, `{"act":"take","by":{"kind":"authority","id":"H26.12.03"}}`, hand(2))

	for place, bad := range map[string]body{
		"/to required":             {"act": "offer"},
		"/to not_expected":         {"act": "take", "to": body{"kind": "carrier"}},
		"/to/id carrier_unknown":   {"act": "offer", "to": body{"kind": "carrier", "id": "canary"}},
		"/to/id not_this_dossiers": {"act": "offer", "to": body{"kind": "authority", "id": "H26.01"}},
	} {
		_, at := h.refused(h.post("clerk", path, bad), 422)
		require.Equal(t, []string{place}, at)
	}
}

// A custody rule is refused with who holds the papers.
func TestHandoverRefusedNamesTheHolder(t *testing.T) {
	t.Parallel()
	p := refusalProblem(workflows.Refusal{Rule: "not_holder", Stage: dossier.StageSubmission, Status: dossier.Registered,
		Allowed: []dossier.Command{dossier.Handover}, Holder: "carrier viettelpost"}).in(en, "r")
	require.Equal(t, "carrier viettelpost", p.Holder)
	require.Equal(t, "The papers are held by carrier viettelpost.", p.Errors[0].Detail)
}
