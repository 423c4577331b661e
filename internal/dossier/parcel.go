package dossier

import (
	"slices"
	"time"
)

// DeliveryState is where a parcel, or the result at a counter, is.
type DeliveryState string

// The delivery states. All but none, at_counter and collected come from a
// carrier's events.
const (
	DeliveryNone          DeliveryState = "none"
	DeliveryBooked        DeliveryState = "booked"
	DeliveryPickedUp      DeliveryState = "picked_up"
	DeliveryInTransit     DeliveryState = "in_transit"
	DeliveryOut           DeliveryState = "out_for_delivery"
	DeliveryAttemptFailed DeliveryState = "attempt_failed"
	DeliveryHeld          DeliveryState = "held_at_office"
	DeliveryDelivered     DeliveryState = "delivered"
	DeliveryReturning     DeliveryState = "returning"
	DeliveryReturned      DeliveryState = "returned_to_sender"
	DeliveryCancelled     DeliveryState = "cancelled"
	DeliveryLost          DeliveryState = "lost"
	DeliveryAtCounter     DeliveryState = "at_counter"
	DeliveryCollected     DeliveryState = "collected"
)

// ParcelEvent is one thing a carrier says about a parcel.
type ParcelEvent struct {
	ID         string
	Type       DeliveryState
	OccurredAt time.Time
}

// ParcelEventTypes lists the words a carrier may use, in the order of the way.
func ParcelEventTypes() []DeliveryState {
	return []DeliveryState{DeliveryBooked, DeliveryPickedUp, DeliveryInTransit, DeliveryOut, DeliveryAttemptFailed,
		DeliveryHeld, DeliveryDelivered, DeliveryReturning, DeliveryReturned, DeliveryCancelled, DeliveryLost}
}

// ParcelEnd says whether a parcel's state is one that no event leads out of.
func (s DeliveryState) ParcelEnd() bool { return finality(s) > 0 }

// Parcel is what a set of events adds up to.
type Parcel struct {
	State    DeliveryState
	Since    time.Time // when it came to this state, by the carrier's clock
	Attempts int       // failed attempts so far
	// Contradicted says that two different ends were reported: a person must look.
	Contradicted bool
}

// Fold adds up everything a carrier said. The events are taken as a set: their
// order of arrival and their repetitions make no difference. An end beats
// whatever is on the way, whenever each is said to have happened, and the ends
// among themselves are ranked, so adding an event never takes an end back.
func Fold(events []ParcelEvent) Parcel {
	seen := map[string]bool{}
	p := Parcel{State: DeliveryNone}
	for _, e := range events {
		if seen[e.ID] || !slices.Contains(ParcelEventTypes(), e.Type) {
			continue
		}
		seen[e.ID] = true
		if e.Type == DeliveryAttemptFailed {
			p.Attempts++
		}
		p.Contradicted = p.Contradicted || e.Type.ParcelEnd() && p.State.ParcelEnd() && e.Type != p.State
		if p.State == DeliveryNone || outranks(e, p) {
			p.State, p.Since = e.Type, e.OccurredAt
		}
	}
	return p
}

// outranks orders events by end, then by time, then by the order of the way. Two
// that are equal in all of it make the same parcel, so Fold cannot depend on arrival.
func outranks(e ParcelEvent, p Parcel) bool {
	if fe, fp := finality(e.Type), finality(p.State); fe != fp {
		return fe > fp
	}
	if !e.OccurredAt.Equal(p.Since) {
		return e.OccurredAt.After(p.Since)
	}
	return slices.Index(ParcelEventTypes(), e.Type) > slices.Index(ParcelEventTypes(), p.State)
}

// finality ranks the ends of a parcel's way; 0 is "still on the way".
func finality(s DeliveryState) int {
	switch s {
	case DeliveryDelivered:
		return 4
	case DeliveryReturned:
		return 3
	case DeliveryLost:
		return 2
	case DeliveryCancelled:
		return 1
	default:
		return 0
	}
}
