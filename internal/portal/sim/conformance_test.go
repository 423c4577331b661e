package sim_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome/outcometest"
	"hoso/internal/portal/portaltest"
	"hoso/internal/portal/sim"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simbench"
)

// The client and the simulator together are a portal like any other.
func TestConformance(t *testing.T) {
	t.Parallel()
	portaltest.Run(t, func(t *testing.T) portaltest.Bundle {
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
		return portaltest.Bundle{
			Connector: b.HTTPClient,
			Script: func(t *testing.T, s portaltest.Script) {
				script := script(s)
				scripts = append(scripts, simulator.Rule[sim.Script]{Script: &script})
				set(t)
			},
			Fault: func(t *testing.T, act string, f outcometest.Fault, n int) {
				faulty = []simulator.Rule[sim.Script]{{When: map[string]string{"act": act}, First: n, Call: faults[f]}}
				set(t)
			},
			Settle:  b.Settle,
			Restart: b.Kill,
			Unplug:  b.Unplug,
			Effects: b.effects,
		}
	})
}

func script(s portaltest.Script) sim.Script {
	out := sim.Script{Hold: s.Hold, RefuseReception: s.Refuse}
	if s.AskSupplement != nil {
		out.AskSupplement = &sim.SupplementWish{Components: s.AskSupplement}
	}
	if s.AskFee > 0 {
		out.AskFee = &sim.FeeWish{Amount: s.AskFee}
	}
	return out
}

var faults = simbench.Faults("not_competent")
