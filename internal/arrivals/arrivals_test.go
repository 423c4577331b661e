package arrivals_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/arrivals"
	"hoso/internal/blob"
	"hoso/internal/courier"
	"hoso/internal/dossier"
	"hoso/internal/portal"
	"hoso/internal/register"
	"hoso/internal/sqlitetest"
	"hoso/internal/store"
)

// moment is when everything here happens.
var moment = time.Date(2025, 2, 5, 9, 30, 0, 0, dossier.Zone)

// hall is a door with a dossier behind it.
type hall struct {
	arrivals.Door
	t    *testing.T
	code string
}

func open(t *testing.T) *hall {
	t.Helper()
	s, err := store.Open(sqlitetest.URL(t), store.Options{Now: func() time.Time { return moment }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	b, err := blob.Open(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	n := store.NewDossier{
		Filing: dossier.Filing{Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 1,
			Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An", Phone: "0900000123"},
			Delivery:  dossier.Delivery{Method: dossier.ByCourier, Carrier: "viettelpost"}},
		Office: "VNPHKI", Network: "vnpost", Area: "002", Clerk: "lan", ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01",
	}
	a, err := s.File(t.Context(), store.Request{Subject: "lan", Role: "clerk", Key: "k", Digest: "d", Kind: "file"}, n,
		func(d store.Dossier) store.Answer { return store.Answer{Status: 201, Body: []byte(d.Code)} })
	require.NoError(t, err)
	return &hall{Door: arrivals.Door{Store: s, Blobs: b}, t: t, code: a.Location}
}

func (h *hall) report(id string) portal.Event {
	return portal.Event{ID: id, Code: h.code, Status: int(dossier.Accepted), OccurredAt: moment}
}

func (h *hall) text(id string) string {
	h.t.Helper()
	s, err := h.Store.Text(h.t.Context(), h.code, id)
	require.NoError(h.t, err)
	return s
}

// untouched says that nothing of a report was kept.
func (h *hall) untouched() {
	h.t.Helper()
	var n int
	pool, err := h.Store.Pool()
	require.NoError(h.t, err)
	row := pool.QueryRowContext(h.t.Context(), "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM documents) + (SELECT count(*) FROM texts)")
	require.NoError(h.t, row.Scan(&n))
	require.Zero(h.t, n, "a refused report changes nothing")
}

func TestUnfitPortalReports(t *testing.T) {
	t.Parallel()
	h := open(t)
	long := strings.Repeat("x", 4001)
	for name, c := range map[string]struct {
		bend    func(*portal.Event)
		pointer string
	}{
		"no id":                   {func(e *portal.Event) { e.ID = "" }, "/event_id"},
		"an id with a space":      {func(e *portal.Event) { e.ID = "a b" }, "/event_id"},
		"an id with a line end":   {func(e *portal.Event) { e.ID = "a\n" }, "/event_id"},
		"an id too long":          {func(e *portal.Event) { e.ID = strings.Repeat("a", 121) }, "/event_id"},
		"no code":                 {func(e *portal.Event) { e.Code = "" }, "/code"},
		"a code misspelt":         {func(e *portal.Event) { e.Code = "VNPHKI-250205-0001-?" }, "/code"},
		"status 0":                {func(e *portal.Event) { e.Status = 0 }, "/status"},
		"status 11":               {func(e *portal.Event) { e.Status = 11 }, "/status"},
		"status below 0":          {func(e *portal.Event) { e.Status = -1 }, "/status"},
		"no time":                 {func(e *portal.Event) { e.OccurredAt = time.Time{} }, "/occurred_at"},
		"a time before 2000":      {func(e *portal.Event) { e.OccurredAt = time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC) }, "/occurred_at"},
		"a time in the year 2100": {func(e *portal.Event) { e.OccurredAt = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }, "/occurred_at"},
		"an unlikely appointment": {func(e *portal.Event) { e.DueAt = new(time.Time) }, "/due_at"},
		"a portal code misspelt":  {func(e *portal.Event) { e.PortalCode = "nonsense" }, "/portal_code"},
		"a fee below nothing":     {func(e *portal.Event) { e.FeeAmount = -1 }, "/fee_amount"},
		"a fee beyond reason":     {func(e *portal.Event) { e.FeeAmount = 1_000_000_000_001 }, "/fee_amount"},
		"a fee asked without one": {func(e *portal.Event) { e.Status = int(dossier.PaymentRequired) }, "/fee_amount"},
		"a text too long":         {func(e *portal.Event) { e.Text = long }, "/text"},
		"a part misspelt":         {func(e *portal.Event) { e.Asked = []portal.Asked{{Component: "Tờ khai"}} }, "/asked"},
		"a part's page 0":         {func(e *portal.Event) { e.Asked = []portal.Asked{{Component: "to-khai", Pages: []int{0}}} }, "/asked"},
		"a part's words too long": {func(e *portal.Event) { e.Asked = []portal.Asked{{Component: "to-khai", Text: long}} }, "/asked"},
		"too many parts":          {func(e *portal.Event) { e.Asked = make([]portal.Asked, 51) }, "/asked"},
		"too many components":     {func(e *portal.Event) { e.Components = make([]string, 51) }, "/components"},
		"a component misspelt":    {func(e *portal.Event) { e.Components = []string{"to-khai", "Tờ khai"} }, "/components"},
		"an empty component":      {func(e *portal.Event) { e.Components = []string{""} }, "/components"},
		"too many results":        {func(e *portal.Event) { e.Result = &portal.Result{Documents: make([]portal.ResultDocument, 21)} }, "/result/documents"},
		"a result without content": {func(e *portal.Event) {
			e.Result = withResults(portal.ResultDocument{MediaType: "application/pdf", SHA256: sum("")})
		}, "/result/documents"},
		"a result of another digest": {func(e *portal.Event) {
			e.Result = withResults(portal.ResultDocument{MediaType: "application/pdf", SHA256: sum("other"), Content: []byte("this")})
		}, "/result/documents"},
		"a result of no media type": {func(e *portal.Event) {
			e.Result = withResults(portal.ResultDocument{MediaType: "pdf", SHA256: sum("this"), Content: []byte("this")})
		}, "/result/documents"},
		"a result too large": {func(e *portal.Event) {
			big := make([]byte, 8<<20+1)
			e.Result = withResults(portal.ResultDocument{MediaType: "application/pdf", SHA256: sum(string(big)), Content: big})
		}, "/result/documents"},
	} {
		e := h.report("evt-1")
		c.bend(&e)
		m, err := h.Portal(t.Context(), e)
		require.ErrorIs(t, err, arrivals.ErrUnfit, name)
		require.EqualError(t, err, arrivals.ErrUnfit.Error()+": "+c.pointer, "%s: the field and never its value", name)
		require.Zero(t, m, name)
	}
	h.untouched()
}

// A request page by page: the pages travel on, the words stay in the register, and
// what only the parts name is asked for as well.
func TestPortalAsksPageByPage(t *testing.T) {
	t.Parallel()
	h := open(t)
	e := h.report("e1")
	e.Status, e.Components = int(dossier.SupplementRequired), []string{"to-khai"}
	e.Asked = []portal.Asked{{Component: "to-khai", Pages: []int{2, 3}, Text: "Trang mờ"}, {Component: "giay-uy-quyen"}}
	m, err := h.Portal(t.Context(), e)
	require.NoError(t, err)
	require.NotContains(t, m.Payload, "mờ")
	r, err := m.PortalReport()
	require.NoError(t, err)
	require.Equal(t, []string{"to-khai", "giay-uy-quyen"}, r.Asked)
	require.Equal(t, []int{2, 3}, r.Parts[0].Pages)
	require.Equal(t, "Trang mờ", h.text(r.Parts[0].TextID))
	require.Empty(t, r.Parts[1].TextID)
	again, err := h.Portal(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, m.ID, again.ID)
}

func TestPortalReportAtTheLimits(t *testing.T) {
	t.Parallel()
	h := open(t)
	due := moment.Add(48 * time.Hour)
	e := portal.Event{ID: strings.Repeat("a", 120), Code: h.code, Status: int(dossier.PaymentRequired), OccurredAt: moment, DueAt: &due,
		PortalCode: "H26.12.03-250205-0001", FeeAmount: 1_000_000_000_000, Text: strings.Repeat("x", 4000), Components: []string{"to-khai"}}
	m, err := h.Portal(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, []any{arrivals.SourcePortal, store.KindPortal, h.code, store.InboxPending}, []any{m.Source, m.Kind, m.DossierCode, m.State})
	r, err := m.PortalReport()
	require.NoError(t, err)
	require.True(t, due.Equal(*r.DueAt))
	r.DueAt = nil
	require.Equal(t, register.PortalReport{Inbox: m.ID, Status: dossier.PaymentRequired, At: moment.UTC(), PortalCode: e.PortalCode,
		Asked: []string{"to-khai"}, Fee: e.FeeAmount, TextID: m.TextID}, r)
	require.NotContains(t, m.Payload, "xxx", "free text stands apart")
	require.Equal(t, e.Text, h.text(m.TextID))
}

func TestPortalReportTwice(t *testing.T) {
	t.Parallel()
	h := open(t)
	e := h.report("evt-1")
	e.Text = "Đã nhận"
	first, err := h.Portal(t.Context(), e)
	require.NoError(t, err)
	again, err := h.Portal(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.TextID, again.TextID)

	for name, bend := range map[string]func(*portal.Event){
		"text":   func(e *portal.Event) { e.Text = "Không nhận" },
		"status": func(e *portal.Event) { e.Status = int(dossier.Refused) },
		"time":   func(e *portal.Event) { e.OccurredAt = e.OccurredAt.Add(time.Second) },
		"fee":    func(e *portal.Event) { e.FeeAmount = 1 },
	} {
		changed := e
		bend(&changed)
		_, err = h.Portal(t.Context(), changed)
		require.ErrorIs(t, err, store.ErrEventChanged, name)
	}
	other, err := h.Portal(t.Context(), h.report("evt-2"))
	require.NoError(t, err)
	require.NotEqual(t, first.ID, other.ID)
	b, err := h.Store.Backlog(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(2), b.Messages)
}

func TestReportOfAnUnknownDossier(t *testing.T) {
	t.Parallel()
	h := open(t)
	code, err := dossier.Code("VNPTAY", moment, 77)
	require.NoError(t, err)
	e := h.report("evt-1")
	e.Code, e.Text = code, "of nobody"
	m, err := h.Portal(t.Context(), e)
	require.NoError(t, err, "kept and counted, refused to nobody")
	require.Equal(t, store.InboxUnmatched, m.State)
	require.Empty(t, m.TextID)

	e.ID, e.Result = "evt-2", withResults(portal.ResultDocument{Name: "r", MediaType: "application/pdf", SHA256: sum("one"), Content: []byte("one")})
	m, err = h.Portal(t.Context(), e)
	require.NoError(t, err, "with a result, too")
	require.Equal(t, store.InboxUnmatched, m.State)
}

func TestTextIsMadePlain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, out string }{
		"as it is":             {"Thiếu tờ khai\n\tmục 2", "Thiếu tờ khai\n\tmục 2"},
		"no zero bytes":        {"a\x00b", "ab"},
		"no escapes":           {"\x1b[31mred\x07", "[31mred"},
		"no carriage returns":  {"a\r\nb", "a\nb"},
		"no delete, no C1":     {"a\x7f\u0085b", "ab"},
		"broken UTF-8 is seen": {"a\xffb", "a\uFFFDb"},
		"nothing left":         {"\x00\x01", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			e := h.report("evt-1")
			e.Text = c.in
			m, err := h.Portal(t.Context(), e)
			require.NoError(t, err)
			require.Equal(t, c.out == "", m.TextID == "")
			require.Equal(t, c.out, h.text(m.TextID))
		})
	}
}

