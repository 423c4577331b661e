package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/scan"
)

const dry = "/v1/dossiers?dry_run=true"

// TestDryRunTellsAllAndDoesNothing: at a counter everything is wanted at once,
// also of what cannot be filed yet; nothing of it is kept.
func TestDryRunTellsAllAndDoesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		doc := h.document("clerk", dossier.Ready)
		filing := filingOf(doc).with("/quantity", 3)
		v := read[Readback](t, h.post("clerk", dry, filing), http.StatusOK)
		require.True(t, *v.Fileable)
		require.Empty(t, v.Errors)
		require.Equal(t, []any{"2.000635", 3, "H26.12.03"}, []any{v.AskFor.Procedure, v.AskFor.Quantity, v.AskFor.Authority})
		require.Equal(t, "to-khai", v.Given[0].Code)
		require.Equal(t, 1, v.Given[0].Pages)
		require.EqualValues(t, 24000, v.Costs.Total, "three copies at 8,000")
		require.True(t, v.Costs.Complete)
		require.Equal(t, "2025-02-05T17:00:00+07:00", v.GetBy.DueAt.String(), "received in the morning, the same day")
		require.True(t, v.GetBy.Supposed)
		require.Equal(t, dossier.RouteOnline, v.Route.Route)
		said := strings.Join(v.Words, "\n")
		for _, words := range []string{"Ông/bà yêu cầu:", "Đã nộp: Tờ khai yêu cầu cấp bản sao trích lục hộ tịch, bản quét, 1 trang.", "24.000 đồng", "17:00 05/02/2025", "Cách nộp: Trực tuyến."} {
			require.Contains(t, said, words)
		}
		noCanary(t, said)

		bare := h.do(ask{method: "POST", path: dry, token: "clerk", body: filing.json()})
		require.Equal(t, http.StatusOK, bare.Code, "without a key: %s", bare.Body.String())
		require.Zero(t, h.rows("dossiers")+h.rows("operations")+h.rows("components")+h.rows("people")+h.rows("counters"))
		row, err := h.store.Document(t.Context(), doc)
		require.NoError(t, err)
		require.Empty(t, row.DossierCode, "the scan is still free")

		english := h.do(ask{method: "POST", path: dry, token: "clerk", body: filing.json(), header: map[string]string{"Accept-Language": "en"}})
		require.Contains(t, strings.Join(read[Readback](t, english, http.StatusOK).Words, "\n"), "It goes: online.")
	})
}

func TestDryRunOfWhatCannotBeFiled(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	poor := h.document("clerk", dossier.Unreadable)
	v := read[Readback](t, h.post("clerk", dry, filingOf(poor)), http.StatusOK)
	require.True(t, *v.Fileable, "it is filed and comes back to the counter")
	require.Equal(t, dossier.RouteReturn, v.Route.Route)
	require.Equal(t, []string{"Tờ khai yêu cầu cấp bản sao trích lục hộ tịch: Trang 1 bị mờ."}, v.Route.ToFix)

	v = read[Readback](t, h.post("clerk", dry, filingOf("none").with("/mandate", body{"kind": "authorised", "evidence": body{"method": "witnessed"}})), http.StatusOK)
	require.False(t, *v.Fileable)
	var at []string
	for _, e := range v.Errors {
		at = append(at, *e.Pointer+" "+e.Code)
		require.NotEmpty(t, e.Detail)
	}
	require.ElementsMatch(t, []string{"/components component_missing", "/components/0/document_id document_unknown"}, at)
	require.Equal(t, "giay-uy-quyen", v.Missing[0].Code, "wanted of who is authorised")

	v = read[Readback](t, h.post("clerk", dry, filingOf("none").with("/procedure_code", "2.000884")), http.StatusOK)
	require.False(t, *v.Fileable)
	require.Equal(t, dossier.RouteNotAllowed, v.Route.Route)
	require.Zero(t, h.rows("route_refusals"), "only tried")
	turnedAway := func(n int64) {
		v := read[Funnel](t, h.get("manager", "/v1/reports/funnel?from=2025-02-05&to=2025-02-05"), http.StatusOK)
		require.Equal(t, n, v.Total.NotAllowed)
	}
	again := newKey()
	for range 3 {
		h.refused(h.postAs("clerk", "/v1/dossiers", again, filingOf("none").with("/procedure_code", "2.000884")), 422)
	}
	turnedAway(1)
	h.refused(h.postAs("colleague", "/v1/dossiers", again, filingOf("none").with("/procedure_code", "2.000884")), 422)
	turnedAway(2) // a key is its bearer's own
	h.refused(h.do(ask{method: "POST", path: "/v1/dossiers?dry_run=false", token: "clerk", body: onPaper().json()}), 400)
}

