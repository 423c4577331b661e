package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	reg "hoso/internal/register"
)

// returned brings a dossier back to the counter for a better scan.
func (h *house) returned(code string) {
	h.t.Helper()
	h.bring(code, "scan_returned", func(t *reg.Transition) {
		t.After.Stage, t.After.Route, t.After.Asked = dossier.StageDigitization, dossier.RouteReturn, []string{"to-khai"}
		t.After.Waiting = reg.Waiting{Who: dossier.WhoClerk, What: dossier.WhatRescan}
		t.Data = map[string]string{"route": "return_to_citizen", "reasons": "scan_unreadable", "components": "to-khai"}
	})
}

// TestRouteAndItsReasons: a dossier tells why it goes its way, and what is to be
// mended.
func TestRouteAndItsReasons(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.file("clerk", filingOf(h.document("clerk", dossier.Unreadable)))
	h.returned(d.Code)
	v := read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK)
	require.Equal(t, "scan_unreadable", v.RouteReasons[0].Code)
	require.NotEmpty(t, v.RouteReasons[0].Message)
	require.Equal(t, []string{"Tờ khai yêu cầu cấp bản sao trích lục hộ tịch: Trang 1 bị mờ."}, v.ToFix)
	require.Equal(t, []any{"system", false}, []any{v.RouteHistory[0].Actor.Role, v.RouteHistory[0].ByHand})
	require.Contains(t, v.Allowed, dossier.Reroute)
}

func TestRouteChosenByHand(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.file("clerk", filingOf(h.document("clerk", dossier.Unreadable)))
	path := command(d.Code, "route")
	good := body{"route": "online", "reason": "Đã đọc được từng dòng"}
	_, at := h.refused(h.post("supervisor", path, good), 409)
	require.Equal(t, []string{" wrong_state"}, at, "nothing is decided yet")
	h.returned(d.Code)
	require.Equal(t, http.StatusForbidden, h.post("clerk", path, good).Code)
	require.Equal(t, http.StatusNotFound, h.post("supervisor-fpt", path, good).Code, "another network's")
	_, at = h.refused(h.post("supervisor", path, good.with("/reason", " ")), 422)
	require.Equal(t, []string{"/reason reason_required"}, at)
	h.refused(h.post("supervisor", path, good.with("/route", "not_allowed")), 400)
	p, at := h.refused(h.post("supervisor", path, good.with("/route", "online_with_paper")), 422)
	require.Equal(t, []string{"/route route_without_paper"}, at)
	require.Contains(t, p.Errors[0].Detail, "online, paper", "and what would be allowed")

	h.post("supervisor", path, good)
	require.Equal(t, `{"route":"online"}`, h.work.sent[0].Payload)
	require.NotContains(t, h.work.sent[0].Payload, "đọc", "the reason stays in the register")
	h.post("manager", path, good.with("/route", "paper"))
	require.Equal(t, `{"route":"paper","need":["to-khai"]}`, h.work.sent[1].Payload, "its paper must be given first")

	h.withAuthority(d.Code)
	_, at = h.refused(h.post("manager", path, good), 409)
	require.Equal(t, []string{" wrong_state"}, at)
}

// TestPaperChosenByHandAsksForPaper: whatever is wrong with the scan, no better one
// is wanted any more.
func TestPaperChosenByHandAsksForPaper(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.file("clerk", filingOf(h.document("clerk", dossier.Unreadable)))
	h.returned(d.Code)
	h.bring(d.Code, string(dossier.Reroute), func(t *reg.Transition) {
		t.After.Route = dossier.RoutePaper
		t.Data = map[string]string{"route": "paper", "reasons": "overridden paper_missing", "components": "to-khai"}
	})
	want := []string{"Tờ khai yêu cầu cấp bản sao trích lục hộ tịch: hãy nộp bản giấy."}
	require.Equal(t, want, read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK).ToFix)
	require.Equal(t, want, read[Readback](t, h.get("clerk", "/v1/dossiers/"+d.Code+"/readback"), http.StatusOK).Route.ToFix)
}

// TestRescanGivesWhatTheChecklistWants: at the counter's own rescan a required
// component cannot be declared away, and the dossier go on without it.
func TestRescanGivesWhatTheChecklistWants(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.file("clerk", filingOf(h.document("clerk", dossier.Unreadable)))
	h.returned(d.Code)
	_, at := h.refused(h.post("clerk", command(d.Code, "supplement"), body{"components": []body{{"code": "to-khai", "form": "not_available", "reason": "x"}}}), 422)
	require.Equal(t, []string{"/components/0/form form_not_accepted"}, at)

	witness := filingOf("").with("/procedure_code", "1.001193").with("/components", []body{
		{"code": "to-khai", "form": "paper_original"}, {"code": "giay-chung-sinh", "form": "not_available", "reason": "Sinh tại nhà", "substitute": "van-ban-lam-chung"},
		{"code": "van-ban-lam-chung", "document_id": h.document("clerk", dossier.Unreadable)},
	})
	d = h.file("clerk", witness)
	h.returned(d.Code)
	read[Dossier](t, h.post("clerk", command(d.Code, "supplement"), body{"components": []body{{"code": "van-ban-lam-chung", "document_id": h.document("clerk", dossier.Ready)}}}), http.StatusOK)
}

