package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// bagStep is a step of the bag in which the papers lie, and when it comes.
type bagStep struct {
	after time.Duration
	bagSays
}

const bagNumber = "VNPHKI-250210-B001-X"

// The bag's usual way: sealed, and by two hands to the authority.
var bagsWay = []bagStep{
	{time.Hour, bagSays{Kind: "papers_bagged", By: clerk, Place: custody.Place{Holder: clerk, Bag: bagNumber}}},
	{2 * time.Hour, bagSays{Kind: "papers_offer", By: clerk, Place: custody.Place{Holder: clerk, Offered: courier, Bag: bagNumber}}},
	{3 * time.Hour, bagSays{Kind: "papers_take", By: courier, Place: custody.Place{Holder: courier, Bag: bagNumber}}},
	{5 * time.Hour, bagSays{Kind: "papers_offer", By: courier, Place: custody.Place{Holder: courier, Offered: centre, Bag: bagNumber}}},
	{6 * time.Hour, bagSays{Kind: "papers_take", By: centre, Place: custody.Place{Holder: centre}}},
}

// inBag tells a dossier's story whose papers go by bag: nobody hands them on by
// themselves.
func inBag(way []bagStep, with func(*script)) script {
	return onPaper(func(s *script) {
		for i, b := range way {
			says := b.bagSays
			says.Step = int64(i)
			s.opening = append(s.opening, event{At: time.Time{}.Add(b.after), Bag: &says})
		}
		s.staff = staff(nobodyHandsOn)
		if with != nil {
			with(s)
		}
	})
}

var nobodyHandsOn = map[dossier.What]func(*world, register.Position) []ask{
	dossier.WhatHandover: func(*world, register.Position) []ask { return nil },
	dossier.WhatTake:     func(*world, register.Position) []ask { return nil },
}

