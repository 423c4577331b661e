package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	reg "hoso/internal/register"
	"hoso/internal/store"
)

// wound records a step that leaves the dossier's clock as given, with a date.
func (h *house) wound(code string, status dossier.Status, c reg.Clock, date *store.DueDate) {
	h.t.Helper()
	s, err := h.store.Snapshot(h.t.Context(), code)
	require.NoError(h.t, err)
	t := reg.Transition{Code: code, Step: s.Step + 1, Kind: "status", Actor: "portal", After: s.Position, Clock: &reg.ClockEvent{}}
	t.After.Stage, t.After.Status, t.After.Route = dossier.StageDecision, status, dossier.RouteOnline
	t.After.Waiting = reg.Waiting{Who: dossier.WhoAuthority, What: dossier.WhatDecision}
	_, err = h.store.Record(h.t.Context(), t, store.Plan{Clock: &store.ClockChange{Clock: c, Date: date}})
	require.NoError(h.t, err)
}

// running is a clock of which time counts against the authority, received when the
// day of these tests begins.
func running() reg.Clock {
	start, until := noon.UTC(), time.Date(2025, 2, 11, 17, 0, 0, 0, dossier.Zone).UTC()
	return reg.Clock{ID: "standard", Version: "61-2018", From: "2018-06-21", Supplements: 1, SupplementsMost: 2, Extensions: 1,
		ReceivedAt: &start, StartedAt: &start, Term: dossier.Limit{N: 5, Unit: "working_day"}, Calendar: "ha-noi", CalendarVersion: "2025.1", ExtendUntil: &until, Dates: 1}
}

// onTheTwelfth is the date of that clock.
func onTheTwelfth() *store.DueDate {
	return &store.DueDate{DueAt: time.Date(2025, 2, 12, 17, 0, 0, 0, dossier.Zone), Kind: "received", StartedAt: noon, TermN: 5, TermUnit: "working_day"}
}

// processed files a dossier whose term runs until the twelfth.
func (h *house) processed() Dossier {
	h.t.Helper()
	d := h.filed()
	h.wound(d.Code, dossier.Processing, running(), onTheTwelfth())
	return d
}

// onlyFor tries a command as everybody: only the right roles may.
func (h *house) onlyFor(path string, b body, right ...string) {
	h.t.Helper()
	for _, token := range []string{"clerk", "centre", "supervisor", "manager", "courier", "auditor", "admin"} {
		if w := h.post(token, path, b); slices.Contains(right, token) {
			require.NotEqual(h.t, http.StatusForbidden, w.Code, token)
		} else {
			require.Equal(h.t, http.StatusForbidden, w.Code, "%s: %s", token, w.Body.String())
		}
	}
}

// Who may move what is stuck: managers and the network's own supervisors; who may
// set a status: managers alone.
func TestWhoMovesWhatIsStuck(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.processed()
	reason := body{"reason": "vì sao"}
	for _, name := range []string{"hold", "resume", "retry", "approve-supplement", "deadline"} {
		b := reason
		if name == "deadline" {
			b = body{"reason": "vì sao", "due_at": "2025-02-20T17:00:00+07:00"}
		}
		h.onlyFor(command(d.Code, name), b, "supervisor", "manager")
		require.Equal(t, http.StatusNotFound, h.post("supervisor-fpt", command(d.Code, name), b).Code, "another network's")
	}
	h.onlyFor(command(d.Code, "override"), body{"action": "stop", "reason": "vì sao", "document_id": "x"}, "manager")
}

func TestHoldAndResume(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.processed()
	h.refused(h.post("manager", command(d.Code, "resume"), body{"reason": "chưa giữ"}), 409)
	for place, bad := range map[string]body{"/reason reason_required": {"reason": "  "}} {
		_, at := h.refused(h.post("manager", command(d.Code, "hold"), bad), 422)
		require.Equal(t, []string{place}, at)
	}
	_, at := h.refused(h.post("manager", command(d.Code, "hold"), body{}), 400)
	require.Equal(t, []string{"/reason required"}, at)
	key := newKey()
	held := func() *httptest.ResponseRecorder {
		return h.postAs("supervisor", command(d.Code, "hold"), key, body{"reason": "Canary khiếu nại"})
	}
	first := held()
	read[Dossier](t, first, http.StatusOK)
	require.Equal(t, "null", h.work.sent[0].Payload, "the reason stands in the register alone")
	words, err := h.store.Text(t.Context(), d.Code, h.work.sent[0].TextID)
	require.NoError(t, err)
	require.Equal(t, "Canary khiếu nại", words)
	h.bring(d.Code, "hold", func(t *reg.Transition) { t.After.Parked, t.Task = "held", "held" })

	require.Equal(t, first.Body.String(), held().Body.String(), "said again, it is the same hold")
	h.refused(h.post("manager", command(d.Code, "hold"), body{"reason": "lần nữa"}), 409)
	p, _ := h.refused(h.post("manager", command(d.Code, "retry"), body{"reason": "thử"}), 409)
	require.Contains(t, p.Allowed, "resume", "what is held on purpose is let go, not retried")
	read[Dossier](t, h.post("manager", command(d.Code, "resume"), body{"reason": "xong"}), http.StatusOK)
	require.NotContains(t, h.log.String(), "Canary")
}