func TestReadbackOfADossier(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	v := read[Readback](t, h.get("clerk", "/v1/dossiers/"+d.Code+"/readback"), http.StatusOK)
	require.Equal(t, []any{d.Code, "to-khai", dossier.RouteOnline}, []any{v.Code, v.Given[0].Code, v.Route.Route})
	require.Nil(t, v.Fileable)
	require.Equal(t, http.StatusNotFound, h.get("clerk-tayho", "/v1/dossiers/"+d.Code+"/readback").Code)
}

// TestWhatCannotBeGivenIsReplaced: a birth without its certificate rests on a
// witness's paper, which stands in the dossier beside what is missing and why.
func TestWhatCannotBeGivenIsReplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	given := func(lost body, more ...body) body {
		return filingOf("").with("/procedure_code", "1.001193").with("/components",
			append([]body{{"code": "to-khai", "form": "paper_original"}, lost}, more...))
	}
	lost := body{"code": "giay-chung-sinh", "form": "not_available", "reason": "Sinh tại nhà"}
	witness := body{"code": "van-ban-lam-chung", "form": "paper_original"}
	d := h.file("clerk", given(lost.with("/substitute", "van-ban-lam-chung"), witness))
	v := read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK)
	require.Len(t, v.Components, 3)
	require.Len(t, v.Papers, 2, "the form and the witness's paper")
	r := read[Readback](t, h.get("clerk", "/v1/dossiers/"+d.Code+"/readback"), http.StatusOK)
	require.Equal(t, []ReadbackLacking{{Code: "giay-chung-sinh", Name: "Giấy chứng sinh", Reason: "Sinh tại nhà", Substitute: "van-ban-lam-chung"}}, r.Lacking)

	for name, tc := range map[string]struct {
		filing body
		place  string
	}{
		"nothing in its place":  {given(lost), "/components/1/substitute substitute_required"},
		"a paper nobody wanted": {given(body{"code": "giay-chung-sinh", "form": "paper_original"}, witness), "/components/2/code component_not_in_checklist"},
		"the wrong one":         {given(lost.with("/substitute", "so-ho-khau")), "/components/1/substitute substitute_not_accepted"},
	} {
		_, at := h.refused(h.post("clerk", "/v1/dossiers", tc.filing), 422)
		require.Equal(t, []string{tc.place}, at, name)
	}
	p := read[Procedure](t, h.get("clerk", "/v1/procedures/1.001193"), http.StatusOK)
	birth := p.Cases[0].Components[1]
	require.Contains(t, birth.Forms, "not_available")
	require.Equal(t, "van-ban-lam-chung", birth.Substitutes[0].Code)
	mandate := p.Cases[0].Components[2]
	require.Equal(t, []string{"authorised"}, mandate.RequiredWhen.In)
}