func withResults(docs ...portal.ResultDocument) *portal.Result {
	return &portal.Result{Documents: docs}
}

func sum(content string) string {
	s := sha256.Sum256([]byte(content))
	return hex.EncodeToString(s[:])
}

func TestResultsAreKeptByDigest(t *testing.T) {
	t.Parallel()
	h := open(t)
	doc := func(name, content string) portal.ResultDocument {
		return portal.ResultDocument{Name: name, MediaType: "application/pdf", SHA256: sum(content), Content: []byte(content)}
	}
	e := h.report("evt-1")
	e.Status = int(dossier.Resolved)
	e.Result = withResults(doc("Trích\x00 lục", "one"), doc("again", "one"), doc("second", "two"))
	e.Result.Paper = true
	m, err := h.Portal(t.Context(), e)
	require.NoError(t, err)
	r, err := m.PortalReport()
	require.NoError(t, err)
	require.Equal(t, &register.Result{Known: true, Paper: true}, r.Result)
	require.NotContains(t, m.Payload, "lục")

	rows, err := h.Store.Results(t.Context(), h.code)
	require.NoError(t, err)
	require.Empty(t, rows, "not believed yet")
	s, err := h.Store.Snapshot(t.Context(), h.code)
	require.NoError(t, err)
	_, err = h.Store.Record(t.Context(), register.Transition{Code: h.code, Step: 1, Kind: "decided", Actor: "portal", After: s.Position, Inbox: []string{m.ID}}, store.Plan{})
	require.NoError(t, err)
	// A repetition brings no second row, for the report or for its files.
	_, err = h.Portal(t.Context(), e)
	require.NoError(t, err)
	rows, err = h.Store.Results(t.Context(), h.code)
	require.NoError(t, err)
	require.Len(t, rows, 2, "the same bytes are one result")
	got := map[string]string{}
	for _, row := range rows {
		d, err := h.Store.Document(t.Context(), row.DocumentID)
		require.NoError(t, err)
		require.Equal(t, []any{h.code, "application/pdf", arrivals.SourcePortal, int64(3)}, []any{d.DossierCode, d.MediaType, d.Subject, d.Bytes})
		f, err := h.Blobs.Get(d.StorageName)
		require.NoError(t, err)
		raw, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, d.SHA256, sum(string(raw)))
		got[row.Name] = string(raw)
	}
	require.Equal(t, map[string]string{"Trích lục": "one", "second": "two"}, got)
}

