package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/benchmark"
	"hoso/internal/catalogue"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// desks is how many filings are under way at once; window and rounds are how
// long each side is measured, in turn.
const (
	desks  = 16
	window = 2 * time.Second
	rounds = 5
)

// Compare files at two servers in turns A B A B and reports both rates and
// their ratio.
func Compare(b *testing.B, ours, bare *Desk) {
	b.Helper()
	for b.Loop() {
		var a, z float64
		for range rounds {
			a += ours.Rate(b)
			z += bare.Rate(b)
		}
		b.ReportMetric(a/rounds, "hoso/s")
		b.ReportMetric(z/rounds, "bare/s")
		b.ReportMetric(a/z, "ratio")
	}
}

// Desk files at one server, for every office by turns.
type Desk struct {
	Base string         // the server, with http://
	URL  string         // its database
	Dir  string         // where the key is that signs the clerks' tokens, in keys
	Scan store.Document // whose bytes and verdict every scan is to have

	name    string
	store   *store.Store
	offices []catalogue.Office
	tokens  map[string]string
	docs    map[string][]string // unused documents by office
	next    atomic.Int64
}

// NewDesk registers a clerk for each office in a migrated database. Keys are made
// in dir where there are none.
func NewDesk(b testing.TB, name, url, dir string) *Desk {
	b.Helper()
	ctx := context.Background()
	d := &Desk{name: name, URL: url, Dir: dir, tokens: map[string]string{}, docs: map[string][]string{}}
	d.Scan = store.Document{SHA256: sum(name), StorageName: sum(name), MediaType: "application/pdf", Bytes: 180_000, Pages: 1, Verdict: "ready", Findings: "[]", Profile: "bench"}
	s, err := store.Open(d.URL, store.Options{MaxOpen: 4})
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.Close() })
	cat, err := catalogue.Default()
	require.NoError(b, err)
	_, err = s.LoadCatalogue(ctx, cat)
	require.NoError(b, err)
	d.store, d.offices = s, cat.Offices
	keys := filepath.Join(d.Dir, "keys")
	key, err := identity.EnsureDevKey(keys)
	require.NoError(b, err)
	for _, o := range d.offices {
		subject := benchmark.Clerk(o.ID)
		_, err := s.AddSubject(ctx, store.Subject{ID: subject, Role: "clerk", Office: o.ID, Network: o.Network})
		require.NoError(b, err)
		d.tokens[o.ID], err = identity.Mint(key, subject, time.Hour)
		require.NoError(b, err)
	}
	return d
}

// stock puts documents there before the window, as the clerks' scanners would
// have; in bulk, since this is not what is measured.
func (d *Desk) stock(b testing.TB, each int) {
	b.Helper()
	pool, err := d.store.Pool()
	require.NoError(b, err)
	for _, o := range d.offices {
		ids, err := benchmark.Stock(context.Background(), pool, o, d.Scan, each)
		require.NoError(b, err)
		d.docs[o.ID] = ids
	}
}

// Rate files for one window and gives the filings acknowledged per second.
func (d *Desk) Rate(b testing.TB) float64 {
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

func (d *Desk) file(client *http.Client, o catalogue.Office, document string) error {
	n := d.next.Add(1)
	body, err := benchmark.Filing(n, document)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, d.Base+"/v1/dossiers", bytes.NewReader(body))
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