// TestReadbackOfWhatTheAuthorityAsks: the citizen hears what is asked for, and
// nothing of a paper that nobody wants.
func TestReadbackOfWhatTheAuthorityAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.file("clerk", filingOf(h.document("clerk", dossier.Ready)))
	h.bring(d.Code, "route_decided", func(t *reg.Transition) {
		t.After.Stage, t.After.Route = dossier.StageSubmission, dossier.RouteOnline
		t.Data = map[string]string{"route": "online", "reasons": "scans_usable"}
	})
	h.asked(d.Code, "to-khai")
	h.bring(d.Code, "status", func(t *reg.Transition) { t.After.Parts = []reg.Part{{Component: "to-khai", Pages: []int{1, 2}}} })
	v := read[Readback](t, h.get("clerk", "/v1/dossiers/"+d.Code+"/readback"), http.StatusOK)
	require.Empty(t, v.Route.ToFix)
	require.Equal(t, []AskedFor{{Component: "to-khai", Pages: []int{1, 2}}}, v.Asked)
	require.Contains(t, v.Words, "Cơ quan yêu cầu bổ sung: Tờ khai yêu cầu cấp bản sao trích lục hộ tịch, trang 1, 2.")
	require.NotContains(t, strings.Join(v.Words, "\n"), givePaper[vi])

	h.bring(d.Code, "status", func(t *reg.Transition) { t.After.Asked, t.After.Parts = []string{askedInWords}, nil })
	v = read[Readback](t, h.get("clerk", "/v1/dossiers/"+d.Code+"/readback"), http.StatusOK)
	require.Contains(t, v.Words, "Cơ quan yêu cầu bổ sung theo nội dung thông báo.")
}

func TestPortalAnnouncements(t *testing.T) {
	t.Parallel()
	now := noon
	h := newHouse(t, onSQLite, func(d *Deps) { d.Now = func() time.Time { return now } })
	const path = "/v1/portal-states"
	require.Equal(t, http.StatusForbidden, h.post("clerk", path, body{"kind": "outage", "reason": "x"}).Code)
	_, at := h.refused(h.post("manager", path, body{"kind": "maintenance", "reason": " ", "from": "2025-02-06T00:00:00+07:00"}), 422)
	require.ElementsMatch(t, []string{"/reason reason_required", "/until required"}, at)
	_, at = h.refused(h.post("manager", path, body{"kind": "outage", "reason": "x", "until": "2025-02-04T00:00:00+07:00"}), 422)
	require.Equal(t, []string{"/until until_backwards"}, at)

	down := read[PortalState](t, h.post("manager", path, body{"kind": "outage", "reason": "Cổng ngừng hoạt động"}), http.StatusCreated)
	v := read[Readback](t, h.post("clerk", dry, filingOf(h.document("clerk", dossier.Ready))), http.StatusOK)
	require.Equal(t, []any{dossier.RouteOnline, "portal_down_wait"}, []any{v.Route.Route, v.Route.Reasons[1].Code}, "a scan alone waits")
	require.Len(t, read[List[PortalState]](t, h.get("clerk", path), http.StatusOK).Items, 1)
	read[PortalState](t, h.post("admin", path+"/"+down.ID+"/end", nil), http.StatusOK)
	require.Empty(t, read[List[PortalState]](t, h.get("clerk", path), http.StatusOK).Items)

	now = time.Date(2026, 7, 6, 9, 0, 0, 0, dossier.Zone) // a Monday; seven working days later is Wednesday 15
	planned := func(from string) bool {
		return read[PortalState](t, h.post("manager", path, body{"kind": "maintenance", "reason": "Bảo trì", "from": from, "until": "2026-07-20T00:00:00+07:00"}), http.StatusCreated).ShortNotice
	}
	require.True(t, planned("2026-07-14T22:00:00+07:00"), "six working days before")
	require.False(t, planned("2026-07-15T22:00:00+07:00"))
}

