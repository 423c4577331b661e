package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// permutations gives every order of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			q := append([]int{}, p[:at]...)
			out = append(out, append(append(q, n-1), p[at:]...))
		}
	}
	return out
}

// TestParcelsAddUpInEveryOrder delivers the same reports in every order, each
// order with one report twice, to parcels of their own: shipment, delivery state
// and papers end the same, with one audit entry per report.
func TestParcelsAddUpInEveryOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reports []dossier.DeliveryState // in the order they happened, an hour apart
		state   dossier.DeliveryState
		holder  custody.Holder
		tried   int
		clash   bool
	}{
		"delivered at the second attempt": {[]dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed, dossier.DeliveryHeld, dossier.DeliveryDelivered},
			dossier.DeliveryDelivered, custody.Holder{Kind: custody.Citizen}, 1, false},
		"still held": {[]dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed, dossier.DeliveryHeld},
			dossier.DeliveryHeld, custody.Holder{Kind: custody.Carrier, ID: "viettelpost"}, 1, false},
		"attempted":   {[]dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed}, dossier.DeliveryAttemptFailed, custody.Holder{Kind: custody.Carrier, ID: "viettelpost"}, 1, false},
		"coming back": {[]dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryOut, dossier.DeliveryReturning}, dossier.DeliveryReturning, custody.Holder{Kind: custody.Carrier, ID: "viettelpost"}, 0, false},
		"sent back": {[]dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryReturning, dossier.DeliveryReturned},
			dossier.DeliveryReturned, custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}, 0, false},
		"lost":      {[]dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryInTransit, dossier.DeliveryLost}, dossier.DeliveryLost, custody.Holder{Kind: custody.Carrier, ID: "viettelpost"}, 0, false},
		"cancelled": {[]dossier.DeliveryState{dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryCancelled}, dossier.DeliveryCancelled, custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}, 0, false},
		"contradictory": {[]dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryReturned, dossier.DeliveryDelivered},
			dossier.DeliveryDelivered, custody.Holder{Kind: custody.Citizen}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, func(t *testing.T, f *fixture) {
				for _, order := range permutations(len(c.reports)) {
					d := f.atAuthority()
					sh := f.order(d.Code, register.LegHome, 1)
					twice := order[len(order)/2]
					proof := ""
					var events []store.ParcelArrival
					for i, state := range c.reports {
						e := parcelEvent(sh, state, moment.Add(time.Duration(i)*time.Hour))
						if state == dossier.DeliveryDelivered {
							proof = `{"method":"code"}`
							e.Proof = proof
						}
						events = append(events, e)
					}
					for _, i := range append(order, twice) {
						f.clock.add(time.Second)
						_, _, err := f.AcceptParcel(t.Context(), events[i])
						require.NoError(t, err)
					}
					got := f.shipment(sh.ID)
					since := c.reports
					at := 0
					for i, state := range since {
						if state == c.state {
							at = i
						}
					}
					require.Equal(t, []any{c.state, c.tried, c.clash, keep(moment.Add(time.Duration(at) * time.Hour)), proof},
						[]any{got.State, got.Attempts, got.Contradicted, *got.Since, got.Proof}, "%v", order)
					require.Equal(t, c.state, f.row(d.Code).DeliveryState, "%v", order)
					papers, err := f.Papers(t.Context(), d.Code)
					require.NoError(t, err)
					require.Equal(t, c.holder, custody.Holder{Kind: papers[0].HolderKind, ID: papers[0].HolderID}, "%v", order)
					require.Len(t, f.kinds(d.Code), 2+len(c.reports), "one entry per fresh report")
				}
			})
		})
	}
}

// atAuthority is a dossier whose paper the authority holds.
func (f *fixture) atAuthority() store.Dossier {
	f.t.Helper()
	n := paper()
	n.PaperComponents = n.PaperComponents[:1]
	d := f.file(n)
	f.record(d.Code, "taken", func(tr *register.Transition) {
		tr.Papers = &custody.Papers{Count: 1, Holder: custody.Holder{Kind: custody.Authority, ID: d.Authority}}
	})
	return f.row(d.Code)
}

func TestTheSameParcelReportAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		sh := f.order(d.Code, register.LegHome, 1)
		processes := []*store.Store{f.Store, f.open(10)}
		var fresh atomic.Int64
		e := parcelEvent(sh, dossier.DeliveryAttemptFailed, moment)
		other := parcelEvent(sh, dossier.DeliveryAttemptFailed, moment)
		requireNoErrors(t, together(20, func(i int) error {
			event := e
			if i == 7 {
				event = other
			}
			_, isFresh, err := processes[i%2].AcceptParcel(t.Context(), event)
			if isFresh {
				fresh.Add(1)
			}
			return err
		}))
		require.Equal(t, int64(2), fresh.Load())
		require.Equal(t, 2, f.shipment(sh.ID).Attempts)
		require.Equal(t, []string{"filed", "parcel_attempt_failed", "parcel_attempt_failed"}, f.kinds(d.Code))
		require.NoError(t, f.VerifyAudit(t.Context(), d.Code))
		changed := e
		changed.Digest = "of another body"
		_, _, err := f.AcceptParcel(t.Context(), changed)
		require.ErrorIs(t, err, store.ErrEventChanged)
		require.Len(t, f.kinds(d.Code), 3)
	})
}

