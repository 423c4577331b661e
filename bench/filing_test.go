package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
	"hoso/internal/identity"
	"hoso/internal/pgtest"
	"hoso/internal/program"
	"hoso/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desks is how many filings are under way at once; window and rounds are how
// long each side is measured, in turn.
const (
	desks  = 16
	window = 2 * time.Second
	rounds = 5
)

// BenchmarkFiling files dossiers through the API on PostgreSQL, 32 offices,
// relay off, beside a bare gin and gorm handler that writes the same rows, in
// turns A B A B, and reports the ratio of their rates.
func BenchmarkFiling(b *testing.B) {
	ours := newDesk(b, "hoso")
	bare := newDesk(b, "bare")
	ours.base = apiServer(b, ours)
	bare.base = bareServer(b, bare.url)
	for b.Loop() {
		var a, z float64
		for range rounds {
			a += ours.rate(b)
			z += bare.rate(b)
		}
		b.ReportMetric(a/rounds, "hoso/s")
		b.ReportMetric(z/rounds, "bare/s")
		b.ReportMetric(a/z, "ratio")
	}
}

// desk files at one server.
type desk struct {
	name, url, base string
	store           *store.Store
	offices         []catalogue.Office
	tokens          map[string]string
	docs            map[string][]string // unused documents by office
	dir             string
	next            atomic.Int64
}

func newDesk(b *testing.B, name string) *desk {
	b.Helper()
	ctx := context.Background()
	d := &desk{name: name, url: pgtest.URL(b), tokens: map[string]string{}, docs: map[string][]string{}, dir: b.TempDir()}
	s, err := store.Open(d.url, store.Options{MaxOpen: 4})
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.Close() })
	cat, err := catalogue.Default()
	require.NoError(b, err)
	_, err = s.LoadCatalogue(ctx, cat)
	require.NoError(b, err)
	d.store, d.offices = s, cat.Offices
	keys := filepath.Join(d.dir, "keys")
	key, err := identity.EnsureDevKey(keys)
	require.NoError(b, err)
	for _, o := range d.offices {
		subject := "clerk-" + o.ID
		_, err := s.AddSubject(ctx, store.Subject{ID: subject, Role: "clerk", Office: o.ID, Network: o.Network})
		require.NoError(b, err)
		d.tokens[o.ID], err = identity.Mint(key, subject, time.Hour)
		require.NoError(b, err)
	}
	return d
}

// stock puts documents there before the window, as the clerks' scanners would
// have; in bulk, since this is not what is measured.
func (d *desk) stock(b *testing.B, each int) {
	b.Helper()
	pool, err := d.store.Pool()
	require.NoError(b, err)
	for _, o := range d.offices {
		ids := make([]string, each)
		for i := range ids {
			ids[i] = bareID()
		}
		_, err := pool.ExecContext(context.Background(), `INSERT INTO documents
			(id, sha256, storage_name, media_type, bytes, pages, verdict, findings, profile, subject, office, network, created_at)
			SELECT id, id, id, 'application/pdf', 180000, 1, 'ready', '[]', 'bench', $2, $3, $4, now() FROM unnest($1::text[]) AS id`,
			ids, "clerk-"+o.ID, o.ID, o.Network)
		require.NoError(b, err)
		d.docs[o.ID] = ids
	}
}

// rate files for one window and gives the filings acknowledged per second.
func (d *desk) rate(b *testing.B) float64 {
	b.Helper()
	d.stock(b, 120)
	var done atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: desks}}
	defer client.CloseIdleConnections()
	for desk := range desks {
		wg.Go(func() {
			for i := desk; time.Since(start) < window; i += desks {
				o := d.offices[i%len(d.offices)]
				stack := d.docs[o.ID]
				at := i / len(d.offices)
				if at >= len(stack) {
					return // out of scans: the window ends here
				}
				if err := d.file(client, o, stack[at]); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	for id := range d.docs {
		d.docs[id] = nil
	}
	return float64(done.Load()) / took.Seconds()
}

func (d *desk) file(client *http.Client, o catalogue.Office, document string) error {
	n := d.next.Add(1)
	body, err := json.Marshal(map[string]any{
		"procedure_code": "2.000635", "case": "default", "authority": "H26.12.03", "quantity": 1,
		"applicant": map[string]any{"kind": "citizen", "full_name": fmt.Sprintf("Nguyễn Văn %d", n), "citizen_id": fmt.Sprintf("001090%06d", n%1_000_000),
			"date_of_birth": "1990-01-01", "phone": "0912345678", "address": "Số 1 phố Mẫu"},
		"mandate":    map[string]any{"kind": "self"},
		"components": []map[string]any{{"code": "to-khai", "document_id": document}},
		"delivery": map[string]any{"method": "courier", "carrier": "vnpost",
			"recipient": map[string]any{"full_name": "Nguyễn Văn Mẫu", "phone": "0912345678", "address": "Số 1 phố Mẫu"}},
	})
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, d.base+"/v1/dossiers", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+d.tokens[o.ID])
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("%s-%d", d.name, n))
	req.Header.Set("X-Office", o.ID)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%s: %s: %s", d.name, res.Status, raw)
	}
	return err
}

// apiServer runs the real API in this process, relay off.
func apiServer(b *testing.B, d *desk) string {
	b.Helper()
	c, err := program.Load(append(os.Environ(), "HOSO_DATA="+d.dir, "HOSO_DATABASE_URL="+d.url, "HOSO_ADDR=127.0.0.1:0", "HOSO_RELAY=off",
		"HOSO_AUTH_KEYS="+filepath.Join(d.dir, "keys", "dev-keys.json"), "TEMPORAL_ADDRESS=127.0.0.1:1"))
	require.NoError(b, err)
	require.NoError(b, c.Check())
	ctx, stop := context.WithCancel(context.Background())
	m, err := program.Open(ctx, c, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	at := make(chan string, 1)
	ended := make(chan error, 1)
	go func() { ended <- m.RunAPI(ctx, func(addr string) { at <- addr }) }()
	b.Cleanup(func() {
		stop()
		<-ended
		_ = m.Close()
	})
	select {
	case addr := <-at:
		return "http://" + addr
	case err := <-ended:
		require.NoError(b, err)
		return ""
	}
}
