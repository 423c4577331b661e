package workflows_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// story is a whole life of a dossier with what is wanted of it.
type story struct {
	script  script
	path    []dossier.Status
	done    []string // outside acts, by key without the code
	holders []string // with whom the papers are in the end
	kinds   []string // every step, where the story is about their order
	also    func(t *testing.T, w *world)
}

// stories are told straight on (TestStories), with the workflow dying after
// every step and every outside act (TestAnewFromTheRegister), and continued as
// new after every step (TestContinuedAsNew).
var stories = join(ways, deliveries, submissions, withdrawals, terms, bagged)

func join(lists ...map[string]story) map[string]story {
	all := map[string]story{}
	for _, l := range lists {
		maps.Copy(all, l)
	}
	return all
}

var ways = map[string]story{
	"online, the happy way": {
		script: online(nil), path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			require.Equal(t, dossier.StageClosed, w.Row.Stage)
			require.Equal(t, "H26.12.03-250210-0007", w.Row.PortalCode)
			require.Equal(t, dossier.DeliveryDelivered, w.Row.Delivery)
			require.Equal(t, monday.Add(time.Hour), w.Row.ReceivedAt.In(dossier.Zone))
			require.Empty(t, w.opened())
		},
	},
	"online, all within the same minute": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{status: 2, with: official}, {after: 1, status: 4}, {after: 2, status: 9, with: paperResult}}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "delivered"},
	},
	"the result is electronic": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {day, 9, noPaper, false, 0, 1}}})
		}),
		path: path(2, 4, 9, 10), done: keys("submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "result_electronic"},
	},
	"the citizen comes to the counter": {
		script: online(func(s *script) {
			s.facts = func(f *register.Facts) { f.Method = dossier.AtCounter }
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "at_counter", "collected"},
		also:  func(t *testing.T, w *world) { require.Equal(t, dossier.DeliveryCollected, w.Row.Delivery) },
	},
	"online with paper": {
		script: withPaper(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{10 * time.Hour, 2, official, false, 0, 1}, {11 * time.Hour, 4, nil, false, 0, 1}, {4 * day, 9, paperResult, false, 0, 1}}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "submit/1"), holders: []string{custody.Citizen},
		kinds: []string{"route_decided", "submitted", "papers_offer", "carriage_booked", "papers_travel", "papers_travel", "papers_travel", "papers_brought", "papers_take",
			"status", "status", "apology_drafted", "warned", "warned", "status", "delivery_booked", "delivered"},
	},
	"accepted while the paper is on its way": {
		script: withPaper(nil), path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "submit/1"), holders: []string{custody.Citizen},
	},
	"on paper only": {
		script: onPaper(nil), path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
		kinds: []string{"route_decided", "papers_offer", "carriage_booked", "papers_travel", "papers_travel", "papers_travel", "papers_brought", "papers_take",
			"decision", "decision", "decision", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			require.Equal(t, "H26.12.03-250205-0001", w.Row.PortalCode, "drawn on acceptance by hand")
			require.Equal(t, dossier.WhoClerk, w.stepOf("route_decided").After.Waiting.Who)
			require.Equal(t, dossier.WhoCourier, w.stepOf("carriage_booked").After.Waiting.Who)
			require.Equal(t, dossier.WhatTake, w.stepOf("papers_brought").After.Waiting.What)
		},
	},
	"the clerk walks over to the authority": {
		script: onPaper(func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{time.Hour, offers(clerk, centre)}} },
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		kinds: []string{"route_decided", "papers_offer", "papers_take", "decision", "decision", "decision", "delivery_booked", "delivered"},
	},
	"a poor scan, made anew": {
		script: online(func(s *script) {
			s.check = poor
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatRescan: func(w *world, _ register.Position) []ask {
					if len(w.Ops) == 0 { // the first try is poor again
						return []ask{{day, supplements(0, &poor)}}
					}
					return []ask{{day, supplements(0, &workflows.Checked{Route: dossier.RouteOnline})}}
				},
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"scan_returned", "supplement", "scan_returned", "supplement", "route_decided", "submitted", "status", "status", "status", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"to-khai"}, w.stepOf("scan_returned").After.Asked)
		},
	},
	"a poor scan, sent online by a named person": {
		script: online(func(s *script) {
			s.check = poor
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatRescan: func(*world, register.Position) []ask { return []ask{{time.Hour, reroutes(dossier.RouteOnline)}} },
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"scan_returned", "route", "submitted", "status", "status", "status", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			chosen := w.stepOf("route")
			require.Equal(t, []any{dossier.RouteOnline, dossier.StageSubmission}, []any{chosen.After.Route, chosen.After.Stage})
			require.Equal(t, map[string]string{"route": "online", "reasons": "overridden"}, chosen.Data)
			require.Empty(t, chosen.After.Asked)
		},
	},
	"a poor scan, its paper wanted by a named person": {
		script: online(func(s *script) {
			s.check = poor
			s.asks = []timedAsk{{time.Hour, reroutes(dossier.RoutePaper, "to-khai")}, {day, supplements(1, &workflows.Checked{Route: dossier.RoutePaper, Paper: []string{"to-khai"}})}}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			chosen := w.stepOf("route").After
			require.Equal(t, []any{dossier.RoutePaper, dossier.StageDigitization, dossier.WhatRescan}, []any{chosen.Route, chosen.Stage, chosen.Waiting.What})
			require.Equal(t, []string{"to-khai"}, chosen.Asked)
		},
	},
	"a poor scan, given on paper": {
		script: online(func(s *script) {
			s.check = poor
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatRescan: func(*world, register.Position) []ask {
					return []ask{{day, supplements(1, &workflows.Checked{Route: dossier.RoutePaper, Paper: []string{"to-khai"}})}}
				},
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
	},
	"a supplement": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 5, asking("giay-uy-quyen"), false, 0, 1}},
				"supplement/1": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(givesWhatIsAsked)
		}),
		path: path(2, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "supplement", "supplement_handed_on", "status", "status", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			asked := w.Steps[3].After
			require.Equal(t, []string{"giay-uy-quyen"}, asked.Asked)
			require.Equal(t, []any{dossier.WhoClerk, dossier.WhatSupplement}, []any{asked.Waiting.Who, asked.Waiting.What})
			require.Equal(t, dossier.WhoPortal, w.stepOf("supplement_handed_on").After.Waiting.Who)
			require.Empty(t, w.stepOf("supplement_handed_on").After.Asked)
		},
	},
	"a supplement before acceptance, asked for in words, twice": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 5, nil, false, 0, 1}},
				"supplement/1": {{time.Hour, 1, nil, false, 0, 1}, {2 * time.Hour, 5, nil, false, 0, 1}},
				"supplement/2": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(givesWhatIsAsked)
		}),
		path: path(5, 1, 5, 2, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1", "supplement/2"),
		also: func(t *testing.T, w *world) { require.Equal(t, []string{"in_words"}, w.Steps[2].After.Asked) },
	},
	"a request for a supplement that the authority lets go": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 5, nil, false, 0, 1}, {3 * time.Hour, 4, nil, false, 0, 1}, {4 * day, 5, nil, false, 0, 1}},
				"supplement/2": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(givesWhatIsAsked)
		}),
		path: path(2, 5, 4, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/2"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, 2, w.Portal.act(w.Facts.Code+"/supplement/2").Attempt, "the portal counts its requests")
		},
	},
	"a supplement on paper": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 5, nil, false, 0, 1}},
				"supplement/1": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatSupplement: func(*world, register.Position) []ask { return []ask{{day, supplements(1, nil)}} },
			})
		}),
		path: path(2, 5, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "submit/1", "supplement/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Less(t, w.indexOf("papers_take"), w.indexOf("supplement_handed_on"), "the portal is told when the papers are there")
		},
	},
	"two supplements on paper by carrier": {
		script: onPaper(func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatAcceptance: func(*world, register.Position) []ask { return []ask{{time.Hour, decide(5, nil)}} },
				dossier.WhatSupplement: func(*world, register.Position) []ask { return []ask{{day, supplements(1, nil)}} },
				dossier.WhatDecision: func(w *world, a register.Position) []ask {
					if a.Rounds == 1 {
						return []ask{{time.Hour, decide(2, nil)}, {90 * time.Minute, command(dossier.Approve)}, {2 * time.Hour, decide(5, nil)}}
					}
					return []ask{{time.Hour, decide(4, nil)}, {2 * time.Hour, decide(9, paperResult)}}
				},
			})
		}),
		path: path(5, 2, 5, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "courier/out/2", "courier/out/3"),
		holders: []string{custody.Citizen, custody.Citizen, custody.Citizen},
	},
	"asked for a supplement while the paper is on its way": {
		script: withPaper(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{90 * time.Minute, 5, nil, false, 0, 1}},
				"supplement/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(givesWhatIsAsked)
		}),
		path: path(5, 2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "submit/1", "supplement/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Equal(t, dossier.WhatSupplement, w.stepOf("status").After.Waiting.What, "the clerk is told at once")
		},
	},
	"a fee after acceptance": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 6, fee(8000), false, 0, 1}},
				"payment/8000": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatPayment: func(*world, register.Position) []ask {
					return []ask{{time.Hour, pays(3000)}, {2 * time.Hour, pays(5000)}}
				},
			})
		}),
		path: path(2, 6, 4, 9, 10), done: keys("courier/home/1", "payment/8000", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "payment", "payment", "payment_confirmed", "status", "status", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			require.Equal(t, dossier.Fees{Due: 8000, Paid: 8000}, w.Row.Fees)
			require.Equal(t, dossier.WhoCitizen, w.Steps[4].After.Waiting.Who, "partly paid is still owed")
			require.EqualValues(t, 8000, w.Portal.act(w.Facts.Code+"/payment/8000").Amount)
		},
	},
	"a fee before acceptance, and another one after": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":      {{time.Hour, 6, fee(8000), false, 0, 1}},
				"payment/8000":  {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 6, fee(5000), false, 0, 1}},
				"payment/13000": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatPayment: func(_ *world, a register.Position) []ask { return []ask{{day, pays(a.Fees.Due - a.Fees.Paid)}} },
			})
		}),
		path: path(6, 2, 6, 4, 9, 10), done: keys("courier/home/1", "payment/13000", "payment/8000", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.EqualValues(t, 5000, w.Portal.act(w.Facts.Code+"/payment/13000").Amount, "the portal hears of what it asked for")
			require.Equal(t, dossier.Fees{Due: 13000, Paid: 13000}, w.Row.Fees)
		},
	},
	"a fee paid beforehand": {
		script: online(func(s *script) {
			s.fee = 8000
			s.portal = portal(map[string][]said{
				"submit/1":     {{5 * time.Hour, 2, official, false, 0, 1}, {6 * time.Hour, 6, fee(8000), false, 0, 1}},
				"payment/8000": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.asks = []timedAsk{{time.Hour, pays(8000)}}
		}),
		path: path(2, 6, 4, 9, 10), done: keys("courier/home/1", "payment/8000", "submit/1"),
		also: func(t *testing.T, w *world) { require.Equal(t, dossier.Fees{Due: 8000, Paid: 8000}, w.Row.Fees) },
	},
	"refused at reception": {
		script: online(func(s *script) { s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 3, nil, false, 0, 1}}}) }),
		path:   path(3), done: keys("submit/1"), kinds: []string{"route_decided", "submitted", "status", "closed"},
	},
	"refused, the papers come home": {
		script: onPaper(func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatAcceptance: func(*world, register.Position) []ask { return []ask{{time.Hour, decide(3, nil)}} },
			})
		}),
		path: path(3), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) { require.Contains(t, w.kinds(), "papers_go_home") },
	},
	"refused while it is processed": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {day, 3, nil, false, 0, 1}}})
		}),
		path: path(2, 4, 3), done: keys("submit/1"),
	},
	"stopped, with papers at the office": {
		script: withPaper(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 8, nil, false, 0, 1}}})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{30 * day, offers(clerk, courier)}} },
			})
		}),
		path: path(2, 8), done: keys("submit/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) { require.Contains(t, w.kinds(), "papers_at_counter") },
	},
	"stopped, with papers on their way": {
		script: withPaper(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {150 * time.Minute, 8, nil, false, 0, 1}}})
		}),
		path: path(2, 8), done: keys("courier/home/1", "courier/out/1", "submit/1"), holders: []string{custody.Citizen},
	},
	"resolved while the papers are still at the office": {
		script: withPaper(func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{30 * day, offers(clerk, courier)}} },
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Less(t, w.indexOf("delivery_booked"), w.indexOf("papers_at_counter"), "the result is brought all the same")
			require.Contains(t, w.kinds(), "collected")
		},
	},
	"the carrier is ordered, then the clerk walks": {
		script: onPaper(func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": nil})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatCarriage: func(*world, register.Position) []ask { return []ask{{2 * day, offers(clerk, centre)}} },
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) { require.True(t, w.Carrier.act(w.Facts.Code+"/courier/out/1").Undone) },
	},
	"the carrier is ordered, then another one": {
		script: onPaper(func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": nil})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatCarriage: func(w *world, _ register.Position) []ask {
					if len(w.Shipments) > 1 {
						return nil
					}
					return []ask{{2 * day, offers(clerk, custody.Holder{Kind: custody.Carrier, ID: "vnpost"})}}
				},
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/2"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Equal(t, "vnpost", w.Carrier.act(w.Facts.Code+"/courier/out/2").Carrier)
		},
	},
	"the papers come back to the office": {
		script: onPaper(func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryReturning, dossier.DeliveryReturned}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "courier/out/2"), holders: []string{custody.Citizen},
	},
	"the papers are lost and replaced": {
		script: onPaper(func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryLost}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "courier/out/2"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			lost := w.stepOf("papers_lost").After
			require.Equal(t, []any{"papers_lost", dossier.WhoManager}, []any{lost.Parked, lost.Waiting.Who})
		},
	},
	"the carrier cancels the carriage": {
		script: onPaper(func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryBooked, dossier.DeliveryCancelled}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "courier/out/2"), holders: []string{custody.Citizen},
	},
}