func (h *hall) parcel(id, key string) courier.Event {
	return courier.Event{ID: id, Key: key, Type: string(dossier.DeliveryPickedUp), OccurredAt: moment}
}

func (h *hall) order(leg register.Leg) store.Shipment {
	h.t.Helper()
	begun, err := h.Store.BeginBooking(h.t.Context(), h.code, leg, 1, "viettelpost", fmt.Sprintf("%s/courier/%s/1", h.code, leg))
	sh := begun.Shipment
	require.NoError(h.t, err)
	return sh
}

func TestUnfitParcelReports(t *testing.T) {
	t.Parallel()
	h := open(t)
	sh := h.order(register.LegHome)
	for name, c := range map[string]struct {
		bend    func(*courier.Event)
		pointer string
	}{
		"no id":               {func(e *courier.Event) { e.ID = "" }, "/event_id"},
		"an id with a quote":  {func(e *courier.Event) { e.ID = "a'b" }, "/event_id"},
		"no key":              {func(e *courier.Event) { e.Key = "" }, "/key"},
		"a key with a space":  {func(e *courier.Event) { e.Key = "a b" }, "/key"},
		"no type":             {func(e *courier.Event) { e.Type = "" }, "/type"},
		"a type of our own":   {func(e *courier.Event) { e.Type = string(dossier.DeliveryCollected) }, "/type"},
		"an unheard-of type":  {func(e *courier.Event) { e.Type = "eaten" }, "/type"},
		"no time":             {func(e *courier.Event) { e.OccurredAt = time.Time{} }, "/occurred_at"},
		"a far time":          {func(e *courier.Event) { e.OccurredAt = moment.AddDate(100, 0, 0) }, "/occurred_at"},
		"a reason too long":   {func(e *courier.Event) { e.Reason = strings.Repeat("x", 4001) }, "/reason"},
		"delivered, no proof": {func(e *courier.Event) { e.Type = string(dossier.DeliveryDelivered) }, "/proof/method"},
		"delivered, proof of no kind": {func(e *courier.Event) {
			e.Type, e.Proof = string(dossier.DeliveryDelivered), &courier.Proof{Signer: "Nguyễn Văn An"}
		}, "/proof/method"},
	} {
		e := h.parcel("evt-1", sh.Key)
		c.bend(&e)
		for by, m := range map[string]func() (store.Inbox, error){
			"carrier": func() (store.Inbox, error) { return h.Carrier(t.Context(), "viettelpost", e) },
			"courier": func() (store.Inbox, error) { return h.Courier(t.Context(), "viettelpost", sh.ID, e) },
		} {
			_, err := m()
			require.ErrorIs(t, err, arrivals.ErrUnfit, "%s by %s", name, by)
			require.EqualError(t, err, arrivals.ErrUnfit.Error()+": "+c.pointer, "%s by %s", name, by)
		}
	}
	h.untouched()
	again, err := h.Store.Shipment(t.Context(), "", sh.ID)
	require.NoError(t, err)
	require.Equal(t, sh.State, again.State)
}

