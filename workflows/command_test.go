package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// tries sends one of every command at a moment, and gives the refusals.
func tries(at time.Duration) func(*script) {
	return func(s *script) {
		for i, kind := range dossier.Commands() {
			o := command(kind)
			switch kind {
			case dossier.Withdraw, dossier.Hold, dossier.Resume: // would change the story
				continue
			case dossier.Decide:
				o = decide(dossier.Withdrawn, nil)
			case dossier.Handover:
				o = takes(centre)
			}
			s.asks = append(s.asks, timedAsk{at + time.Duration(i)*time.Second, o})
		}
	}
}

func (w *world) refusals() map[dossier.Command]*workflows.Refusal {
	out := map[dossier.Command]*workflows.Refusal{}
	for _, o := range w.Ops {
		if o.Refused != nil && out[o.Kind] == nil {
			out[o.Kind] = o.Refused
		}
	}
	return out
}

// TestCommandsInTheWrongState are refused with where the dossier stands, what it
// would take, and who has the papers.
func TestCommandsInTheWrongState(t *testing.T) {
	t.Parallel()
	with := func(more ...dossier.Command) []dossier.Command {
		return append(append([]dossier.Command{dossier.Withdraw, dossier.Contact}, more...), dossier.Override, dossier.Hold)
	}
	// What managers do has rules of its own, and none of these brings what it is about.
	managers := []dossier.Command{dossier.Reroute, dossier.Extend, dossier.Approve, dossier.Deadline, dossier.Override}
	cases := map[string]struct {
		script  script
		at      time.Duration
		stage   dossier.Stage
		status  dossier.Status
		allowed []dossier.Command
		refused []dossier.Command
		rules   map[dossier.Command]string
		next    []dossier.Status
		holder  string
	}{
		"a better scan is wanted": {
			script: online(func(s *script) {
				s.check = poor
				s.asks = []timedAsk{{day, supplements(0, &good)}}
			}), at: 30 * time.Minute, // the supplement among these mends nothing
			stage: dossier.StageDigitization, status: 1, allowed: []dossier.Command{dossier.Supplement, dossier.Withdraw, dossier.Contact, dossier.Reroute, dossier.Hold},
			rules:   map[dossier.Command]string{dossier.Reroute: "route_not_a_choice"},
			refused: []dossier.Command{dossier.RecordFee, dossier.Handover, dossier.Decide, dossier.Pickup, dossier.Retry},
		},
		"the portal has it": {
			script: online(nil), at: 30 * time.Minute, stage: dossier.StageDecision, status: 1, allowed: with(dossier.Decide), next: []dossier.Status{2, 3, 5, 6},
			refused: []dossier.Command{dossier.Supplement, dossier.RecordFee, dossier.Handover, dossier.Decide, dossier.Pickup, dossier.Retry},
		},
		"it is processed": {
			script: online(nil), at: 5 * time.Hour, stage: dossier.StageDecision, status: 4, allowed: with(dossier.Decide, dossier.Extend, dossier.Deadline), next: []dossier.Status{3, 5, 6, 8, 9},
			rules:   map[dossier.Command]string{dossier.Extend: "due_at_missing", dossier.Deadline: "due_at_missing"},
			refused: []dossier.Command{dossier.Supplement, dossier.RecordFee, dossier.Handover, dossier.Decide, dossier.Pickup, dossier.Retry},
		},
		"papers are at the office": {
			script: onPaper(nil), at: 30 * time.Minute, stage: dossier.StageSubmission, status: 1, allowed: with(dossier.Handover, dossier.Reroute),
			refused: []dossier.Command{dossier.Supplement, dossier.RecordFee, dossier.Handover, dossier.Decide, dossier.Pickup, dossier.Retry},
			rules:   map[dossier.Command]string{dossier.Handover: "not_offered_to_you", dossier.Reroute: "route_not_a_choice"}, holder: "office VNPHKI",
		},
		"papers are with the carrier": {
			script: onPaper(nil), at: 150 * time.Minute, stage: dossier.StageSubmission, status: 1, allowed: with(dossier.Handover),
			refused: []dossier.Command{dossier.Supplement, dossier.RecordFee, dossier.Handover, dossier.Decide, dossier.Pickup, dossier.Retry},
			rules:   map[dossier.Command]string{dossier.Handover: "not_offered_to_you"}, holder: "carrier viettelpost",
		},
		"the result is on its way": {
			script: online(nil), at: 2*day + 30*time.Minute, stage: dossier.StageDelivery, status: 9, allowed: []dossier.Command{dossier.Hold},
			refused: []dossier.Command{dossier.Supplement, dossier.Contact, dossier.RecordFee, dossier.Handover, dossier.Decide, dossier.Pickup, dossier.Retry},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.script
			tries(c.at)(&s)
			w := tell(t, s)
			require.Equal(t, path(2, 4, 9, 10), w.path(), "and nothing came of it")
			got := w.refusals()
			require.Len(t, got, len(c.refused)+len(managers))
			for _, kind := range append(managers, c.refused...) {
				got[kind].ExtendUntil = nil
				want := workflows.Refusal{Rule: "wrong_state", Stage: c.stage, Status: c.status, Allowed: c.allowed, Next: c.next}
				if rule, special := c.rules[kind]; special {
					want.Rule = rule
					if kind == dossier.Handover {
						want.Holder = c.holder
					}
				}
				require.Equal(t, want, *got[kind], kind)
			}
		})
	}
}

