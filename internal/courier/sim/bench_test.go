package sim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/courier/sim"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simtest"
)

var today = time.Date(2025, 2, 5, 9, 30, 0, 0, simulator.Zone)

var secrets = map[string][]byte{"vnpost": []byte("the first carrier's secret"), "viettelpost": []byte("the second carrier's secret")}

// bench is a pair of carriers on loopback that can be killed and started again
// under the same address.
type bench struct {
	cfg    sim.Config
	clock  *simtest.Clock
	http   *httptest.Server
	server *sim.Server
	front  atomic.Value // the handler now answering
}

// setup starts carriers with the given rules; configure may change the rest.
func setup(t *testing.T, knobs string, configure func(*sim.Config)) *bench {
	t.Helper()
	k, err := sim.ParseKnobs([]byte(knobs))
	require.NoError(t, err)
	b := &bench{clock: simtest.NewClock(today)}
	b.cfg = sim.Config{LedgerPath: filepath.Join(t.TempDir(), "courier.jsonl"), Token: "token", Knobs: k, Clock: b.clock}
	if configure != nil {
		configure(&b.cfg)
	}
	b.start(t)
	b.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.front.Load().(http.HandlerFunc)(w, r)
	}))
	t.Cleanup(b.http.Close)
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

// kill leaves the running carriers behind and starts others from what a kill
// would have left on disk at this instant.
func (b *bench) kill(t *testing.T) {
	t.Helper()
	left, err := os.ReadFile(b.cfg.LedgerPath)
	require.NoError(t, err)
	b.cfg.LedgerPath = filepath.Join(t.TempDir(), "courier.jsonl")
	require.NoError(t, os.WriteFile(b.cfg.LedgerPath, left, 0o600))
	b.start(t)
}

func (b *bench) carrier(t *testing.T, name string) *courier.HTTPClient {
	t.Helper()
	c, err := courier.NewHTTPClient(b.http.URL, name, "token", &http.Client{Transport: &http.Transport{}})
	require.NoError(t, err)
	return c
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

func (b *bench) effects(t *testing.T, act, key string) int {
	t.Helper()
	n := 0
	for _, e := range simulator.CountEffects(b.ledger(t)) {
		if e.Act == act && e.Key == key {
			n += e.Count
		}
	}
	return n
}

// receiver takes both carriers' callbacks, each under its own path and secret.
func receiver(t *testing.T, now func() time.Time) *simtest.Receiver {
	t.Helper()
	return simtest.NewReceiver(t, now, func(path string) []byte {
		return secrets[strings.TrimPrefix(path, "/v1/webhooks/couriers/")]
	})
}

// telling points the carriers at a receiver.
func telling(r *simtest.Receiver) func(*sim.Config) {
	return func(c *sim.Config) { c.CallbackBase, c.WebhookSecrets = r.URL+"/", secrets }
}
