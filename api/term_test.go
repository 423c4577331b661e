package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/calendar"
	"hoso/internal/dossier"
	reg "hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

func clockOf(d Dossier) string { return "/v1/dossiers/" + d.Code + "/clock" }

// derived is a version of the due date with its derivation: five working days.
func derived(t *testing.T, kind string, start time.Time) *store.DueDate {
	t.Helper()
	why, err := calendar.Default().Derive(start, calendar.Term{N: 5, Unit: "working_day"})
	require.NoError(t, err)
	return &store.DueDate{DueAt: why.Due, Kind: kind, StartedAt: start, TermN: 5, TermUnit: "working_day", Derivation: store.DerivationOf(why)}
}

// The clock of a dossier from its filing to its decision.
func TestTheClockOfADossier(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		shown := func() DossierClock {
			t.Helper()
			return read[DossierClock](t, h.get("clerk", clockOf(d)), http.StatusOK)
		}
		v := shown()
		require.Equal(t, []any{"not_started", "standard", 1}, []any{v.State, v.Rules.ID, v.Supplements.Allowed})
		require.Nil(t, v.DueAt)
		require.Nil(t, v.Left)
		require.Empty(t, v.Dates)
		require.Empty(t, v.Pauses)

		c := running()
		h.wound(d.Code, dossier.Accepted, c, derived(t, "received", noon))
		v = shown()
		require.Equal(t, "running", v.State)
		require.Equal(t, "2025-02-12T17:00:00+07:00", v.DueAt.Format(time.RFC3339))
		require.Equal(t, "2025-02-11T17:00:00+07:00", v.ExtendUntil.Format(time.RFC3339))
		require.NotEmpty(t, v.LeftWords)
		require.Len(t, v.Dates, 1)
		require.Equal(t, []any{1, "received", "Tiếp nhận hợp lệ", "standard 61-2018", "ha-noi 2025.1", &DateTerm{5, "working_day"}},
			[]any{v.Dates[0].N, v.Dates[0].Kind, v.Dates[0].Label, v.Dates[0].Rules, v.Dates[0].Calendar, v.Dates[0].Term})
		require.NotEmpty(t, v.Dates[0].Sentences)
		require.NotNil(t, v.Dates[0].Why)
		english := read[DossierClock](t, h.do(ask{method: "GET", path: clockOf(d), token: "clerk", lang: "en"}), http.StatusOK)
		require.Equal(t, "Valid reception", english.Dates[0].Label)
		require.NotEqual(t, v.Dates[0].Sentences, english.Dates[0].Sentences)

		// Asked for a supplement, the term stands still.
		pause := reg.Pause{From: noon.Add(time.Hour).UTC(), Reason: "supplement"}
		c.Paused, c.Asked = &pause, 1
		h.pauses(d.Code, c, &pause, nil, nil)
		v = shown()
		require.Equal(t, "paused", v.State)
		require.Nil(t, v.Left, "what stands still has nothing left to count")
		require.Nil(t, v.ExtendUntil)
		require.Equal(t, ClockCount{Made: 1, Allowed: 1}, v.Supplements)
		require.Len(t, v.Pauses, 1)
		require.True(t, pause.From.Equal(v.Pauses[0].From.Time))
		require.Equal(t, []any{(*Time)(nil), "supplement", Actor{Role: "portal"}}, []any{v.Pauses[0].To, v.Pauses[0].Reason, v.Pauses[0].Actor})

		// Given, it begins anew.
		over := pause
		over.To = noon.Add(2 * time.Hour).UTC()
		c.Paused, c.Dates = nil, 2
		h.pauses(d.Code, c, nil, &over, derived(t, "resume", over.To))
		v = shown()
		require.Equal(t, []any{"running", 2}, []any{v.State, len(v.Dates)})
		require.Equal(t, "Đã nhận đủ phần được yêu cầu", v.Dates[1].Label)
		require.NotNil(t, v.Pauses[0].To)

		// A manager names another date: no sentence of the term explains it.
		read[Dossier](t, h.post("manager", command(d.Code, "deadline"), body{"due_at": "2025-02-20T17:00:00+07:00", "reason": "theo đề nghị của cơ quan"}), http.StatusOK)
		c.Dates = 3
		named := derived(t, "move", over.To)
		named.DueAt = time.Date(2025, 2, 20, 17, 0, 0, 0, dossier.Zone)
		h.wound(d.Code, dossier.Processing, c, named)
		v = shown()
		require.Equal(t, "2025-02-20T17:00:00+07:00", v.DueAt.Format(time.RFC3339))
		require.Empty(t, v.Dates[2].Sentences)
		require.Nil(t, v.Dates[2].Why)

		c.Stopped = true
		h.wound(d.Code, dossier.Stopped, c, nil)
		v = shown()
		require.Equal(t, "ended", v.State)
		require.Nil(t, v.Left)
	})
}

