package sim

import (
	"fmt"
	"time"

	"hoso/internal/courier"
	"hoso/internal/simulator"
)

// The carriers played, and how they number parcels.
var carriers = map[string]string{
	"vnpost":      "CH%09dVN",
	"viettelpost": "VTP%010d",
}

// The acts, as rules and ledger call them.
const (
	actBook   = "book"
	actCancel = "cancel"
	actLookup = "lookup"
	actEvents = "events"
)

// order is what a booking leaves in the ledger: nothing about a person.
type order struct {
	Leg    string                 `json:"leg"`
	Office string                 `json:"office"`
	From   string                 `json:"from"` // kinds of the parties
	To     string                 `json:"to"`
	Plan   simulator.Plan[Script] `json:"plan"`
}

// parcel is one parcel on its way.
type parcel struct {
	order
	carrier   string
	key, code string
	tracking  string
	bookedAt  time.Time
	way       []string // all that will happen to it
	events    []courier.Event
	thread    simulator.Thread
	released  int  // the number of the event last let go
	cancelled bool // by the customer, told or not
}

func newParcel(e simulator.Entry, o order) *parcel {
	return &parcel{
		order: o, carrier: e.Party, key: e.Key, code: e.Code, tracking: e.Ref, bookedAt: e.At, way: o.Plan.Script.way(),
		thread: simulator.Thread{Telling: o.Plan.Callbacks, Delay: o.Plan.Script.StepDelay, Last: e.At},
	}
}

func (p *parcel) confirmation() courier.Confirmation {
	return courier.Confirmation{Key: p.key, TrackingNumber: p.tracking, BookedAt: p.bookedAt}
}

// last is the type of the last event; "" before the first.
func (p *parcel) last() string {
	if len(p.events) == 0 {
		return ""
	}
	return p.events[len(p.events)-1].Type
}

// next is what happens next to the parcel; false when nothing does by itself.
func (p *parcel) next() (string, bool) {
	if p.cancelled {
		return cancelled, p.last() != cancelled
	}
	if len(p.events) == len(p.way) {
		return "", false
	}
	return p.way[len(p.events)], !p.held()
}

// held says whether the next event waits for a release.
func (p *parcel) held() bool {
	n := len(p.events)
	return !p.cancelled && n < len(p.way) && p.released != n+1 && p.Plan.Script.holds(p.way[n], p.last())
}

// collected says whether the carrier has the parcel, so that it is too late to
// take the booking back.
func (p *parcel) collected() bool { return !p.cancelled && p.last() != "" && p.last() != booked }

// event writes down what happens. Ids count a parcel's events, so that a
// carrier restarted before it could note one says the same again.
func (p *parcel) event(kind string, now time.Time) courier.Event {
	e := courier.Event{
		ID: fmt.Sprintf("%s-%d", p.tracking, len(p.events)+1), Key: p.key, TrackingNumber: p.tracking,
		Type: kind, OccurredAt: p.thread.Moment(now),
	}
	switch kind {
	case failed:
		if e.Reason = p.Plan.Script.Reason; e.Reason == "" {
			e.Reason = "recipient_absent"
		}
	case returning, returned:
		e.Reason = "not_collected"
	case delivered:
		e.Proof = p.proof()
	}
	return e
}

// proof names kinds and nobody: the simulator knows who the recipient is, and
// forgets it at once. 0000 is no person's tail.
func (p *parcel) proof() *courier.Proof {
	switch {
	case p.Plan.Script.Proof != nil:
		return p.Plan.Script.Proof
	case p.To == "authority":
		return &courier.Proof{Method: "signature", Signer: "authority", Relation: "officer"}
	case p.To == "office":
		return &courier.Proof{Method: "signature", Signer: "office", Relation: "authorised"}
	default:
		return &courier.Proof{Method: "code", Signer: "citizen", Relation: "self", IDTail: "0000"}
	}
}

// eventEntry is an event's line in the ledger; its data is the callback's body.
func (p *parcel) eventEntry(e courier.Event) simulator.Entry {
	return simulator.Entry{
		At: e.OccurredAt, Kind: simulator.KindEvent, Party: p.carrier, Code: p.code, Ref: p.tracking, EventID: e.ID, Data: simulator.Pack(e),
	}
}