// TestReuse: what the same person has given before need not be given again;
// whatever stands against it, nobody learns of another's dossiers.
func TestReuse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	judged := func(verdict dossier.Verdict, profile string) string {
		id := h.document("clerk", verdict)
		pool, err := h.store.Pool()
		require.NoError(t, err)
		_, err = pool.Exec("UPDATE documents SET profile = ? WHERE id = ?", profile, id)
		require.NoError(t, err)
		return id
	}
	now := scan.DefaultProfile().Version
	with := func(id string) body {
		return filingOf(h.document("clerk", dossier.Ready)).with("/components", []body{{"code": "to-khai", "form": "paper_original"}, {"code": "giay-to-tuy-than", "document_id": id}})
	}
	again := func(from body) body {
		return onPaper().with("/components", []body{{"code": "to-khai", "form": "paper_original"}, body{"code": "giay-to-tuy-than", "form": "reused"}.with("/from", from)})
	}
	old := h.file("clerk", with(judged(dossier.Ready, now)))
	d := h.file("clerk", again(body{"code": old.Code}))
	v := read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK)
	require.Equal(t, []any{dossier.FormReused, "ready"}, []any{v.Components[1].Form, v.Components[1].Verdict})
	row, err := h.store.Document(t.Context(), v.Components[1].DocumentID)
	require.NoError(t, err)
	require.Equal(t, old.Code, row.DossierCode, "it stays the earlier dossier's")

	doubtful, outdated := h.file("clerk", with(judged(dossier.Doubtful, now))), h.file("clerk", with(judged(dossier.Ready, "2020-01")))
	other := again(body{"code": old.Code}).with("/applicant/citizen_id", "001190000007")
	for name, tc := range map[string]struct {
		token  string
		filing body
		rule   string
	}{
		"not sharp enough":   {"clerk", again(body{"code": doubtful.Code}), "/components/1/from reuse_not_ready"},
		"by older rules":     {"clerk", again(body{"code": outdated.Code}), "/components/1/from reuse_old_profile"},
		"another component":  {"clerk", again(body{"code": old.Code, "component": "to-khai"}), "/components/1/from reuse_unknown"},
		"another person's":   {"clerk", other, "/components/1/from reuse_unknown"},
		"another network's":  {"clerk-viettel", again(body{"code": old.Code}), "/components/1/from reuse_unknown"},
		"no such dossier":    {"clerk", again(body{"code": "VNPHKI-250205-9999-X"}), "/components/1/from reuse_unknown"},
		"from nowhere":       {"clerk", again(body{"code": old.Code}).with("/components/1/from", nil), "/components/1/from reuse_source"},
		"what is no reuse":   {"clerk", again(body{"code": old.Code}).with("/components/1/form", "from_database"), "/components/1/from reuse_not_expected"},
		"not to be reused":   {"clerk", again(body{"code": old.Code}).with("/components/1/code", "giay-uy-quyen"), "/components/1/form form_not_accepted"},
		"both code and scan": {"clerk", again(body{"code": old.Code}).with("/components/1/document_id", row.ID), "/components/1/from reuse_source"},
	} {
		_, at := h.refused(h.post(tc.token, "/v1/dossiers", tc.filing), 422)
		require.Contains(t, at, tc.rule, name)
	}
}

// TestTheAuthorityOpensAReusedScan: it stays the earlier dossier's, whose authority
// may be another one, and the one that has to judge it sees it too.
func TestTheAuthorityOpensAReusedScan(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		with := func(identity body) body {
			return onPaper().with("/components", []body{{"code": "to-khai", "form": "paper_original"}, identity.with("/code", "giay-to-tuy-than")})
		}
		scanned := h.document("clerk", dossier.Ready)
		pool, err := h.store.Pool()
		require.NoError(t, err)
		_, err = pool.Exec("UPDATE documents SET profile = '" + scan.DefaultProfile().Version + "'")
		require.NoError(t, err)
		old := h.file("clerk", with(body{"document_id": scanned}))
		path := "/v1/documents/" + scanned
		sees := func(token string, status int) {
			t.Helper()
			require.Equal(t, status, h.get(token, path).Code, token)
		}
		sees("centre", http.StatusOK)
		sees("centre-city", http.StatusNotFound)
		again := h.file("clerk", with(body{"form": "reused", "from": body{"code": old.Code}}))
		_, err = pool.Exec("UPDATE dossiers SET authority = 'H26.01' WHERE code = '" + again.Code + "'")
		require.NoError(t, err)
		sees("centre-city", http.StatusOK)
		sees("centre", http.StatusOK)
		sees("clerk-viettel", http.StatusNotFound)
		_, err = pool.Exec("UPDATE components SET state = 'superseded' WHERE form = 'reused'")
		require.NoError(t, err)
		sees("centre-city", http.StatusOK)
		_, err = pool.Exec("UPDATE components SET state = 'refused' WHERE form = 'reused'")
		require.NoError(t, err)
		sees("centre-city", http.StatusNotFound)
	})
}
