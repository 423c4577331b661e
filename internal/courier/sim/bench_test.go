package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/courier/sim"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simbench"
	"hoso/internal/simulator/simtest"
)

var today = time.Date(2025, 2, 5, 9, 30, 0, 0, simulator.Zone)

var secrets = map[string][]byte{"vnpost": []byte("the first carrier's secret"), "viettelpost": []byte("the second carrier's secret")}

// bench is a pair of carriers on loopback.
type bench struct {
	*simbench.Bench[*sim.Server]
	cfg   sim.Config
	clock *simtest.Clock
}

// setup starts carriers with the given rules; configure may change the rest.
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
	return b
}

func (b *bench) carrier(t *testing.T, name string) *courier.HTTPClient {
	t.Helper()
	c, err := courier.NewHTTPClient(b.URL, name, "token", &http.Client{Transport: &http.Transport{}})
	require.NoError(t, err)
	return c
}

func (b *bench) effects(t *testing.T, act, key string) int {
	t.Helper()
	return b.Count(t, func(e simulator.Entry) bool { return e.Kind == simulator.KindEffect && e.Act == act && e.Key == key })
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
