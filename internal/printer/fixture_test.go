package printer_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/blob"
	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/printer"
	"hoso/internal/receipt"
	"hoso/internal/register"
	"hoso/internal/sqlitetest"
	"hoso/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// start is the pilot's first day.
var start = time.Date(2025, 2, 5, 9, 30, 0, 0, dossier.Zone)

// house is a register with its printer.
type house struct {
	*store.Store
	t     testing.TB
	print *printer.Printer
	blobs *blob.Store
	key   *receipt.Key
	log   *safeLog

	mu  sync.Mutex
	now time.Time
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	for name, url := range map[string]func() string{
		"postgres": func() string { return pgtest.URL(t) },
		"sqlite":   func() string { return sqlitetest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newHouse(t, url()))
		})
	}
}

// loaded is the built-in catalogue.
var loaded = sync.OnceValues(catalogue.Default)

func newHouse(t testing.TB, url string) *house {
	t.Helper()
	h := &house{t: t, now: start, log: &safeLog{}}
	var err error
	h.Store, err = store.Open(url, store.Options{Now: h.clock, MaxOpen: 10})
	require.NoError(t, err)
	t.Cleanup(func() { h.Close() }) //nolint:errcheck // the test is over
	cat, err := loaded()
	require.NoError(t, err)
	_, err = h.LoadCatalogue(t.Context(), cat)
	require.NoError(t, err)
	h.blobs, err = blob.Open(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { h.blobs.Close() }) //nolint:errcheck // the test is over
	h.key, err = receipt.EnsureKey(t.TempDir())
	require.NoError(t, err)
	h.print = h.another()
	return h
}

// another is the printer of another process.
func (h *house) another() *printer.Printer {
	return printer.New(h.Store, h.blobs, h.key, printer.Options{Public: "https://hoso.example/", Log: h.log.logger()})
}

// filing is one with a scan and a paper, handed in by somebody else.
func (h *house) filing() store.NewDossier {
	h.t.Helper()
	kept, err := h.blobs.Put(strings.NewReader("%PDF-1.7 sample"), 100)
	require.NoError(h.t, err)
	doc, err := h.StoreResult(h.t.Context(), store.Document{SHA256: kept.SHA256, StorageName: kept.Name, MediaType: "application/pdf", Bytes: kept.Bytes, Pages: 1,
		Verdict: "ready", Findings: "[]", Subject: "lan" + h.clock().String() + kept.Name, Office: "VNPHKI"})
	require.NoError(h.t, err)
	mother := dossier.Person{Kind: dossier.Citizen, FullName: "Trần Thị Bưởi", Phone: "0912345679", Address: "3 Hàng Bài, Hà Nội"}
	return store.NewDossier{
		Filing: dossier.Filing{
			Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 2,
			Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An", CitizenID: "001090000001", DateOfBirth: "1990-01-01",
				Phone: "0900000123", Email: "an@example.vn", Address: "12 Hàng Bài, Hà Nội"},
			Submitter: &mother,
			Mandate:   dossier.Mandate{Kind: "assisted", EvidenceMethod: "signature"},
			Components: []dossier.Given{{Code: "to-khai", Form: dossier.FormScan, Document: doc.ID},
				{Code: "giay-to-tuy-than", Form: dossier.FormPaperOriginal}},
			Delivery: dossier.Delivery{Method: dossier.ByCourier, Carrier: "vnpost"},
		},
		Office: "VNPHKI", Network: "vnpost", Area: "002", Clerk: "clerk-lan", PaperComponents: []string{"giay-to-tuy-than"},
		ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01", RulesVersion: "2025-01",
	}
}

var keys struct {
	sync.Mutex
	n int
}

func (h *house) file(f store.NewDossier) string {
	h.t.Helper()
	keys.Lock()
	keys.n++
	key := strings.Repeat("k", keys.n)
	keys.Unlock()
	a, err := h.File(h.t.Context(), store.Request{Subject: f.Clerk, Role: "clerk", Key: key, Digest: key, Kind: "file"}, f,
		func(d store.Dossier) store.Answer { return store.Answer{Status: 201, Body: []byte(d.Code)} })
	require.NoError(h.t, err)
	return a.Location
}

// bring records a step.
func (h *house) bring(code, kind string, change func(*register.Transition)) {
	h.t.Helper()
	s, err := h.Snapshot(h.t.Context(), code)
	require.NoError(h.t, err)
	tr := register.Transition{Code: code, Step: s.Step + 1, Kind: kind, Actor: "portal", After: s.Position}
	if change != nil {
		change(&tr)
	}
	_, err = h.Record(h.t.Context(), tr, store.Plan{Until: tr.After.Waiting.Until})
	require.NoError(h.t, err)
}

// told records the authority's word, with its reason.
func (h *house) told(code string, status dossier.Status, reason string, change func(*register.Transition)) {
	h.t.Helper()
	h.bring(code, "status", func(tr *register.Transition) {
		tr.Data = map[string]string{"from": tr.After.Status.Name(), "to": status.Name()}
		tr.After.Status, tr.After.Stage = status, dossier.StageDecision
		tr.TextID = h.text(code, reason)
		if change != nil {
			change(tr)
		}
	})
}

// text puts words into the register.
func (h *house) text(code, words string) string {
	h.t.Helper()
	if words == "" {
		return ""
	}
	pool, err := h.Pool()
	require.NoError(h.t, err)
	keys.Lock()
	keys.n++
	id := "text-" + code + strings.Repeat("x", keys.n)
	keys.Unlock()
	_, err = pool.ExecContext(h.t.Context(), "INSERT INTO texts (id, dossier_code, body, created_at) VALUES ($1, $2, $3, $4)", id, code, words, h.clock().UTC())
	require.NoError(h.t, err)
	return id
}

// printed renders a dossier's forms and gives them by kind and number: "02/1".
func (h *house) printed(code string) map[string]store.Form {
	h.t.Helper()
	rows, err := h.Forms(h.t.Context(), code)
	require.NoError(h.t, err)
	out := map[string]store.Form{}
	for _, row := range rows {
		done, err := h.print.Print(h.t.Context(), row)
		require.NoError(h.t, err, row.Kind)
		require.Equal(h.t, store.FormReady, done.State)
		out[string(row.Kind)+"/"+string(rune('0'+row.N))] = done
	}
	return out
}

func (h *house) bytes(f store.Form) []byte {
	h.t.Helper()
	file, err := h.blobs.Get(f.StorageName)
	require.NoError(h.t, err)
	defer file.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(file)
	require.NoError(h.t, err)
	return raw
}

// words is what a form says, its line breaks made blanks.
func (h *house) words(f store.Form) string {
	h.t.Helper()
	cmd := exec.CommandContext(context.Background(), "pdftotext", "-layout", "-", "-")
	cmd.Stdin = strings.NewReader(string(h.bytes(f)))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(h.t, err)
	return strings.Join(strings.Fields(string(out)), " ")
}
