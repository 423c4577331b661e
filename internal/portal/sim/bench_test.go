package sim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/portal"
	"hoso/internal/portal/sim"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simbench"
	"hoso/internal/simulator/simtest"
)

var (
	secret = []byte("the secret that portal and hoso share")
	today  = time.Date(2025, 2, 5, 9, 30, 0, 0, simulator.Zone)
)

// bench is a portal on loopback with a client of it.
type bench struct {
	*simbench.Bench[*sim.Server]
	*portal.HTTPClient
	cfg   sim.Config
	clock *simtest.Clock
}

// setup starts a portal with the given rules; configure may change the rest.
func setup(t *testing.T, knobs string, configure func(*sim.Config)) *bench {
	t.Helper()
	k, err := sim.ParseKnobs([]byte(knobs))
	require.NoError(t, err)
	b := &bench{clock: simtest.NewClock(today)}
	b.cfg = sim.Config{Token: "token", Knobs: k, Clock: b.clock}
	if configure != nil {
		configure(&b.cfg)
	}
	b.Bench = simbench.New(t, func(ledger string) (*sim.Server, error) {
		b.cfg.LedgerPath = ledger
		return sim.New(b.cfg)
	})
	b.HTTPClient, err = portal.NewHTTPClient(b.URL, "token", &http.Client{Transport: &http.Transport{}})
	require.NoError(t, err)
	return b
}

// kinds counts a ledger's lines of a kind.
func (b *bench) kinds(t *testing.T, kind string) int {
	t.Helper()
	return b.Count(t, func(e simulator.Entry) bool { return e.Kind == kind })
}

func (b *bench) effects(t *testing.T, key string) int {
	t.Helper()
	return b.Count(t, func(e simulator.Entry) bool { return e.Kind == simulator.KindEffect && e.Key == key })
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
