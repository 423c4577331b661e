package sim

import (
	"errors"
	"fmt"
	"slices"

	"hoso/internal/courier"
	"hoso/internal/simulator"
)

// The events of a parcel's way.
const (
	booked    = "booked"
	pickedUp  = "picked_up"
	inTransit = "in_transit"
	outFor    = "out_for_delivery"
	failed    = "attempt_failed"
	held      = "held_at_office"
	delivered = "delivered"
	returning = "returning"
	returned  = "returned_to_sender"
	cancelled = "cancelled"
	lost      = "lost"
)

var eventTypes = []string{booked, pickedUp, inTransit, outFor, failed, held, delivered, returning, returned, cancelled, lost}

// Knobs are the carriers' rules. Conditions may name carrier, act (book,
// cancel, lookup, events), key, code, leg and office. Of a key that a carrier
// does not know, code and office are read off the key itself
// ("<code>/courier/home/1").
type Knobs = simulator.Knobs[Script]

// ParseKnobs reads rules from JSON.
func ParseKnobs(raw []byte) (Knobs, error) { return simulator.ParseKnobs[Script](raw) }

var ruleWords = []string{"carrier", "act", "key", "code", "leg", "office"}

// Script is what happens to a parcel other than to be delivered at once.
type Script struct {
	// StepDelay passes before each event.
	StepDelay simulator.Duration `json:"step_delay,omitempty"`
	// AttemptFailed is how often delivery is tried in vain.
	AttemptFailed int `json:"attempt_failed,omitempty"`
	// Reason is the code of why an attempt failed; "recipient_absent" if left out.
	Reason string `json:"reason,omitempty"`
	// HeldAtOffice keeps the parcel at the post office after the attempts, until
	// it is released: fetched there, it is delivered.
	HeldAtOffice bool `json:"held_at_office,omitempty"`
	// ReturnToSender sends the parcel back after the attempts, of which there is
	// at least one.
	ReturnToSender bool `json:"return_to_sender,omitempty"`
	// Lose loses the parcel in transit.
	Lose bool `json:"lose,omitempty"`
	// Proof is the proof of delivery instead of the usual one.
	Proof *courier.Proof `json:"proof,omitempty"`
	// Hold leaves the parcel where it was booked until released.
	Hold bool `json:"hold,omitempty"`
	// HoldBefore keeps this event from happening until released.
	HoldBefore string `json:"hold_before,omitempty"`
	// Then are events told after the end, sensible or not: the carrier that
	// contradicts itself.
	Then []string `json:"then,omitempty"`
}

func (s Script) check() error {
	endings := 0
	for _, on := range []bool{s.HeldAtOffice, s.ReturnToSender, s.Lose} {
		if on {
			endings++
		}
	}
	switch {
	case s.AttemptFailed < 0 || s.AttemptFailed > 100:
		return errors.New("attempt_failed must lie between 0 and 100")
	case endings > 1:
		return errors.New("only one of held_at_office, return_to_sender, lose can be")
	case s.HoldBefore != "" && !slices.Contains(eventTypes, s.HoldBefore):
		return fmt.Errorf("hold_before must be one of %v", eventTypes)
	case slices.ContainsFunc(s.Then, func(e string) bool { return !slices.Contains(eventTypes, e) }):
		return fmt.Errorf("then must be some of %v", eventTypes)
	}
	return nil
}

// way writes a parcel's way out in full.
func (s Script) way() []string {
	way := []string{booked, pickedUp, inTransit}
	attempts := s.AttemptFailed
	if s.ReturnToSender {
		attempts = max(attempts, 1)
	}
	for range attempts {
		way = append(way, outFor, failed)
	}
	switch {
	case s.Lose:
		way = append(way, lost)
	case s.ReturnToSender:
		way = append(way, returning, returned)
	case s.HeldAtOffice:
		way = append(way, held, delivered)
	default:
		way = append(way, outFor, delivered)
	}
	return append(way, s.Then...)
}

// holds says whether an event, coming after another, has to wait for a release.
func (s Script) holds(event, after string) bool {
	return s.Hold && s.HoldBefore == "" && event == pickedUp || s.HoldBefore == event || s.HeldAtOffice && after == held
}