func TestParcelReportByKeyAndByShipment(t *testing.T) {
	t.Parallel()
	h := open(t)
	sh := h.order(register.LegHome)
	byKey := h.parcel("evt-1", sh.Key)
	byKey.Type, byKey.Reason = string(dossier.DeliveryAttemptFailed), "Vắng\x00 nhà"
	m, err := h.Carrier(t.Context(), "viettelpost", byKey)
	require.NoError(t, err)
	require.Equal(t, []any{"courier:viettelpost", store.KindParcel, h.code, store.InboxPending}, []any{m.Source, m.Kind, m.DossierCode, m.State})
	require.Equal(t, "Vắng nhà", h.text(m.TextID))
	r, err := m.ParcelReport()
	require.NoError(t, err)
	require.Equal(t, register.ParcelReport{Inbox: m.ID, Shipment: sh.ID, Leg: register.LegHome, Attempt: 1, State: dossier.DeliveryAttemptFailed, At: moment.UTC()}, r)

	again, err := h.Carrier(t.Context(), "viettelpost", byKey)
	require.NoError(t, err)
	require.Equal(t, m.ID, again.ID)
	changed := byKey
	changed.Reason = "Có nhà"
	_, err = h.Carrier(t.Context(), "viettelpost", changed)
	require.ErrorIs(t, err, store.ErrEventChanged)

	byHand := h.parcel("evt-2", "by-hand")
	byHand.Type, byHand.OccurredAt, byHand.Proof = string(dossier.DeliveryDelivered), moment.Add(time.Hour), &courier.Proof{Method: "code", IDTail: "0001"}
	m, err = h.Courier(t.Context(), "viettelpost", sh.ID, byHand)
	require.NoError(t, err)
	require.Equal(t, store.InboxPending, m.State)
	require.NotContains(t, m.Payload, "0001", "the proof stays in the register")
	got, err := h.Store.Shipment(t.Context(), "viettelpost", sh.ID)
	require.NoError(t, err)
	require.Equal(t, dossier.DeliveryDelivered, got.State)
	require.JSONEq(t, `{"method":"code","id_tail":"0001"}`, got.Proof)
}

func TestParcelOfAnotherCarrier(t *testing.T) {
	t.Parallel()
	h := open(t)
	sh := h.order(register.LegHome)
	m, err := h.Carrier(t.Context(), "vnpost", h.parcel("evt-1", sh.Key))
	require.NoError(t, err)
	require.Equal(t, store.InboxUnmatched, m.State, "by key")
	m, err = h.Courier(t.Context(), "vnpost", sh.ID, h.parcel("evt-2", sh.Key))
	require.NoError(t, err)
	require.Equal(t, store.InboxUnmatched, m.State, "by shipment")
	m, err = h.Carrier(t.Context(), "viettelpost", h.parcel("evt-1", sh.Key))
	require.NoError(t, err, "carriers' ids are their own")
	require.NotEqual(t, store.InboxUnmatched, m.State)
}