// A way that nothing could be sent on is refused, whatever the caller's checks said.
func TestRoutesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.check = poor
		s.asks = []timedAsk{{10 * time.Minute, reroutes(dossier.RoutePaper)}, {11 * time.Minute, reroutes(dossier.RouteOnlineWithPaper)},
			{12 * time.Minute, reroutes(dossier.RouteNotAllowed)}, {day, supplements(0, &good)}}
	}))
	var rules []string
	for _, o := range w.Ops {
		if o.Refused != nil {
			rules = append(rules, o.Refused.Rule)
		}
	}
	require.Equal(t, []string{"route_without_paper", "route_without_paper", "route_not_a_choice"}, rules)
	require.Equal(t, path(2, 4, 9, 10), w.path())

	w = tell(t, onPaper(func(s *script) { s.asks = []timedAsk{{10 * time.Minute, reroutes(dossier.RouteOnline)}} }))
	require.Equal(t, "route_leaves_paper", w.refusals()[dossier.Reroute].Rule)

	w = tell(t, inBag(bagsWay, func(s *script) { s.asks = []timedAsk{{90 * time.Minute, reroutes(dossier.RoutePaper, "to-khai")}} }))
	refused := w.refusals()[dossier.Reroute]
	require.Equal(t, []string{"in_bag", "office VNPHKI"}, []string{refused.Rule, refused.Holder}, "no further sheet gets into a sealed bag")
	require.Equal(t, path(2, 4, 9, 10), w.path())
}

// Commands that lack what they are about are refused, not misread.
func TestCommandsWithoutTheirMatter(t *testing.T) {
	t.Parallel()
	w := tell(t, onPaper(func(s *script) {
		s.asks = []timedAsk{
			{10 * time.Minute, command(dossier.Handover)},
			{11 * time.Minute, operation{Command: workflows.Command{Kind: dossier.Handover, Hand: &workflows.Hand{Act: "burn", By: clerk}}}},
			{12 * time.Minute, offers(courier, centre)},
			{13 * time.Minute, offers(clerk, custody.Holder{Kind: "thief", ID: "1"})},
			{20 * time.Hour, command(dossier.Decide)},
		}
		s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
			dossier.WhatAcceptance: func(*world, register.Position) []ask {
				return []ask{{day, decide(2, nil)}, {day + time.Hour, decide(4, nil)}, {2 * day, decide(9, noPaper)}}
			}})
	}))
	var rules []string
	for _, o := range w.Ops[:5] {
		rules = append(rules, o.Refused.Rule)
	}
	require.Equal(t, []string{"unknown_act", "unknown_act", "not_holder", "unknown_holder", "decision_missing"}, rules)
}

