// Package courier is the engine's view of the carriers that bring paper to the
// authority and results to citizens.
//
// Like the portal's, the interface stands at the level of the business act.
// Each booking carries a business key stored before the call; Lookup answers
// whether it happened. Errors are *outcome.Error.
package courier

import (
	"context"
	"errors"
	"time"
)

// ErrNoSuchKey is Lookup's answer for a booking the carrier has never made.
var ErrNoSuchKey = errors.New("courier: no booking under this key")

// Carrier is one carrier. Implementations are safe for concurrent use.
type Carrier interface {
	// Book orders a parcel to be collected and brought. Refused with code
	// "address_rejected" when the carrier cannot serve the address.
	Book(ctx context.Context, b Booking) (Confirmation, error)
	// Cancel takes a booking back. Refused with code "already_collected" once
	// the parcel is on its way; cancelling twice is done.
	Cancel(ctx context.Context, key string) error
	// Lookup answers what became of the booking behind the key, or ErrNoSuchKey.
	Lookup(ctx context.Context, key string) (Confirmation, error)
	// Events lists all that happened to the parcel, oldest first. The event ids
	// are those the carrier's webhook carries.
	Events(ctx context.Context, key string) ([]Event, error)
}

// Booking orders one parcel.
type Booking struct {
	Key  string `json:"key"`  // business key, e.g. "<code>/courier/home/1"
	Code string `json:"code"` // hoso's dossier code, the carrier's order reference
	Leg  string `json:"leg"`  // "out": office to authority; "home": to the citizen
	From Party  `json:"from"`
	To   Party  `json:"to"`
	// Contents counts the sheets or papers by kind, e.g. {"original": 1, "result": 1}.
	Contents map[string]int `json:"contents"`
}

// Party is one end of a parcel's way.
type Party struct {
	Kind    string `json:"kind"` // office, authority, citizen
	ID      string `json:"id,omitempty"`
	Name    string `json:"name"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address"`
}

// Confirmation says that the carrier took the order.
type Confirmation struct {
	Key            string    `json:"key"`
	TrackingNumber string    `json:"tracking_number"`
	BookedAt       time.Time `json:"booked_at"`
}

// Event is one thing that happened to a parcel. Types are contract words:
// booked, picked_up, in_transit, out_for_delivery, attempt_failed,
// held_at_office, delivered, returning, returned_to_sender, cancelled, lost.
type Event struct {
	ID             string    `json:"event_id"` // unique within the carrier
	Key            string    `json:"key"`      // the booking's key
	TrackingNumber string    `json:"tracking_number,omitempty"`
	Type           string    `json:"type"`
	OccurredAt     time.Time `json:"occurred_at"`
	Reason         string    `json:"reason,omitempty"`
	Proof          *Proof    `json:"proof,omitempty"` // with delivered
}

// Proof is the evidence of a delivery.
type Proof struct {
	Method     string `json:"method"` // code, signature, photo, identity
	Signer     string `json:"signer,omitempty"`
	Relation   string `json:"relation,omitempty"` // self, family, authorised, officer
	IDTail     string `json:"id_tail,omitempty"`  // last four of the identity number
	DocumentID string `json:"document_id,omitempty"`
}