var bagged = map[string]story{
	"in a bag": {
		script: inBag(bagsWay, nil), path: path(2, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		kinds: []string{"route_decided", "papers_bagged", "papers_offer", "papers_take", "papers_offer", "papers_take", "decision", "decision", "decision", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			require.Equal(t, dossier.WhoClerk, w.stepOf("papers_bagged").After.Waiting.Who)
			require.Equal(t, dossier.WhoCourier, w.stepOf("papers_offer").After.Waiting.Who)
			last := w.Steps[w.indexOf("decision")-1]
			require.Equal(t, "papers_take", last.Kind)
			require.Equal(t, register.ClockHandedOver, last.Clock.Kind, "the authority's signature is the filing moment")
			require.Equal(t, monday.Add(6*time.Hour), last.Clock.At.In(dossier.Zone))
			require.Equal(t, dossier.StageDecision, last.After.Stage)
		},
	},
	"in a bag that does not come out at the count": {
		script: inBag(append(append([]bagStep{}, bagsWay[:4]...),
			bagStep{6 * time.Hour, bagSays{Kind: "papers_discrepancy", By: courier, Place: custody.Place{Holder: courier, Offered: centre, Bag: bagNumber}, Trouble: custody.PaperMissing}},
			bagStep{7 * time.Hour, bagSays{Kind: "papers_cleared", By: courier, Place: custody.Place{Holder: courier, Offered: centre, Bag: bagNumber}}},
			bagStep{8 * time.Hour, bagSays{Kind: "papers_take", By: centre, Place: custody.Place{Holder: centre}}}), nil),
		path: path(2, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			found := w.stepOf("papers_discrepancy")
			require.Equal(t, "papers_discrepancy", found.After.Parked)
			require.Equal(t, dossier.WhoManager, found.After.Waiting.Who)
			require.Empty(t, w.stepOf("papers_cleared").After.Parked)
		},
	},
	"withdrawn while the papers lie in a bag": {
		script: inBag(bagsWay, func(s *script) {
			s.asks = []timedAsk{{200 * time.Minute, command(dossier.Withdraw)}}
		}),
		path: path(7), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Greater(t, w.indexOf("delivery_booked"), w.indexOf("papers_take"), "what the bag brings comes home from the authority")
		},
	},
	"withdrawn, and the office opens the bag": {
		script: inBag([]bagStep{bagsWay[0], {3 * day, bagSays{Kind: "papers_unbagged", By: clerk, Place: custody.Place{Holder: clerk}}}}, func(s *script) {
			s.asks = []timedAsk{{2 * time.Hour, command(dossier.Withdraw)}}
		}),
		path: path(7), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) { require.Contains(t, w.kinds(), "papers_at_counter") },
	},
	"a count that does not come out, without a bag": {
		script: onPaper(func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{time.Hour, offers(clerk, centre)}} },
				dossier.WhatTake: func(w *world, _ register.Position) []ask {
					take := takes(centre)
					if !slices.Contains(w.kinds(), "papers_discrepancy") {
						take.Hand.Count = custody.Count{Missing: []string{"to-khai"}, SealBroken: true}
					}
					return []ask{{time.Hour, take}}
				},
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		kinds: []string{"route_decided", "papers_offer", "papers_discrepancy", "retry", "papers_wait", "papers_take", "decision", "decision", "decision", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			found := w.stepOf("papers_discrepancy")
			require.Equal(t, []string{"to-khai"}, found.Missing)
			require.Equal(t, custody.PaperMissing, found.Data["trouble"])
			require.Equal(t, clerk, found.Papers.Holder, "the papers stay with who offered them")
			require.Equal(t, centre, found.Papers.Offered)
			require.Equal(t, dossier.WhoManager, found.After.Waiting.Who)
		},
	},
	"a paper that a count did not find is lost": {
		script: onPaper(func(s *script) {
			s.papers = 2
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{time.Hour, offers(clerk, centre)}} },
				dossier.WhatTake: func(w *world, _ register.Position) []ask {
					take := takes(centre)
					if !slices.Contains(w.kinds(), "papers_discrepancy") {
						take.Hand.Count = custody.Count{Missing: []string{"to-khai"}}
					}
					return []ask{{time.Hour, take}}
				},
				dossier.WhatRetry: func(w *world, a register.Position) []ask {
					retry := command(dossier.Retry)
					retry.Lost = a.Parked == "papers_discrepancy"
					return []ask{{day, retry}} // and the day after it is found, or replaced
				},
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen, custody.Citizen},
		also: func(t *testing.T, w *world) {
			kinds := w.kinds()
			require.Equal(t, []string{"route_decided", "papers_offer", "papers_discrepancy", "retry", "parked", "retry"}, kinds[:6])
			require.Equal(t, []string{"to-khai"}, w.Steps[3].Missing)
			require.True(t, w.Steps[3].Lost)
			require.Equal(t, "papers_lost", w.Steps[4].After.Parked)
			require.True(t, w.Steps[5].Found)
		},
	},
	"a count that does not come out, and the portal decides meanwhile": {
		script: withPaper(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {6 * time.Hour, 9, paperResult, false, 0, 1}}})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{time.Hour, offers(clerk, centre)}} },
				dossier.WhatTake: func(w *world, _ register.Position) []ask {
					take := takes(centre)
					if !slices.Contains(w.kinds(), "papers_discrepancy") {
						take.Hand.Count = custody.Count{SealBroken: true}
					}
					return []ask{{2 * time.Hour, take}}
				},
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Contains(t, w.kinds(), "retry", "a decision looks into nothing")
		},
	},
	"a paper is lost in a bag": {
		script: inBag([]bagStep{bagsWay[0], bagsWay[1], bagsWay[2], bagsWay[3],
			{6 * time.Hour, bagSays{Kind: "papers_discrepancy", By: courier, Place: custody.Place{Holder: courier, Offered: centre, Bag: bagNumber}, Trouble: custody.PaperMissing}},
			{7 * time.Hour, bagSays{Kind: "papers_missing", By: courier, Place: custody.Place{Holder: courier}}}}, func(s *script) {
			own := map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(w *world, _ register.Position) []ask {
					if slices.Contains(w.kinds(), "papers_missing") { // replaced, it is brought by hand
						return []ask{{time.Hour, offers(clerk, centre)}}
					}
					return nil
				},
				dossier.WhatTake: func(w *world, _ register.Position) []ask {
					if slices.Contains(w.kinds(), "papers_missing") {
						return []ask{{time.Hour, takes(centre)}}
					}
					return nil
				},
			}
			s.staff = staff(own)
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Equal(t, "papers_lost", w.stepOf("papers_missing").After.Parked)
			require.True(t, w.stepOf("retry").Found)
		},
	},
	"a parcel was lost before the papers went into a bag": {
		script: inBag(nil, func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryPickedUp, dossier.DeliveryLost}})
			s.asks = []timedAsk{{time.Hour, offers(clerk, courier)}, {5 * day, command(dossier.Withdraw)}}
			for i, b := range bagsWay {
				says := b.bagSays
				says.Step = int64(i)
				s.opening = append(s.opening, event{At: time.Time{}.Add(4*day + time.Duration(i)*day), Bag: &says})
			}
		}),
		path: path(7), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
	},
	"a paper that came later is still at the counter when the result is brought": {
		script: onPaper(func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(w *world, _ register.Position) []ask {
					if len(w.Papers) > 1 {
						return nil // the second one nobody takes along
					}
					return []ask{{time.Hour, offers(clerk, centre)}}
				},
				dossier.WhatAcceptance: func(*world, register.Position) []ask {
					return []ask{{time.Hour, decide(dossier.SupplementRequired, asking("giay-uy-quyen"))}}
				},
				dossier.WhatSupplement: func(*world, register.Position) []ask {
					return []ask{{time.Hour, supplements(1, nil)}, {3 * day, decide(dossier.Stopped, nil)}}
				},
			})
		}),
		path: path(5, 8), done: keys("courier/home/1"), holders: []string{custody.Citizen, custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Contains(t, w.kinds(), "papers_at_counter", "it is the citizen's only when the citizen has it")
			require.Contains(t, w.kinds(), "collected")
		},
	},
	"out of the bag and by courier after all": {
		script: inBag([]bagStep{bagsWay[0], {2 * time.Hour, bagSays{Kind: "papers_unbagged", By: clerk, Place: custody.Place{Holder: clerk}}}}, func(s *script) {
			s.asks = []timedAsk{{3 * time.Hour, offers(clerk, courier)}}
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return nil },
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
	},
}
