package sim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/portal"
	"hoso/internal/portal/sim"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simtest"
)

var (
	secret = []byte("the secret that portal and hoso share")
	today  = time.Date(2025, 2, 5, 9, 30, 0, 0, simulator.Zone)
)

// bench is a portal on loopback that can be killed and started again under the
// same address.
type bench struct {
	*portal.HTTPClient
	cfg    sim.Config
	clock  *simtest.Clock
	http   *httptest.Server
	server *sim.Server
	front  atomic.Value // the handler now answering
}

// setup starts a portal with the given rules; configure may change the rest.
func setup(t *testing.T, knobs string, configure func(*sim.Config)) *bench {
	t.Helper()
	k, err := sim.ParseKnobs([]byte(knobs))
	require.NoError(t, err)
	b := &bench{clock: simtest.NewClock(today)}
	b.cfg = sim.Config{LedgerPath: filepath.Join(t.TempDir(), "portal.jsonl"), Token: "token", Knobs: k, Clock: b.clock}
	if configure != nil {
		configure(&b.cfg)
	}
	b.start(t)
	b.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.front.Load().(http.HandlerFunc)(w, r)
	}))
	t.Cleanup(b.http.Close)
	b.HTTPClient, err = portal.NewHTTPClient(b.http.URL, "token", &http.Client{Transport: &http.Transport{}})
	require.NoError(t, err)
	return b
}

func (b *bench) start(t *testing.T) {
	t.Helper()
	s, err := sim.New(b.cfg)
	require.NoError(t, err)
	b.server = s
	b.front.Store(http.HandlerFunc(s.Handler().ServeHTTP))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.Background()) }()
	t.Cleanup(func() {
		require.NoError(t, s.Shutdown(context.Background()))
		require.NoError(t, <-ended)
	})
}

// kill leaves the running portal behind and starts another from what a kill
// would have left on disk at this instant.
func (b *bench) kill(t *testing.T) {
	t.Helper()
	left, err := os.ReadFile(b.cfg.LedgerPath)
	require.NoError(t, err)
	b.cfg.LedgerPath = filepath.Join(t.TempDir(), "portal.jsonl")
	require.NoError(t, os.WriteFile(b.cfg.LedgerPath, left, 0o600))
	b.start(t)
}

func (b *bench) settle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, b.server.Settled(ctx))
}

func (b *bench) ledger(t *testing.T) []simulator.Entry {
	t.Helper()
	entries, err := simulator.ReadLedger(b.cfg.LedgerPath)
	require.NoError(t, err)
	return entries
}

// kinds counts a ledger's lines of a kind.
func (b *bench) kinds(t *testing.T, kind string) int {
	t.Helper()
	n := 0
	for _, e := range b.ledger(t) {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (b *bench) effects(t *testing.T, key string) int {
	t.Helper()
	n := 0
	for _, e := range simulator.CountEffects(b.ledger(t)) {
		if e.Key == key {
			n += e.Count
		}
	}
	return n
}

func (b *bench) statuses(t *testing.T, code string) []int {
	t.Helper()
	events, err := b.Events(t.Context(), code)
	require.NoError(t, err)
	var list []int
	for _, e := range events {
		list = append(list, e.Status)
	}
	return list
}

// receiver takes the portal's callbacks.
func receiver(t *testing.T, now func() time.Time) *simtest.Receiver {
	t.Helper()
	return simtest.NewReceiver(t, now, func(string) []byte { return secret })
}

// telling points a portal at a receiver.
func telling(r *simtest.Receiver) func(*sim.Config) {
	return func(c *sim.Config) { c.CallbackURL, c.WebhookSecret = r.URL+"/v1/webhooks/portal", secret }
}
