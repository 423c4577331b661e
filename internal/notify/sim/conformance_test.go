package sim_test

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/notify"
	"hoso/internal/notify/notifytest"
	"hoso/internal/notify/sim"
	"hoso/internal/outcome"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simbench"
)

// bench is a gateway on loopback with a channel to it.
type bench struct {
	*simbench.Bench[*sim.Server]
	*notify.SMS
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{Bench: simbench.New(t, func(ledger string) (*sim.Server, error) {
		return sim.New(sim.Config{LedgerPath: ledger, Token: "token"})
	})}
	var err error
	b.SMS, err = notify.NewSMS(b.URL, "token", &http.Client{Transport: &http.Transport{}})
	require.NoError(t, err)
	return b
}

func (b *bench) effects(t *testing.T, key string) (n int) {
	t.Helper()
	for _, e := range b.Server.Effects() {
		if e.Key == key {
			n += e.Count
		}
	}
	return n
}

func (b *bench) fault(t *testing.T, f simulator.Faults) {
	t.Helper()
	raw, err := json.Marshal(sim.Knobs{Rules: []simulator.Rule[sim.Script]{{When: map[string]string{"act": "send"}, First: 1, Call: &f}}})
	require.NoError(t, err)
	require.NoError(t, b.Server.SetKnobs(raw))
}

var faults = map[notifytest.Fault]simulator.Faults{
	notifytest.LoseAnswer: {LoseAnswer: true},
	notifytest.Hang:       {Hang: simulator.After},
	notifytest.Later:      {RateLimit: simulator.Duration(7e9)},
	notifytest.Refuse:     {Refuse: "invalid_number"},
	notifytest.Vanish:     {Fail: simulator.Before},
}

// The text channel and the simulator together are a channel like any other.
func TestConformance(t *testing.T) {
	t.Parallel()
	notifytest.Run(t, func(t *testing.T) notifytest.Bundle {
		b := setup(t)
		return notifytest.Bundle{Channel: b.SMS, To: "0900000123", Effects: b.effects,
			Fault:  func(t *testing.T, f notifytest.Fault) { b.fault(t, faults[f]) },
			Unplug: b.Unplug}
	})
}

func TestALedgerNamesNobodyAndIsTakenUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := notify.Message{Key: "VNPHKI-260702-0001-M/notify/1/registered/sms", To: "0900000123", Text: "VNPHKI-260702-0001-M: Quầy đã nhận hồ sơ."}
	sent, err := b.Send(t.Context(), m)
	require.NoError(t, err)
	raw, err := os.ReadFile(b.Ledger)
	require.NoError(t, err)
	require.Contains(t, string(raw), "Quầy đã nhận hồ sơ.")
	require.NotContains(t, string(raw), "0900000123")

	b.Kill(t)
	found, err := b.Lookup(t.Context(), m.Key)
	require.NoError(t, err)
	require.Equal(t, sent.Reference, found.Reference)
	_, err = b.Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, 1, b.effects(t, m.Key))
}

func TestTheGatewayRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for code, m := range map[string]notify.Message{
		"invalid_number":  {Key: "a/notify/1", To: "nobody", Text: "x"},
		"invalid_request": {Key: "a/notify/1", To: "0900000123"},
		"text_too_long":   {Key: "a/notify/1", To: "0900000123", Text: string(make([]byte, 700))},
	} {
		_, err := b.Send(t.Context(), m)
		e := new(outcome.Error)
		require.ErrorAs(t, err, &e)
		require.Equal(t, []any{outcome.Refused, code}, []any{e.Kind, e.Code})
	}
	stranger, err := notify.NewSMS(b.URL, "another", nil)
	require.NoError(t, err)
	_, err = stranger.Send(t.Context(), notify.Message{Key: "a/notify/1", To: "0900000123", Text: "x"})
	require.ErrorContains(t, err, "unauthenticated")
}