var poor = workflows.Checked{Route: dossier.RouteReturn, Unreadable: []string{"to-khai"}, Reasons: []string{"scan_unreadable"}}

// givesWhatIsAsked is a clerk who brings every supplement a day later.
var givesWhatIsAsked = map[dossier.What]func(*world, register.Position) []ask{
	dossier.WhatSupplement: func(*world, register.Position) []ask { return []ask{{day, supplements(0, nil)}} },
}

func path(s ...dossier.Status) []dossier.Status { return append([]dossier.Status{1}, s...) }

func keys(k ...string) []string { return k }

func TestStories(t *testing.T) {
	t.Parallel()
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := tell(t, s.script)
			s.judge(t, w)
			if s.kinds != nil {
				require.Equal(t, s.kinds, w.kinds())
			}
			if s.also != nil {
				s.also(t, w)
			}
		})
	}
}

// judge holds a world against the end that its story wants.
func (s story) judge(t *testing.T, w *world) {
	t.Helper()
	require.Equal(t, dossier.StageClosed, w.Row.Stage)
	require.Equal(t, s.path, w.path())
	require.Equal(t, s.done, w.doneKeys())
	require.Equal(t, s.holders, w.holders())
	require.Empty(t, w.opened(), "no task is left open")
	for _, st := range w.Steps {
		if task := st.After.Parked; task != "" {
			require.NotEqual(t, task, workflows.TaskLabel(task), "a task without words")
		}
	}
}

func (w *world) doneKeys() []string {
	var out []string
	for _, k := range w.done() {
		out = append(out, strings.TrimPrefix(k, w.Facts.Code+"/"))
	}
	return out
}

func (w *world) opened() []string {
	var out []string
	for _, t := range w.Tasks {
		if t.Open {
			out = append(out, t.Kind)
		}
	}
	return out
}

func (w *world) indexOf(kind string) int {
	for i, k := range w.kinds() {
		if k == kind {
			return i
		}
	}
	w.t.Fatalf("no step %s in %v", kind, w.kinds())
	return -1
}

func (w *world) stepOf(kind string) step { return w.Steps[w.indexOf(kind)] }