// TestTwoCommandsAtOnce: of two that exclude each other the first is carried out;
// two that do not are both carried out, one after the other.
func TestTwoCommandsAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("two clerks", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.check = poor
			s.staff = nil
			s.asks = []timedAsk{{time.Hour, supplements(0, &good)}, {time.Hour, supplements(0, &good)}}
		}))
		require.Equal(t, []string{"applied", "refused"}, []string{w.Ops[0].State, w.Ops[1].State})
		require.Equal(t, "wrong_state", w.Ops[1].Refused.Rule)
		require.Equal(t, path(2, 4, 9, 10), w.path())
	})
	t.Run("two officers", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.portal = nil
			s.asks = []timedAsk{{time.Hour, decide(2, nil)}, {time.Hour, decide(2, nil)}, {2 * time.Hour, decide(4, nil)}, {day, decide(9, noPaper)}}
		}))
		require.Equal(t, []string{"applied", "refused", "applied", "applied"}, w.outcomes())
	})
	t.Run("two withdrawals", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.fault = faultAt("withdraw", fault{notDone: true})
			s.asks = []timedAsk{{30 * time.Minute, command(dossier.Withdraw)}, {30 * time.Minute, command(dossier.Withdraw)}}
		}))
		require.Equal(t, []string{"applied", "refused"}, w.outcomes())
		require.Equal(t, keys("submit/1", "withdraw/1"), w.doneKeys())
	})
	t.Run("two payments", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 6, fee(8000), false, 0, 1}},
				"payment/8000": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {day, 9, noPaper, false, 0, 1}},
			})
			s.asks = []timedAsk{{2 * time.Hour, pays(4000)}, {2 * time.Hour, pays(4000)}}
		}))
		require.Equal(t, []string{"applied", "applied"}, w.outcomes())
		require.EqualValues(t, 8000, w.Row.Fees.Paid)
		require.Equal(t, keys("payment/8000", "submit/1"), w.doneKeys())
	})
	t.Run("retry and withdraw", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.fault = faultAt("submit", fault{refuse: "invalid_dossier"})
			s.portal, s.staff = portal(whicheverSubmission), nil
			s.asks = []timedAsk{{time.Hour, command(dossier.Retry)}, {time.Hour, command(dossier.Withdraw)}}
		}))
		require.Equal(t, []string{"applied", "applied"}, w.outcomes())
		require.Equal(t, path(7), w.path())
	})
}

func (w *world) outcomes() []string {
	var out []string
	for _, o := range w.Ops {
		out = append(out, o.State)
	}
	return out
}

// TestACommandRacesWithAReport: what the outside said is heard first, and the
// command is judged by what is true then.
func TestACommandRacesWithAReport(t *testing.T) {
	t.Parallel()
	now := func(status dossier.Status, with func(*register.PortalReport)) event {
		r := register.PortalReport{Status: status, At: monday.Add(5 * time.Hour)}
		if with != nil {
			with(&r)
		}
		return event{At: time.Time{}.Add(5 * time.Hour), Says: &r, Quiet: true}
	}
	t.Run("decide and resolved", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.opening = []event{now(9, noPaper)}
			s.asks = []timedAsk{{5 * time.Hour, decide(5, nil)}}
		}))
		require.Equal(t, "refused", w.Ops[0].State)
		require.Equal(t, dossier.Resolved, w.Ops[0].Refused.Status)
		require.Equal(t, path(2, 4, 9, 10), w.path())
	})
	t.Run("withdraw and resolved", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.opening = []event{now(9, noPaper)}
			s.asks = []timedAsk{{5 * time.Hour, command(dossier.Withdraw)}}
		}))
		require.Equal(t, "refused", w.Ops[0].State)
		require.Equal(t, keys("submit/1"), w.doneKeys())
	})
	t.Run("supplement and processing", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 5, nil, false, 0, 1}, {day, 9, noPaper, false, 0, 1}}})
			s.opening = []event{now(4, nil)}
			s.asks = []timedAsk{{5 * time.Hour, supplements(0, nil)}}
		}))
		require.Equal(t, "refused", w.Ops[0].State)
		require.Equal(t, path(2, 5, 4, 9, 10), w.path())
	})
	t.Run("contact and acceptance go together", func(t *testing.T) {
		t.Parallel()
		w := tell(t, online(func(s *script) {
			s.opening = []event{now(4, nil)}
			s.asks = []timedAsk{{5 * time.Hour, command(dossier.Contact)}}
		}))
		require.Equal(t, "applied", w.Ops[0].State)
	})
}

// TestACommandBeforeTheFirstRead waits until the register has been read and is
// judged then.
func TestACommandBeforeTheFirstRead(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.asks = []timedAsk{{0, command(dossier.Contact)}, {0, command(dossier.Pickup)}}
	}))
	require.Equal(t, []string{"applied", "refused"}, w.outcomes())
}

// TestTheSameCommandInTheNextRun is answered, not carried out again: its id is
// remembered beyond a continuation as new.
func TestTheSameCommandInTheNextRun(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.portal = portal(map[string][]said{
			"submit/1":     {{time.Hour, 6, fee(8000), false, 0, 1}},
			"payment/8000": {{5 * day, 2, official, false, 0, 1}, {6 * day, 4, nil, false, 0, 1}, {7 * day, 9, noPaper, false, 0, 1}},
		})
		s.asks = []timedAsk{{2 * time.Hour, pays(8000)}}
		s.anewAt = []int{4, 5}
		s.opening = []event{{At: time.Time{}.Add(day), Asks: "op-1"}} // the relay sends it once more
	}))
	require.Greater(t, w.Runs, 1)
	require.EqualValues(t, 8000, w.Row.Fees.Paid)
	require.Equal(t, 1, w.Ops[0].Times)
	require.Nil(t, w.answers["op-1"].err)
}
