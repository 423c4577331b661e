package api

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

func TestFiling(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		doc := h.document("clerk", dossier.Ready)
		w := h.post("clerk", "/v1/dossiers", filingOf(doc))
		d := read[Dossier](t, w, http.StatusCreated)

		require.Equal(t, "VNPHKI-250205-0001-M", d.Code)
		require.Equal(t, "/v1/dossiers/"+d.Code, w.Header().Get("Location"))
		require.Equal(t, DossierProcedure{"2.000635", "Cấp bản sao Trích lục hộ tịch, bản sao Giấy khai sinh", "163/QĐ-BTP"}, d.Procedure)
		require.Equal(t, "VNPHKI", d.Office)
		require.Equal(t, "vnpost", d.Network)
		require.Equal(t, "H26.12.03", d.Authority)
		require.Equal(t, DossierStatus{1, "registered", dossier.Registered.Label()}, d.Status)
		require.Equal(t, dossier.StageIntake, d.Stage)
		require.Equal(t, "2025-02-05T09:30:00+07:00", d.FiledAt.String())
		require.Equal(t, dossier.PaymentNone, d.Payment.State)
		require.Equal(t, Delivery{Method: "courier", Carrier: "viettelpost", State: "none"}, d.Delivery)
		require.EqualValues(t, 1, d.Revision)
		require.Len(t, d.TrackingToken, 22)
		require.Empty(t, d.Warnings)
		require.Equal(t, []string{d.Code}, h.work.starts)

		row, err := h.store.Document(t.Context(), doc)
		require.NoError(t, err)
		require.Equal(t, d.Code, row.DossierCode)
		require.Equal(t, 1, h.rows("outbox"))
		require.NoError(t, h.store.VerifyAudit(t.Context(), d.Code))

		shown := read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK)
		require.Equal(t, d.TrackingToken, shown.TrackingToken)
		require.Equal(t, []dossier.Command{dossier.Withdraw, dossier.Contact, dossier.Hold}, shown.Allowed)
		require.Len(t, shown.Components, 1)
		require.Equal(t, doc, shown.Components[0].DocumentID)
	})
}

// What may be left out is filled in: case, authority by the applicant's area,
// form, quantity, carrier, recipient.
func TestFilingFillsIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	f := onPaper().with("/case", nil).with("/authority", nil).with("/quantity", nil).
		with("/delivery", body{"method": "counter"}).with("/components/0", body{"code": "to-khai", "document_id": h.document("clerk", dossier.Unreadable)})
	d := h.file("clerk", f)
	require.Equal(t, "default", d.Case)
	require.Equal(t, 1, d.Quantity)
	require.Equal(t, "H26.12.03", d.Authority, "the commune is nearer than the city")
	require.Equal(t, "vnpost", d.Delivery.Carrier, "paper needs a way home too")

	d = h.file("clerk-viettel", onPaper().with("/delivery", body{"method": "electronic"}))
	require.Equal(t, "viettelpost", d.Delivery.Carrier)

	d = h.file("clerk", onPaper().with("/delivery/recipient", nil))
	people, err := h.store.People(t.Context(), d.Code)
	require.NoError(t, err)
	require.NotContains(t, people, "recipient", "the applicant receives; a corrected phone must reach the carrier")

	papers, err := h.store.Papers(t.Context(), d.Code)
	require.NoError(t, err)
	require.Len(t, papers, 1)
	require.Equal(t, "office", papers[0].HolderKind)
}

// What is unusual is taken, and said.
func TestFilingWarns(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	f := onPaper().with("/applicant/citizen_id", "001091000001").with("/applicant/phone", "0100000000")
	d := h.file("clerk", f)
	var said []string
	for _, w := range d.Warnings {
		require.NotEmpty(t, w.Detail)
		said = append(said, *w.Pointer+" "+w.Code)
	}
	require.ElementsMatch(t, []string{"/applicant/citizen_id citizen_id_birth", "/applicant/phone phone_unusual"}, said)
}

