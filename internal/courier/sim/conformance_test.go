package sim_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier/couriertest"
	"hoso/internal/courier/sim"
	"hoso/internal/outcome/outcometest"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simbench"
)

// The client and the simulator together are a carrier like any other.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, carrier := range []string{"vnpost", "viettelpost"} {
		t.Run(carrier, func(t *testing.T) {
			t.Parallel()
			couriertest.Run(t, func(t *testing.T) couriertest.Bundle { return open(t, carrier) })
		})
	}
}

func open(t *testing.T, carrier string) couriertest.Bundle {
	b := setup(t, "", nil)
	var scripts, faulty []simulator.Rule[sim.Script]
	set := func(t *testing.T) {
		t.Helper()
		knobs := sim.Knobs{Rules: slices.Concat(scripts, faulty)}
		raw, err := json.Marshal(knobs)
		require.NoError(t, err)
		require.NoError(t, b.Server.SetKnobs(raw))
		b.cfg.Knobs = knobs
	}
	return couriertest.Bundle{
		Carrier: b.carrier(t, carrier),
		Script: func(t *testing.T, s couriertest.Script) {
			scripts = append(scripts, simulator.Rule[sim.Script]{Script: &sim.Script{
				AttemptFailed: s.AttemptsFailed, ReturnToSender: s.ReturnToSender, Lose: s.Lose, HeldAtOffice: s.HeldAtOffice, Hold: s.Hold,
			}})
			set(t)
		},
		Fault: func(t *testing.T, act string, f outcometest.Fault, n int) {
			faulty = []simulator.Rule[sim.Script]{{When: map[string]string{"act": act, "carrier": carrier}, First: n, Call: faults[f]}}
			set(t)
		},
		Settle:  b.Settle,
		Restart: b.Kill,
		Unplug:  b.Unplug,
		Effects: b.effects,
	}
}

var faults = simbench.Faults("address_rejected")
