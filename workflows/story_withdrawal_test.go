package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// withdraws is a citizen who wishes the dossier back after a while.
func withdraws(after time.Duration) func(*script) {
	return func(s *script) { s.asks = []timedAsk{{after, command(dossier.Withdraw)}} }
}

func also(changes ...func(*script)) func(*script) {
	return func(s *script) {
		for _, c := range changes {
			c(s)
		}
	}
}

// unlessAbout answers questions about one act only.
func unlessAbout(key, act string) error {
	if strings.HasSuffix(key, act) {
		return nil
	}
	return unknown()
}

func applied(t *testing.T, w *world) { require.Equal(t, "applied", w.Ops[0].State) }

var withdrawals = map[string]story{
	"withdrawn before the scan is good": {
		script: online(also(withdraws(time.Hour), func(s *script) { s.check = poor })),
		path:   path(7), kinds: []string{"scan_returned", "withdrawn", "closed"}, also: applied,
	},
	"withdrawn while the portal is away": {
		script: online(also(withdraws(10*time.Minute), func(s *script) { s.fault = faultAt("submit", many(99, fault{notDone: true})...) })),
		path:   path(7), kinds: []string{"route_decided", "withdrawn", "closed"}, also: applied,
	},
	"withdrawn while we do not know whether it was submitted": {
		script: online(also(withdraws(10*time.Minute), func(s *script) {
			s.fault = faultAt("submit", fault{answerLost: true})
			s.lookup = func(key string, _ int) error { return unlessAbout(key, "withdraw/1") }
		})),
		path: path(7), done: keys("submit/1", "withdraw/1"), kinds: []string{"route_decided", "withdrawn", "closed"}, also: applied,
	},
	"withdrawn while parked": {
		script: online(also(withdraws(30*time.Minute), func(s *script) { s.fault = faultAt("submit", fault{refuse: "invalid_dossier"}) })),
		path:   path(7), kinds: []string{"route_decided", "parked", "withdrawn", "closed"}, also: applied,
	},
	"withdrawn after the submission": {
		script: online(withdraws(30 * time.Minute)),
		path:   path(7), done: keys("submit/1", "withdraw/1"), kinds: []string{"route_decided", "submitted", "withdrawn", "closed"}, also: applied,
	},
	"withdrawn while it is processed, the portal hesitates": {
		script: online(also(withdraws(5*time.Hour), func(s *script) { s.fault = faultAt("withdraw", fault{callLost: true}, fault{notDone: true}) })),
		path:   path(2, 4, 7), done: keys("submit/1", "withdraw/1"), also: applied,
	},
	"withdrawn too late: the portal has decided": {
		script: online(also(withdraws(5*time.Hour), func(s *script) {
			s.fault = faultAt("withdraw", fault{refuse: "already_decided"})
		})),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, "already_decided", w.Ops[0].Refused.Rule)
			require.Equal(t, "refused", w.Ops[0].State)
		},
	},
	"withdrawn, and the decision overtakes it": {
		script: online(also(withdraws(47*time.Hour+50*time.Minute), func(s *script) {
			s.fault = faultAt("withdraw", append(many(6, fault{notDone: true}), fault{refuse: "already_decided"})...)
		})),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) { require.Equal(t, "already_decided", w.Ops[0].Refused.Rule) },
	},
	"withdrawn in vain: the portal cannot be reached": {
		script: online(also(withdraws(5*time.Hour), func(s *script) {
			s.fault = faultAt("withdraw", many(99, fault{notDone: true})...)
		})),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, "portal_unreachable", w.Ops[0].Refused.Rule)
			require.Equal(t, "portal_unreachable", w.stepOf("parked").Task)
		},
	},
	"withdrawn with the papers at the office": {
		script: onPaper(withdraws(30 * time.Minute)),
		path:   path(7), holders: []string{custody.Citizen},
		kinds: []string{"route_decided", "withdrawn", "papers_go_home", "papers_at_counter", "collected"}, also: applied,
	},
	"withdrawn with the papers offered to the authority": {
		script: onPaper(also(withdraws(90*time.Minute), func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{time.Hour, offers(clerk, centre)}} },
			})
		})),
		path: path(7), holders: []string{custody.Citizen},
		kinds: []string{"route_decided", "papers_offer", "withdrawn", "papers_go_home", "offer_withdrawn", "papers_at_counter", "collected"}, also: applied,
	},
	"withdrawn with the carrier ordered": {
		script: onPaper(also(withdraws(90*time.Minute), func(s *script) { s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryBooked}}) })),
		path:   path(7), holders: []string{custody.Citizen},
		kinds: []string{"route_decided", "papers_offer", "carriage_booked", "withdrawn", "papers_go_home", "offer_withdrawn", "papers_at_counter", "collected"},
		also: func(t *testing.T, w *world) {
			require.True(t, w.Carrier.act(w.Facts.Code+"/courier/out/1").Undone, "nobody comes for papers that stay")
		},
	},
	"withdrawn while we do not know whether the carrier is ordered": {
		script: onPaper(also(withdraws(90*time.Minute), func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryBooked}})
			s.fault = faultAt("courier/out/1", fault{answerLost: true})
			s.lookup = func(key string, _ int) error { return unlessAbout(key, "courier/home/1") }
		})),
		path: path(7), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.True(t, w.Carrier.act(w.Facts.Code+"/courier/out/1").Undone)
		},
	},
	"withdrawn as the carrier collects the papers": {
		script: onPaper(also(withdraws(119*time.Minute), func(s *script) {
			s.carrier = func(w *world, b *act) []event { // the carrier has them, and says so later
				events := w.carries(b.Key, delivered)
				if b.Act == "book_out" {
					events[1].At, events[1].Untold = w.now().Add(30*time.Minute), true
				}
				return events
			}
		})),
		path: path(7), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen}, also: applied,
	},
	"withdrawn with the papers on their way": {
		script: withPaper(withdraws(150 * time.Minute)),
		path:   path(2, 7), done: keys("courier/home/1", "courier/out/1", "submit/1", "withdraw/1"), holders: []string{custody.Citizen}, also: applied,
	},
	"withdrawn with the papers at the authority": {
		script: withPaper(withdraws(20 * time.Hour)),
		path:   path(2, 4, 7), done: keys("courier/home/1", "courier/out/1", "submit/1", "withdraw/1"), holders: []string{custody.Citizen}, also: applied,
	},
	"withdrawn with papers here and papers there": {
		script: withPaper(also(withdraws(4*day), func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {20 * time.Hour, 5, nil, false, 0, 1}}})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatSupplement: func(*world, register.Position) []ask { return []ask{{day, supplements(1, nil)}} },
				dossier.WhatHandover: func(w *world, _ register.Position) []ask {
					if len(w.Papers) > 1 {
						return nil // the second paper stays at the office
					}
					return []ask{{time.Hour, offers(clerk, courier)}}
				},
			})
		})),
		path: path(2, 5, 7), done: keys("courier/home/1", "courier/out/1", "submit/1", "withdraw/1"), holders: []string{custody.Citizen, custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Less(t, w.indexOf("delivery_booked"), w.indexOf("papers_at_counter"), "those at the authority are brought first")
		},
	},
}