// Every bad filing: place and rule, nothing written, nothing echoed.
func TestBadFilings(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	ready, poor := h.document("clerk", dossier.Ready), h.document("clerk", dossier.Unreadable)
	used := h.document("clerk", dossier.Ready)
	h.file("clerk", filingOf(used))
	good := filingOf(ready)
	written := h.rows("operations")
	for name, tc := range map[string]struct {
		filing body
		status int
		places []string
	}{
		"unknown procedure":            {good.with("/procedure_code", "9.999999"), 422, []string{"/procedure_code procedure_unknown"}},
		"procedure not at agents":      {good.with("/procedure_code", "2.000815"), 422, []string{"/procedure_code not_allowed_at_agent"}},
		"unknown case":                 {good.with("/case", "canary"), 422, []string{"/case case_unknown"}},
		"unknown authority":            {good.with("/authority", "H99.99"), 422, []string{"/authority authority_unknown"}},
		"authority of another field":   {good.with("/authority", "G12.26"), 422, []string{"/authority authority_not_competent"}},
		"authority open, area coarse":  {good.with("/authority", nil).with("/applicant/area", nil), 422, []string{"/authority authority_required"}},
		"authority open, area unknown": {good.with("/authority", nil).with("/applicant/area", "99999"), 422, []string{"/authority authority_required"}},
		"component missing":            {good.with("/components", []body{}), 422, []string{"/components component_missing"}},
		"component not wanted":         {good.with("/components/0/code", "canary"), 422, []string{"/components/0/code component_not_in_checklist", "/components component_missing"}},
		"component twice":              {good.with("/components", []body{{"code": "to-khai", "document_id": ready}, {"code": "to-khai", "document_id": ready}}), 422, []string{"/components/1/code component_twice"}},
		"form not taken":               {good.with("/components/0", body{"code": "to-khai", "form": "from_database"}), 422, []string{"/components/0/form form_not_accepted"}},
		"no form":                      {good.with("/components/0", body{"code": "to-khai"}), 422, []string{"/components/0/form required"}},
		"scan without document":        {good.with("/components/0", body{"code": "to-khai", "form": "scan"}), 422, []string{"/components/0/document_id document_required"}},
		"paper with document":          {good.with("/components/0/form", "paper_original"), 422, []string{"/components/0/document_id document_not_expected"}},
		"unknown document":             {good.with("/components/0/document_id", "canary"), 422, []string{"/components/0/document_id document_unknown"}},
		"another office's document":    {good.with("/components/0/document_id", h.document("clerk-tayho", dossier.Ready)), 422, []string{"/components/0/document_id document_unknown"}},
		"used document":                {good.with("/components/0/document_id", used), 422, []string{"/components/0/document_id document_used"}},
		"citizen id":                   {good.with("/applicant/citizen_id", "00109000000"), 422, []string{"/applicant/citizen_id citizen_id_shape"}},
		"no citizen id":                {good.with("/applicant/citizen_id", nil), 422, []string{"/applicant/citizen_id citizen_id_shape"}},
		"no birth date":                {good.with("/applicant/date_of_birth", nil), 422, []string{"/applicant/date_of_birth required"}},
		"impossible birth date":        {good.with("/applicant/date_of_birth", "1990-02-30"), 422, []string{"/applicant/date_of_birth birth_date_real"}},
		"birth date tomorrow":          {good.with("/applicant/date_of_birth", "2025-02-06"), 422, []string{"/applicant/date_of_birth birth_date_future"}},
		"e-mail":                       {good.with("/applicant/email", "canary@"), 422, []string{"/applicant/email email_shape"}},
		"phone":                        {good.with("/applicant/phone", "canary"), 422, []string{"/applicant/phone phone_shape"}},
		"blank name":                   {good.with("/applicant/full_name", "  "), 422, []string{"/applicant/full_name required"}},
		"tax code":                     {good.with("/applicant/kind", "enterprise").with("/applicant/tax_code", "12"), 422, []string{"/applicant/tax_code tax_code_shape"}},
		"submitter":                    {good.with("/submitter", body{"kind": "citizen", "full_name": "Canary", "citizen_id": "1", "date_of_birth": "1990-01-01"}), 422, []string{"/submitter/citizen_id citizen_id_shape"}},
		"no evidence":                  {good.with("/mandate", body{"kind": "assisted"}), 422, []string{"/mandate/evidence evidence_required"}},
		"evidence without document":    {good.with("/mandate", body{"kind": "authorised", "evidence": body{"method": "document"}}), 422, []string{"/components component_missing", "/mandate/evidence/document_id evidence_document_required"}},
		"evidence unknown":             {good.with("/mandate", body{"kind": "authorised", "evidence": body{"method": "document", "document_id": "canary"}}), 422, []string{"/components component_missing", "/mandate/evidence/document_id document_unknown"}},
		"no carrier":                   {good.with("/delivery/carrier", nil), 422, []string{"/delivery/carrier required"}},
		"unknown carrier":              {good.with("/delivery/carrier", "canary"), 422, []string{"/delivery/carrier carrier_unknown"}},
		"nowhere to deliver":           {good.with("/delivery/recipient", nil).with("/applicant/address", nil), 422, []string{"/delivery/recipient recipient_required"}},
		"recipient without a phone":    {good.with("/delivery/recipient/phone", ""), 422, []string{"/delivery/recipient/phone required"}},

		"unknown field":      {good.with("/surname", canary), 400, []string{"/surname unknown_field"}},
		"unknown field deep": {good.with("/applicant/nick", canary), 400, []string{"/applicant/nick unknown_field"}},
		"no applicant":       {good.with("/applicant", nil), 400, []string{"/applicant required"}},
		"no mandate":         {good.with("/mandate", nil), 400, []string{"/mandate required"}},
		"no components":      {good.with("/components", nil), 400, []string{"/components required"}},
		"kind of person":     {good.with("/applicant/kind", canary), 400, []string{"/applicant/kind one_of"}},
		"kind of mandate":    {good.with("/mandate/kind", canary), 400, []string{"/mandate/kind one_of"}},
		"form":               {good.with("/components/0/form", canary), 400, []string{"/components/0/form one_of"}},
		"delivery":           {good.with("/delivery/method", canary), 400, []string{"/delivery/method one_of"}},
		"quantity 0":         {good.with("/quantity", 0), 400, []string{"/quantity too_small"}},
		"quantity 101":       {good.with("/quantity", 101), 400, []string{"/quantity too_big"}},
		"number for text":    {good.with("/applicant/citizen_id", 1090000001), 400, []string{"/applicant/citizen_id string_expected"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, lang := range []string{"vi", "en"} {
				w := h.post("clerk", "/v1/dossiers", tc.filing)
				p, at := h.refused(w, tc.status)
				require.ElementsMatch(t, tc.places, at, lang)
				if tc.status == 422 {
					require.Equal(t, InvalidDossier, p.Code)
				}
				noCanary(t, w.Body.String())
			}
		})
	}
	require.Equal(t, written, h.rows("operations"), "nothing is written")
	require.Equal(t, 1, h.rows("dossiers"))
	noCanary(t, h.log.String())
	_ = poor
}