func TestApproveSupplement(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.processed()
	path := command(d.Code, "approve-supplement")
	h.refused(h.post("supervisor", path, body{"reason": "chưa cần"}), 409)
	c := running()
	c.Asked = 1
	h.wound(d.Code, dossier.Processing, c, nil)
	_, at := h.refused(h.post("supervisor", path, body{"reason": " "}), 422)
	require.Equal(t, []string{"/reason reason_required"}, at)
	read[Dossier](t, h.post("supervisor", path, body{"reason": "Điều 19 khoản 4"}), http.StatusOK)
	c.Asked, c.Approved = 2, 1
	h.wound(d.Code, dossier.Processing, c, nil)
	h.refused(h.post("manager", path, body{"reason": "lần thứ ba"}), 409)
}

func TestOverride(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.processed()
		path := command(d.Code, "override")
		doc := read[Document](t, h.upload("manager", newKey(), goodScan()), http.StatusCreated).ID
		foreign := h.document("clerk", dossier.Ready)
		written := h.rows("operations")
		for name, tc := range map[string]struct {
			body   body
			status int
			place  string
		}{
			"no evidence":             {body{"action": "stop", "reason": "r"}, 400, "/document_id required"},
			"no reason":               {body{"action": "process", "document_id": doc}, 400, "/reason required"},
			"unknown action":          {body{"action": "extend", "reason": "r", "document_id": doc}, 400, "/action one_of"},
			"empty reason, stop":      {body{"action": "stop", "reason": " ", "document_id": doc}, 422, "/reason reason_required"},
			"empty reason, asks":      {body{"action": "request_supplement", "reason": " ", "document_id": doc}, 422, "/reason reason_required"},
			"empty reason, resolved":  {body{"action": "resolve", "reason": " ", "document_id": doc, "result": body{"paper": true}}, 422, "/reason reason_required"},
			"no result":               {body{"action": "resolve", "reason": "r", "document_id": doc}, 422, "/result result_required"},
			"no amount":               {body{"action": "request_fee", "reason": "r", "document_id": doc}, 422, "/amount required"},
			"evidence that is absent": {body{"action": "stop", "reason": "r", "document_id": canary}, 422, "/document_id document_unknown"},
			"empty evidence":          {body{"action": "stop", "reason": "r", "document_id": ""}, 422, "/document_id document_unknown"},
			"a clerk's document":      {body{"action": "stop", "reason": "r", "document_id": foreign}, 422, "/document_id document_unknown"},
		} {
			t.Run(name, func(t *testing.T) {
				w := h.post("manager", path, tc.body)
				_, at := h.refused(w, tc.status)
				require.Equal(t, []string{tc.place}, at)
				noCanary(t, w.Body.String())
			})
		}
		p, _ := h.refused(h.post("manager", path, body{"action": "accept", "reason": "r", "document_id": doc}), 409)
		require.Contains(t, p.Next, "stopped", "only along the graph")
		require.Equal(t, written, h.rows("operations"))

		key := newKey()
		stop := body{"action": "stop", "reason": "Canary theo công văn", "document_id": doc}
		first := h.postAs("manager", path, key, stop)
		read[Dossier](t, first, http.StatusOK)
		require.Equal(t, first.Body.String(), h.postAs("manager", path, key, stop).Body.String())
		var sent reg.PortalReport
		require.NoError(t, json.Unmarshal([]byte(h.work.sent[0].Payload), &sent))
		require.Equal(t, reg.PortalReport{Status: dossier.Stopped, At: noon.UTC(), Evidence: doc}, sent, "codes and ids only")
		row, err := h.store.Document(t.Context(), doc)
		require.NoError(t, err)
		require.Equal(t, d.Code, row.DossierCode, "the evidence is the dossier's from now on")
		other := h.processed()
		_, at := h.refused(h.post("manager", command(other.Code, "override"), stop), 422)
		require.Equal(t, []string{"/document_id document_used"}, at)
	})
}
