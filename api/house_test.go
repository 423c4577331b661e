package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/blob"
	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/pgtest"
	"hoso/internal/printer"
	"hoso/internal/receipt"
	reg "hoso/internal/register"
	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
	"hoso/internal/sqlitetest"
	"hoso/internal/store"
	"hoso/workflows"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// noon is what the clock of these tests says, on the pilot's first day.
var noon = time.Date(2025, 2, 5, 9, 30, 0, 0, dossier.Zone)

// staff are more people than everyone: a second one of each scope.
var staff = func() people {
	p := maps.Clone(everyone)
	maps.Copy(p, people{
		"colleague":      {ID: "hoa", Role: identity.Clerk, Office: "VNPHKI", Network: "vnpost"},
		"clerk-tayho":    {ID: "tay", Role: identity.Clerk, Office: "VNPTAY", Network: "vnpost"},
		"clerk-viettel":  {ID: "vie", Role: identity.Clerk, Office: "VTPHKI", Network: "viettelpost"},
		"clerk-nowhere":  {ID: "now", Role: identity.Clerk, Office: "VNPXXX", Network: "vnpost"},
		"clerk-astray":   {ID: "ast", Role: identity.Clerk, Office: "VNPHKI", Network: "fpt"},
		"supervisor-fpt": {ID: "sfp", Role: identity.Supervisor, Network: "fpt"},
		"centre-city":    {ID: "cit", Role: identity.Centre, Authority: "H26.01"},
		"courier-vnpost": {ID: "cvn", Role: identity.Courier, Carrier: "vnpost"},
	})
	return p
}()

// house is a server over a register of its own, with the catalogue loaded.
type house struct {
	*bundle
	t     *testing.T
	store *store.Store
	work  *worker
	spec  *contract
}

// database says which database a house stands on.
type database int

const (
	onSQLite database = iota
	onPostgres
)

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(t *testing.T, on database)) {
	t.Helper()
	for name, on := range map[string]database{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, on)
		})
	}
}

func newHouse(t *testing.T, on database, change ...func(*Deps)) *house {
	t.Helper()
	s := openStore(t, address(t, on))
	if on == onPostgres {
		loadCatalogue(t, s)
	}
	return furnish(t, s, change...)
}

// newHouseAt stands on a database that is empty.
func newHouseAt(t *testing.T, url string) *house {
	t.Helper()
	s := openStore(t, url)
	require.NoError(t, s.Migrate(t.Context()))
	loadCatalogue(t, s)
	return furnish(t, s)
}

func openStore(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(url, store.Options{Now: func() time.Time { return noon }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func furnish(t *testing.T, s *store.Store, change ...func(*Deps)) *house {
	t.Helper()
	blobs, err := blob.Open(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, blobs.Close()) })
	h := &house{t: t, store: s, work: &worker{store: s, done: map[string]workflows.Answer{}}, bundle: &bundle{log: &logBook{}}}
	key, err := receipt.EnsureKey(t.TempDir())
	require.NoError(t, err)
	deps := Deps{
		Printer: printer.New(s, blobs, key, printer.Options{Public: "https://hoso.example"}), ReceiptKeys: key.Public(),
		Auth: staff, Log: slog.New(slog.NewJSONHandler(h.log, nil)), Store: s, Blobs: blobs, Relay: h.work, Scan: scan.DefaultProfile(),
		PortalSecrets: [][]byte{[]byte("portal-secret")}, CarrierSecrets: map[string][][]byte{"viettelpost": {[]byte("carrier-secret")}},
		Now: func() time.Time { return noon },
	}
	for _, c := range change {
		c(&deps)
	}
	h.server, err = New(deps)
	require.NoError(t, err)
	h.spec = contractOf(t, h.server)
	return h
}

func address(t *testing.T, on database) string {
	if on == onPostgres {
		return pgtest.URL(t)
	}
	return sqliteURL(t)
}

// sqliteURL gives a database with the catalogue in it.
var sqliteURL = sqlitetest.Template(func(ctx context.Context, s *store.Store) error {
	c, err := catalogue.Default()
	if err != nil {
		return err
	}
	_, err = s.LoadCatalogue(ctx, c)
	return err
})

func loadCatalogue(t *testing.T, s *store.Store) {
	t.Helper()
	c, err := catalogue.Default()
	require.NoError(t, err)
	_, err = s.LoadCatalogue(t.Context(), c)
	require.NoError(t, err)
}

// do makes a request and holds the answer against the served OpenAPI document.
func (h *house) do(a ask) *httptest.ResponseRecorder {
	h.t.Helper()
	w := h.bundle.do(a)
	h.spec.hold(h.t, a.method, a.path, w)
	return w
}

var keys struct {
	sync.Mutex
	n int
}

// newKey is an Idempotency-Key that nobody has used.
func newKey() string {
	keys.Lock()
	defer keys.Unlock()
	keys.n++
	return fmt.Sprintf("key-%d", keys.n)
}

func (h *house) get(token, path string) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.do(ask{method: "GET", path: path, token: token})
}

// post sends a body as JSON under a new key.
func (h *house) post(token, path string, body any) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.postAs(token, path, newKey(), body)
}