// pauses records a step that begins or ends a pause, and may make a new date.
func (h *house) pauses(code string, c reg.Clock, began, ended *reg.Pause, date *store.DueDate) {
	h.t.Helper()
	s, err := h.store.Snapshot(h.t.Context(), code)
	require.NoError(h.t, err)
	t := reg.Transition{Code: code, Step: s.Step + 1, Kind: "status", Actor: "portal", After: s.Position, Clock: &reg.ClockEvent{}}
	_, err = h.store.Record(h.t.Context(), t, store.Plan{Clock: &store.ClockChange{Clock: c, Began: began, Ended: ended, Date: date}})
	require.NoError(h.t, err)
}

func TestWhoSeesTheClock(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.processed()
	for token, want := range map[string]int{
		"clerk": 200, "colleague": 200, "supervisor": 200, "centre": 200, "manager": 200, "auditor": 200, "admin": 200,
		"clerk-tayho": 404, "supervisor-fpt": 404, "centre-city": 404, "courier": 403,
	} {
		require.Equal(t, want, h.get(token, clockOf(d)).Code, token)
	}
	require.Equal(t, http.StatusNotFound, h.get("manager", "/v1/dossiers/VNPHKI-250205-0099-Z/clock").Code)
}

// A procedure without a term, or a dossier of before there were clocks, has a
// clock that says so.
func TestAClockWithoutATerm(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	c := running()
	c.Term, c.ExtendUntil, c.Dates = dossier.Limit{}, nil, 0
	h.wound(d.Code, dossier.Processing, c, nil)
	v := read[DossierClock](t, h.get("clerk", clockOf(d)), http.StatusOK)
	require.Equal(t, "running", v.State)
	require.Nil(t, v.DueAt)
	require.Nil(t, v.ExtendUntil)
	shown := read[Dossier](t, h.get("manager", "/v1/dossiers/"+d.Code), http.StatusOK)
	require.Contains(t, shown.Allowed, dossier.Deadline, "a manager may give it a date")
	require.NotContains(t, shown.Allowed, dossier.Extend, "there is nothing to put off")

	h.wound(d.Code, dossier.Processing, reg.Clock{}, nil)
	v = read[DossierClock](t, h.get("clerk", clockOf(d)), http.StatusOK)
	require.Equal(t, "not_started", v.State)
}

func TestExtension(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.processed()
		path := command(d.Code, "decision")
		written := h.rows("operations")
		for name, tc := range map[string]struct {
			body  body
			place []string
		}{
			"no date":             {body{"action": "extend", "reason": "r"}, []string{"/due_at required"}},
			"no reason":           {body{"action": "extend", "due_at": "2025-02-20T17:00:00+07:00"}, []string{"/reason reason_required"}},
			"yesterday":           {body{"action": "extend", "reason": "r", "due_at": "2025-02-04T17:00:00+07:00"}, []string{"/due_at time_past"}},
			"a Sunday":            {body{"action": "extend", "reason": "r", "due_at": "2025-02-23T17:00:00+07:00"}, []string{"/due_at not_a_working_day"}},
			"in a thousand years": {body{"action": "extend", "reason": "r", "due_at": "3025-02-20T17:00:00+07:00"}, []string{"/due_at beyond_calendar"}},
			"with a result":       {body{"action": "extend", "reason": "r", "due_at": "2025-02-20T17:00:00+07:00", "result": body{"paper": true}}, []string{"/result not_expected"}},
		} {
			t.Run(name, func(t *testing.T) {
				_, at := h.refused(h.post("centre", path, tc.body), 422)
				require.Equal(t, tc.place, at)
			})
		}
		extend := body{"action": "extend", "reason": "Canary cần xác minh", "due_at": "2025-02-20T17:00:00+07:00"}
		for token, want := range map[string]int{"clerk": 403, "manager": 403, "supervisor": 403, "centre-city": 404} {
			require.Equal(t, want, h.post(token, path, extend).Code, token)
		}
		require.Equal(t, written, h.rows("operations"))

		key := newKey()
		first := h.postAs("centre", path, key, extend)
		read[Dossier](t, first, http.StatusOK)
		require.Equal(t, first.Body.String(), h.postAs("centre", path, key, extend).Body.String())
		require.Equal(t, "extend", h.work.sent[0].Kind)
		require.JSONEq(t, `{"due_at":"2025-02-20T10:00:00Z"}`, h.work.sent[0].Payload)
		require.NotContains(t, h.log.String(), "Canary")

		c := running()
		c.Extended = 1
		h.wound(d.Code, dossier.Processing, c, nil)
		p, at := h.refused(h.post("centre", path, extend), 409)
		require.Equal(t, []string{" wrong_state"}, at)
		require.NotContains(t, p.Allowed, "extend", "once")
	})
}