// A filing at an office that is closed or not of the caller's network.
func TestFilingAtNoOffice(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	_, at := h.refused(h.post("clerk-nowhere", "/v1/dossiers", onPaper()), 422)
	require.Equal(t, []string{" office_closed"}, at)
	_, at = h.refused(h.post("clerk-astray", "/v1/dossiers", onPaper()), 422)
	require.Equal(t, []string{" office_not_yours"}, at)
}

func TestBadFilingOnTheWire(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	w := h.do(ask{method: "POST", path: "/v1/dossiers", token: "clerk", key: newKey(), body: `{"procedure_code": "` + canary})
	_, at := h.refused(w, 400)
	require.Equal(t, []string{" json_broken"}, at)
	w = h.do(ask{method: "POST", path: "/v1/dossiers", token: "clerk", key: newKey(), body: "x", header: map[string]string{"Content-Type": "text/plain"}})
	h.refused(w, 415)
	w = h.do(ask{method: "POST", path: "/v1/dossiers", token: "clerk", body: "{}"})
	_, at = h.refused(w, 400)
	require.Equal(t, []string{"Idempotency-Key idempotency_key"}, at)
}

func TestListOfDossiers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		first := h.file("clerk", onPaper())
		second := h.file("clerk", onPaper().with("/applicant/full_name", "Trần Đức").with("/applicant/phone", "0912345678"))
		h.file("clerk-tayho", onPaper())
		h.file("clerk-viettel", onPaper())
		h.withAuthority(first.Code)

		codes := func(token, query string) []string {
			t.Helper()
			page := read[List[Dossier]](t, h.get(token, "/v1/dossiers?"+query), http.StatusOK)
			var out []string
			for _, d := range page.Items {
				require.Empty(t, d.TrackingToken)
				out = append(out, d.Code)
			}
			return out
		}
		require.Equal(t, []string{second.Code, first.Code}, codes("clerk", ""))
		require.Len(t, codes("supervisor", ""), 3)
		require.Len(t, codes("manager", ""), 4)
		require.Len(t, codes("centre", ""), 4)
		require.Empty(t, codes("centre-city", ""))
		require.Equal(t, []string{first.Code}, codes("clerk", "stage=decision"))
		require.Equal(t, []string{first.Code}, codes("clerk", "waiting_for=authority"))
		require.Len(t, codes("clerk", "status=registered"), 2)
		require.Len(t, codes("clerk", "status=1&overdue=false&parked=false&procedure=2.000635"), 2)
		require.Empty(t, codes("clerk", "network=fpt"))
		require.Equal(t, []string{second.Code}, codes("clerk", "q="+url.QueryEscape("tran duc")))
		require.Equal(t, []string{second.Code}, codes("clerk", "q=5678"))
		require.Equal(t, []string{first.Code}, codes("clerk", "q="+first.Code))
		require.Len(t, codes("clerk", "q=vnphki-2502"), 2)
		require.Empty(t, codes("clerk", "q=%25"))

		page := read[List[Dossier]](t, h.get("clerk", "/v1/dossiers?limit=1"), http.StatusOK)
		require.Len(t, page.Items, 1)
		require.NotEmpty(t, page.NextCursor)
		require.Equal(t, []string{first.Code}, codes("clerk", "limit=1&cursor="+page.NextCursor))
		last := read[List[Dossier]](t, h.get("clerk", "/v1/dossiers?limit=1&cursor="+page.NextCursor), http.StatusOK)
		require.Empty(t, last.NextCursor)

		for query, place := range map[string]string{
			"status=11": "status status_unknown", "status=canary": "status status_unknown", "stage=canary": "stage one_of",
			"overdue=1": "overdue one_of", "cursor=canary": "cursor cursor", "limit=0": "limit too_small", "limit=201": "limit too_big",
			"colour=red": "colour unknown_parameter",
		} {
			_, at := h.refused(h.get("clerk", "/v1/dossiers?"+query), 400)
			require.Equal(t, []string{place}, at, query)
		}
	})
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	read[Dossier](t, h.post("clerk", "/v1/dossiers/"+d.Code+"/withdraw", body{"reason": "đổi ý"}), http.StatusOK)
	events := read[List[Event]](t, h.get("supervisor", "/v1/dossiers/"+d.Code+"/timeline"), http.StatusOK).Items
	require.Len(t, events, 2)
	require.Equal(t, Actor{Role: "clerk", Subject: "lan"}, events[0].Actor)
	require.Equal(t, "filed", events[0].Kind)
	require.Equal(t, "Hồ sơ được tiếp nhận tại quầy", events[0].Label)
	require.Equal(t, "2.000635", events[0].Data["procedure"])
	require.Equal(t, "đổi ý", events[1].Text)
	require.EqualValues(t, 2, events[1].Seq)

	english := h.do(ask{method: "GET", path: "/v1/dossiers/" + d.Code + "/timeline", token: "clerk", lang: "en"})
	require.Equal(t, "Withdrawn at the citizen's wish", read[List[Event]](t, english, http.StatusOK).Items[1].Label)
}

// noCanary fails when a text holds what was filed about a person.
func noCanary(t *testing.T, s string) {
	t.Helper()
	for _, c := range []string{"canary", "Canary", "Quýt", "0900000123", "001090000001", "1090000001"} {
		require.NotContains(t, s, c)
	}
}