func (h *house) postAs(token, path, key string, body any) *httptest.ResponseRecorder {
	h.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(h.t, err)
	return h.do(ask{method: "POST", path: path, token: token, key: key, body: string(raw)})
}

func read[T any](t *testing.T, w *httptest.ResponseRecorder, status int) T {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body.String())
	var v T
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v))
	return v
}

// refused reads a problem of the status and lists its errors.
func (h *house) refused(w *httptest.ResponseRecorder, status int) (Problem, []string) {
	h.t.Helper()
	require.Equal(h.t, status, w.Code, w.Body.String())
	p := problem(h.t, w)
	return p, places(p)
}

// Pages in several states, drawn once.
var (
	goodScan = sync.OnceValue(func() []byte { return must(samplepage.JPEG(samplepage.Page(samplepage.Options{}), 85)) })
	tinyScan = sync.OnceValue(func() []byte { return must(samplepage.JPEG(samplepage.Page(samplepage.Options{DPI: 50}), 50)) })
	poorScan = sync.OnceValue(func() []byte { return must(samplepage.JPEG(samplepage.Page(samplepage.Options{Blur: 12}), 85)) })
)

func must(raw []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return raw
}

func (h *house) upload(token, key string, file []byte) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.uploadTo("/v1/documents", token, key, file)
}

func (h *house) uploadTo(path, token, key string, file []byte) *httptest.ResponseRecorder {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", canary+".pdf")
	require.NoError(h.t, err)
	_, err = part.Write(file)
	require.NoError(h.t, err)
	require.NoError(h.t, form.Close())
	return h.do(ask{method: "POST", path: path, token: token, key: key, body: body.String(),
		header: map[string]string{"Content-Type": form.FormDataContentType()}})
}

// document puts a document into the register without judging it.
func (h *house) document(token string, verdict dossier.Verdict) string {
	h.t.Helper()
	who := staff[token]
	findings := "[]"
	if verdict == dossier.Unreadable {
		findings = `[{"code":"blurred","page":1,"severity":"error","message_vi":"Trang 1 bị mờ.","message_en":"Page 1 is blurred."}]`
	}
	kept, err := h.server.deps.Blobs.Put(strings.NewReader("%PDF-1.7 sample"), 100)
	require.NoError(h.t, err)
	row, err := h.store.StoreResult(h.t.Context(), store.Document{SHA256: kept.SHA256, StorageName: kept.Name, MediaType: "application/pdf", Bytes: kept.Bytes,
		Pages: 1, Verdict: string(verdict), Findings: findings, Subject: who.ID + newKey(), Office: who.Office, Network: who.Network,
		Authority: who.Authority, Carrier: who.Carrier})
	require.NoError(h.t, err)
	return row.ID
}

// file files a dossier and gives its answer.
func (h *house) file(token string, filing body) Dossier {
	h.t.Helper()
	return read[Dossier](h.t, h.post(token, "/v1/dossiers", filing), http.StatusCreated)
}

// filed files the contract's dossier as the clerk of VNPHKI.
func (h *house) filed() Dossier {
	h.t.Helper()
	return h.file("clerk", filingOf(h.document("clerk", dossier.Ready)))
}

// bring records a step of the dossier's workflow.
func (h *house) bring(code, kind string, change func(*reg.Transition)) {
	h.t.Helper()
	s, err := h.store.Snapshot(h.t.Context(), code)
	require.NoError(h.t, err)
	t := reg.Transition{Code: code, Step: s.Step + 1, Kind: kind, Actor: "system", After: s.Position}
	change(&t)
	_, err = h.store.Record(h.t.Context(), t, store.Plan{Until: t.After.Waiting.Until})
	require.NoError(h.t, err)
}

// withAuthority brings a dossier to the authority's desk.
func (h *house) withAuthority(code string) {
	h.t.Helper()
	h.bring(code, "with_authority", func(t *reg.Transition) {
		t.After.Stage, t.After.Route = dossier.StageDecision, dossier.RouteOnline
		t.After.Waiting = reg.Waiting{Who: dossier.WhoAuthority, What: dossier.WhatAcceptance}
	})
}

// asked brings a dossier to where a supplement is asked for.
func (h *house) asked(code string, components ...string) {
	h.t.Helper()
	h.withAuthority(code)
	h.bring(code, "status", func(t *reg.Transition) {
		t.After.Status, t.After.Asked = dossier.SupplementRequired, components
		t.After.Waiting = reg.Waiting{Who: dossier.WhoClerk, What: dossier.WhatSupplement}
	})
}

// shipment orders a parcel home and has it confirmed.
func (h *house) shipment(code, carrier string) store.Shipment {
	h.t.Helper()
	begun, err := h.store.BeginBooking(h.t.Context(), code, reg.LegHome, 1, carrier, code+"/courier/home/1")
	sh := begun.Shipment
	require.NoError(h.t, err)
	require.NoError(h.t, h.store.Conclude(h.t.Context(), store.Done{Key: sh.Key, Reference: "T-1", Shipment: sh.ID}))
	return sh
}

// rows counts what lies in a table.
func (h *house) rows(table string) int {
	h.t.Helper()
	pool, err := h.store.Pool()
	require.NoError(h.t, err)
	var n int
	require.NoError(h.t, pool.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func drain(t *testing.T, r io.Reader) string {
	t.Helper()
	raw, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(raw)
}