// Whoever extends too late hears until when it was possible.
func TestTooLateToExtendNamesTheMoment(t *testing.T) {
	t.Parallel()
	until := time.Date(2025, 2, 11, 10, 0, 0, 0, time.UTC)
	p := refusalProblem(workflows.Refusal{Rule: "extension_too_late", Stage: dossier.StageDecision, Status: dossier.Processing, ExtendUntil: &until})
	require.Contains(t, p.in(vi, "r").Errors[0].Detail, "muộn nhất 17:00 11/02/2025.")
	require.Contains(t, p.in(en, "r").Errors[0].Detail, "by 17:00 11/02/2025.")
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	undated := h.filed()
	move := body{"reason": "theo đề nghị", "due_at": "2025-02-20T17:00:00+07:00"}
	h.refused(h.post("manager", command(undated.Code, "deadline"), move), 409)
	d := h.processed()
	path := command(d.Code, "deadline")
	for name, tc := range map[string]struct {
		body   body
		status int
		place  string
	}{
		"no date":      {body{"reason": "r"}, 400, "/due_at required"},
		"not a date":   {body{"reason": "r", "due_at": canary}, 400, "/due_at date_time_expected"},
		"no reason":    {body{"due_at": "2025-02-20T17:00:00+07:00"}, 400, "/reason required"},
		"empty reason": {body{"reason": " ", "due_at": "2025-02-20T17:00:00+07:00"}, 422, "/reason reason_required"},
		"now":          {body{"reason": "r", "due_at": "2025-02-05T09:30:00+07:00"}, 422, "/due_at time_past"},
		"a holiday":    {body{"reason": "r", "due_at": "2025-04-30T17:00:00+07:00"}, 422, "/due_at not_a_working_day"},
		"never":        {body{"reason": "r", "due_at": "9999-02-20T17:00:00+07:00"}, 422, "/due_at beyond_calendar"},
		"anew":         {body{"reason": "r", "due_at": "2025-02-20T17:00:00+07:00", "anew": true}, 400, "/anew unknown_field"},
	} {
		t.Run(name, func(t *testing.T) {
			w := h.post("manager", path, tc.body)
			p, at := h.refused(w, tc.status)
			require.Equal(t, []string{tc.place}, at)
			require.NotEmpty(t, p.Errors[0].Detail)
			noCanary(t, w.Body.String())
		})
	}
	key := newKey()
	first := h.postAs("supervisor", path, key, move)
	read[Dossier](t, first, http.StatusOK)
	require.Equal(t, first.Body.String(), h.postAs("supervisor", path, key, move).Body.String())
	p, _ := h.refused(h.postAs("supervisor", path, key, body{"reason": "khác", "due_at": "2025-02-21T17:00:00+07:00"}), 422)
	require.Equal(t, KeyReused, p.Code)
	require.Len(t, h.work.sent, 1)
	require.JSONEq(t, `{"due_at":"2025-02-20T10:00:00Z"}`, h.work.sent[0].Payload)
}