// TestWhatTheWorkflowIsTold checks which reports wait to be signalled.
func TestWhatTheWorkflowIsTold(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		told := map[register.Leg][]dossier.DeliveryState{
			register.LegOut: {dossier.DeliveryPickedUp, dossier.DeliveryInTransit, dossier.DeliveryOut, dossier.DeliveryAttemptFailed, dossier.DeliveryHeld,
				dossier.DeliveryDelivered, dossier.DeliveryReturning, dossier.DeliveryReturned, dossier.DeliveryCancelled, dossier.DeliveryLost},
			register.LegHome: {dossier.DeliveryAttemptFailed, dossier.DeliveryHeld, dossier.DeliveryDelivered, dossier.DeliveryReturned, dossier.DeliveryCancelled, dossier.DeliveryLost},
		}
		for leg, want := range told {
			var got []dossier.DeliveryState
			for _, state := range dossier.ParcelEventTypes() {
				d := f.file(filing())
				sh := f.order(d.Code, leg, 1)
				m := f.parcel(parcelEvent(sh, state, moment))
				if m.Waiting() {
					got = append(got, state)
				}
				r, err := m.ParcelReport()
				require.NoError(t, err)
				require.Equal(t, register.ParcelReport{Inbox: m.ID, Shipment: sh.ID, Leg: leg, Attempt: 1, State: state, At: keep(moment)}, r)
				repeat := f.parcel(parcelEvent(sh, state, moment.Add(-time.Hour)))
				require.Equal(t, false, repeat.Waiting(), "%s adds nothing", state)
			}
			require.ElementsMatch(t, want, got, leg)
		}
		d := f.file(filing())
		sh := f.order(d.Code, register.LegHome, 1)
		f.parcel(parcelEvent(sh, dossier.DeliveryDelivered, moment))
		m := f.parcel(parcelEvent(sh, dossier.DeliveryReturned, moment))
		r, err := m.ParcelReport()
		require.NoError(t, err)
		require.True(t, m.Waiting() && r.Contradicted, "a contradiction is always told")
	})
}

// A parcel that came back is collected at the counter; that it was delivered as
// well is a contradiction for somebody to look at, and takes nothing back.
func TestCollectedStaysCollected(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.atAuthority()
		sh := f.order(d.Code, register.LegHome, 1)
		f.parcel(parcelEvent(sh, dossier.DeliveryReturned, moment))
		f.record(d.Code, "collected", func(tr *register.Transition) {
			tr.Delivery, tr.HomePapers, tr.After.Stage = dossier.DeliveryCollected, custody.Citizen, dossier.StageClosed
		})
		m := f.parcel(parcelEvent(sh, dossier.DeliveryDelivered, moment))
		require.True(t, m.Waiting())
		require.Equal(t, dossier.DeliveryCollected, f.row(d.Code).DeliveryState)
		require.True(t, f.shipment(sh.ID).Contradicted)
	})
}

// What is brought to the counter waits there for the citizen.
func TestBroughtToTheCounter(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		n := paper()
		n.Delivery.Method = dossier.AtCounter
		d := f.file(n)
		f.record(d.Code, "taken", func(tr *register.Transition) {
			tr.Papers = &custody.Papers{Count: 2, Holder: custody.Holder{Kind: custody.Authority, ID: d.Authority}}
		})
		sh := f.order(d.Code, register.LegHome, 1)
		f.parcel(parcelEvent(sh, dossier.DeliveryDelivered, moment))
		holder := func() custody.Holder {
			papers, err := f.Papers(t.Context(), d.Code)
			require.NoError(t, err)
			return custody.Holder{Kind: papers[0].HolderKind, ID: papers[0].HolderID}
		}
		require.Equal(t, custody.Holder{Kind: custody.Office, ID: "VNPHKI"}, holder())
		f.record(d.Code, "at_counter", func(tr *register.Transition) { tr.Delivery = dossier.DeliveryAtCounter })
		f.parcel(parcelEvent(sh, dossier.DeliveryOut, moment.Add(-time.Hour)))
		require.Equal(t, dossier.DeliveryAtCounter, f.row(d.Code).DeliveryState, "a late report takes nothing from the counter")
		f.record(d.Code, "collected", func(tr *register.Transition) {
			tr.Delivery, tr.HomePapers, tr.After.Stage = dossier.DeliveryCollected, custody.Citizen, dossier.StageClosed
		})
		f.parcel(parcelEvent(sh, dossier.DeliveryLost, moment.Add(time.Hour)))
		require.Equal(t, dossier.DeliveryCollected, f.row(d.Code).DeliveryState)
		require.Equal(t, custody.Holder{Kind: custody.Citizen}, holder())
	})
}