func TestFunnelReport(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.withAuthority(d.Code)
	other := h.file("clerk-viettel", filingOf(h.document("clerk-viettel", dossier.Unreadable)))
	h.returned(other.Code)
	h.refused(h.post("clerk", "/v1/dossiers", filingOf("none").with("/procedure_code", "2.000884")), 422)
	mixed := h.filed()
	h.bring(mixed.Code, "with_authority", func(t *reg.Transition) {
		t.After.Stage, t.After.Route = dossier.StageDecision, dossier.RouteOnlineWithPaper
		t.After.Waiting = reg.Waiting{Who: dossier.WhoAuthority, What: dossier.WhatAcceptance}
	})
	h.onPaper()
	const path = "/v1/reports/funnel?from=2025-02-05&to=2025-02-05"
	v := read[Funnel](t, h.get("manager", path), http.StatusOK)
	require.Len(t, v.Items, 2)
	require.EqualValues(t, 4, v.Total.Filed, "one day, its end included")
	require.Equal(t, []int64{1, 1, 1}, []int64{v.Total.Online, v.Total.OnlineWithPaper, v.Total.Paper}, "each once")
	require.EqualValues(t, 1, v.Total.ReturnToCitizen)
	require.EqualValues(t, 1, v.Total.NotAllowed)
	require.InDelta(t, 2.0/3, *v.Total.OnlineRate, 1e-9, "with or without papers that follow, of those with a final route")
	own := read[Funnel](t, h.get("supervisor", path+"&by=office"), http.StatusOK)
	require.Len(t, own.Items, 1)
	require.Equal(t, []string{"VNPHKI", "Bưu điện 75 Đinh Tiên Hoàng"}, []string{own.Items[0].Key, own.Items[0].Name})
	empty := read[Funnel](t, h.get("manager", strings.ReplaceAll(path, "2025-02-0", "2024-02-0")), http.StatusOK)
	require.Nil(t, empty.Total.OnlineRate)
	for query, place := range map[string]string{
		"from=2025-02-06&to=2025-02-05": "to period_backwards", "from=2025-02-30&to=2025-03-01": "from date_expected",
		"from=2020-01-01&to=2025-01-01": "to period_too_long", "from=2025-02-05": "to required", "from=2025-02-05&to=2025-02-06&by=clerk": "by one_of",
	} {
		_, at := h.refused(h.get("manager", "/v1/reports/funnel?"+query), 400)
		require.Equal(t, []string{place}, at, query)
	}
	require.Equal(t, http.StatusForbidden, h.get("clerk", path).Code)
}

// TestAskedPageByPage: an officer asks for pages of what is on the list; all of it
// is answered, and the earlier version stays.
func TestAskedPageByPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.file("clerk", onPaper().with("/components", []body{{"code": "to-khai", "form": "paper_original"}, {"code": "giay-to-tuy-than", "form": "from_database"}}))
	h.withAuthority(d.Code)
	h.bring(d.Code, "status", func(t *reg.Transition) { t.After.Status = dossier.Accepted })
	path := command(d.Code, "decision")
	wish := func(asked ...body) body { return body{"action": "request_supplement", "asked": asked} }
	for place, b := range map[string]body{
		"/asked/0/component component_not_in_checklist": wish(body{"component": "so-ho-khau"}),
		"/asked/0/component asked_in_database":          wish(body{"component": "giay-to-tuy-than"}),
		"/asked/0/pages/0 too_small":                    wish(body{"component": "to-khai", "pages": []int{0}}),
		"/asked/0/pages/1 not_unique":                   wish(body{"component": "to-khai", "pages": []int{2, 2}}),
		"/components/0 component_not_in_checklist":      {"action": "request_supplement", "components": []string{"so-ho-khau"}},
	} {
		_, at := h.refused(h.post("centre", path, b), 422)
		require.Equal(t, []string{place}, at)
	}
	h.post("centre", path, wish(body{"component": "to-khai", "pages": []int{2, 3}, "reason": "Canary mờ"}))
	sent := h.work.sent[0].Payload
	require.Contains(t, sent, `"asked":["to-khai"],"parts":[{"component":"to-khai","pages":[2,3],"text_id":`)
	noCanary(t, sent)

	h.bring(d.Code, "status", func(t *reg.Transition) {
		t.After.Status, t.After.Asked, t.After.Parts = dossier.SupplementRequired, []string{"to-khai", "so-ho-khau"}, []reg.Part{{Component: "to-khai", Pages: []int{2, 3}}}
		t.After.Waiting = reg.Waiting{Who: dossier.WhoClerk, What: dossier.WhatSupplement}
	})
	v := read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK)
	require.Equal(t, []AskedFor{{Component: "to-khai", Pages: []int{2, 3}}, {Component: "so-ho-khau", OutsideChecklist: true}}, v.AskedFor)
	scanned := body{"code": "to-khai", "document_id": h.document("clerk", dossier.Ready)}
	_, at := h.refused(h.post("clerk", command(d.Code, "supplement"), body{"components": []body{scanned}}), 422)
	require.Equal(t, []string{"/components asked_missing"}, at)
	v = read[Dossier](t, h.post("clerk", command(d.Code, "supplement"), body{"components": []body{scanned, {"code": "so-ho-khau", "form": "not_available", "reason": "Đã bị bãi bỏ"}}}), http.StatusOK)
	for _, c := range v.Components {
		if c.Code == "to-khai" {
			require.Equal(t, []any{2, dossier.FormScan, 1, dossier.FormPaperOriginal}, []any{c.Version, c.Form, c.Earlier[0].Version, c.Earlier[0].Form})
		}
	}
}
