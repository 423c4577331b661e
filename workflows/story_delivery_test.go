package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// corrects is a clerk who mends the address of a parcel that did not arrive; the
// correction sends it anew.
func corrects(*world, register.Position) []ask {
	return []ask{{time.Hour, command(dossier.Contact)}}
}

func goesWrong(home way, change func(*script)) script {
	return online(func(s *script) {
		s.carrier = carrier(map[string]way{"home/1": home})
		s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{dossier.WhatRetry: corrects})
		if change != nil {
			change(s)
		}
	})
}

// withdrawnWithPapers is a dossier on paper that is withdrawn once the authority
// has the papers, so that they travel home.
func withdrawnWithPapers(home way) script {
	return onPaper(func(s *script) {
		s.carrier = carrier(map[string]way{"home/1": home})
		s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
			dossier.WhatAcceptance: func(*world, register.Position) []ask { return []ask{{time.Hour, command(dossier.Withdraw)}} },
		})
	})
}

var deliveries = map[string]story{
	"a parcel with trouble on its way": {
		script: goesWrong(way{dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed, dossier.DeliveryOut, dossier.DeliveryHeld, dossier.DeliveryDelivered}, nil),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "parcel_trouble", "parcel_trouble", "delivered"},
	},
	"a parcel that comes back": {
		script: goesWrong(way{dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed, dossier.DeliveryReturning, dossier.DeliveryReturned}, nil),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "courier/home/2", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "parcel_trouble", "parked", "contact", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			parked := w.stepOf("parked")
			require.Equal(t, []any{"delivery_failed", dossier.WhoClerk, "returned_to_sender"}, []any{parked.After.Parked, parked.After.Waiting.Who, parked.TaskCause})
			for _, o := range w.Ops {
				require.Nil(t, o.Refused, o.Kind)
			}
		},
	},
	"a parcel that is lost": {
		script: goesWrong(way{dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryLost}, nil),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "courier/home/2", "submit/1"),
	},
	"a parcel that the carrier cancels": {
		script: goesWrong(way{dossier.DeliveryBooked, dossier.DeliveryCancelled}, nil),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "courier/home/2", "submit/1"),
	},
	"three parcels": {
		script: goesWrong(way{dossier.DeliveryLost}, func(s *script) {
			s.carrier = carrier(map[string]way{"home/1": {dossier.DeliveryLost}, "home/2": {dossier.DeliveryPickedUp, dossier.DeliveryReturned}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/home/2", "courier/home/3", "submit/1"),
	},
	"a parcel that comes back and is collected": {
		script: goesWrong(way{dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryReturned}, func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatRetry: func(*world, register.Position) []ask { return []ask{{day, command(dossier.Pickup)}} },
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "parked", "collected"},
	},
	"an address that the carrier rejects": {
		script: goesWrong(nil, func(s *script) {
			s.carrier = carrier(nil)
			s.fault = func(act, key string, _ int) fault {
				if act == "book_home" && key[len(key)-1] == '1' {
					return fault{refuse: "address_rejected"}
				}
				return fault{}
			}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/2", "submit/1"),
		also: func(t *testing.T, w *world) {
			parked := w.stepOf("parked")
			require.Equal(t, []any{"address_rejected", "address_rejected", dossier.WhoClerk}, []any{parked.Task, parked.TaskCause, parked.After.Waiting.Who})
			require.Contains(t, w.kinds(), "contact", "it may be corrected: the parcel is not booked")
		},
	},
	"a carrier that cannot be reached": {
		script: goesWrong(delivered, func(s *script) {
			s.fault = func(act, _ string, try int) fault { return fault{notDone: act == "book_home" && try < 15} }
			s.staff = staff(nil)
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			parked := w.stepOf("parked")
			require.Equal(t, []any{"courier_unreachable", dossier.WhoManager}, []any{parked.Task, parked.After.Waiting.Who})
		},
	},
	"a carrier whose answers are lost, and the parcel arrives all the same": {
		script: goesWrong(delivered, func(s *script) {
			s.fault = func(act, _ string, _ int) fault { return fault{answerLost: act == "book_home"} }
			s.lookup = func(key string, _ int) error {
				if key[len(key)-6:] == "home/1" {
					return unknown()
				}
				return nil
			}
			s.staff = nil // nobody need do anything
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
	},
	"lost, and then delivered after all": {
		script: goesWrong(way{dossier.DeliveryPickedUp, dossier.DeliveryLost, dossier.DeliveryDelivered}, func(s *script) { s.staff = staff(nil) }),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "parked", "parcel_contradicted", "retry", "delivered"},
		also: func(t *testing.T, w *world) {
			require.Equal(t, []any{"parcel_contradicted", dossier.WhoManager}, []any{w.stepOf("parcel_contradicted").After.Parked, w.stepOf("parcel_contradicted").After.Waiting.Who})
		},
	},
	"delivered, says the carrier, and returned, in one breath": {
		script: goesWrong(nil, func(s *script) {
			s.carrier = func(w *world, b *act) []event {
				return []event{
					{ID: b.Key + "-a", At: w.now().Add(time.Hour), Untold: true, Parcel: &parcelSays{b.Key, dossier.DeliveryReturned, w.now()}},
					{ID: b.Key + "-b", At: w.now().Add(time.Hour), Untold: true, Parcel: &parcelSays{b.Key, dossier.DeliveryDelivered, w.now()}},
				}
			}
			s.staff = staff(nil)
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) { require.Contains(t, w.kinds(), "parcel_contradicted") },
	},
	"lost on the way to the authority, and then brought after all": {
		script: onPaper(func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryPickedUp, dossier.DeliveryLost, dossier.DeliveryDelivered}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
	},
	"withdrawn while the papers are lost, and then they are brought after all": {
		script: onPaper(also(withdraws(90*time.Minute), func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryPickedUp, dossier.DeliveryLost, dossier.DeliveryDelivered}})
		})),
		path: path(7), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
	},
	"cancelled, says the carrier, and lost": {
		script: onPaper(func(s *script) {
			s.carrier = carrier(map[string]way{"out/1": {dossier.DeliveryPickedUp, dossier.DeliveryLost, dossier.DeliveryCancelled}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1", "courier/out/2"), holders: []string{custody.Citizen},
	},
	"papers come home after a withdrawal": {
		script: withdrawnWithPapers(delivered),
		path:   path(7), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
	},
	"papers come home with trouble": {
		script: withdrawnWithPapers(way{dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed, dossier.DeliveryHeld, dossier.DeliveryOut, dossier.DeliveryDelivered}),
		path:   path(7), done: keys("courier/home/1", "courier/out/1"), holders: []string{custody.Citizen},
	},
	"papers come home at the second try": {
		script: withdrawnWithPapers(way{dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed, dossier.DeliveryReturned}),
		path:   path(7), done: keys("courier/home/1", "courier/home/2", "courier/out/1"), holders: []string{custody.Citizen},
	},
	"papers are lost on their way home": {
		script: withdrawnWithPapers(way{dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed, dossier.DeliveryLost}),
		path:   path(7), done: keys("courier/home/1", "courier/home/2", "courier/out/1"), holders: []string{custody.Citizen},
	},
}
