package workflows

import (
	"cmp"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// carryPapers brings the outward bundle one hand further: clerk to carrier to
// authority, or clerk to authority. Each hand-over is an offer and a take, and
// the holder changes at the take.
func (d *run) carryPapers(ctx workflow.Context) error {
	switch {
	case d.Papers.Lost > 0: // found or replaced, they go by themselves
		return d.park(ctx, taskPapersLost, "", dossier.WhoManager)
	case d.Papers.Out.Trouble != "": // whatever else has happened, nobody has looked yet
		return d.park(ctx, taskDiscrepancy, d.Papers.Out.Trouble, dossier.WhoManager)
	case d.bookedInVain():
		return d.callOff(ctx)
	case d.toBeBooked():
		return d.bookOut(ctx)
	default:
		return d.takeTurns(ctx)
	}
}

// ordered says that a parcel is ordered and not over; whether the carrier has
// confirmed it is another question.
func ordered(p register.Parcel) bool { return p.Carrier != "" && !p.State.ParcelEnd() }

// nextAttempt is the business attempt of the next order: the same until the
// parcel's way has ended.
func nextAttempt(p register.Parcel) int {
	if p.State.ParcelEnd() {
		return p.Attempt + 1
	}
	return max(p.Attempt, 1)
}

// toBeBooked says that the papers are offered to a carrier who has yet to be
// ordered.
func (d *run) toBeBooked() bool {
	p := d.Papers.Out
	return p.Count > 0 && p.Bag == "" && p.Holder.Kind == custody.Office && p.Offered.Kind == custody.Carrier && (!d.Out.Booked || d.Out.State.ParcelEnd())
}

// bookedInVain says that a carrier is ordered for papers that the clerk has
// offered to somebody else since.
func (d *run) bookedInVain() bool {
	p := d.Papers.Out
	return p.Count > 0 && p.Bag == "" && p.Holder.Kind == custody.Office && ordered(d.Out) && p.Offered != d.outCarrier()
}

// papersUnderWay says that papers are still on their way to the authority. Those
// that a carrier has after a parcel home was ordered are on their way home.
func (d *run) papersUnderWay() bool {
	p := d.Papers.Out
	switch {
	case p.Count == 0:
		return false
	case p.Bag != "":
		return true
	case p.Holder.Kind == custody.Office:
		return !p.Offered.None() || ordered(d.Out)
	default:
		return d.Home.Attempt == 0
	}
}

// outCarrier is the carrier of the outward parcel.
func (d *run) outCarrier() custody.Holder {
	return custody.Holder{Kind: custody.Carrier, ID: d.Out.Carrier}
}

// bookOut orders the carriage of the papers from the carrier they are offered to.
func (d *run) bookOut(ctx workflow.Context) error {
	carrier, attempt := d.Papers.Out.Offered.ID, nextAttempt(d.Out)
	if !ordered(d.Out) {
		d.Out = register.Parcel{Attempt: attempt, Carrier: carrier}
	}
	order := Effect{Code: d.Facts.Code, Key: d.key("courier/out", attempt), Leg: register.LegOut, Attempt: attempt, Carrier: carrier}
	end, err := d.performStep(ctx, actBook, order, func(d *run, booked Performed) register.Transition {
		d.Out = confirmed(d.Out, attempt, booked.Shipment)
		d.pass()
		return register.Transition{Kind: "carriage_booked", Data: map[string]string{"carrier": carrier, "shipment": booked.Shipment}}
	})
	switch {
	case err != nil || end.done() || end.interrupted:
		return err
	case end.refused:
		d.Out = register.Parcel{Attempt: attempt + 1}
		return d.park(ctx, taskCarriageRefused, end.cause, dossier.WhoClerk)
	case end.exhausted:
		return d.park(ctx, taskCourierUnreachable, end.cause, dossier.WhoManager)
	}
	return nil
}

// confirmed is a parcel that its carrier has taken the order for. What has been
// heard of it in the meantime stays.
func confirmed(known register.Parcel, attempt int, shipment string) register.Parcel {
	switch {
	case known.Attempt > attempt:
		return known
	case known.Attempt == attempt && known.Booked:
		known.Shipment = shipment
		return known
	}
	return register.Parcel{Attempt: attempt, Carrier: known.Carrier, Shipment: shipment, Booked: true, State: dossier.DeliveryBooked}
}

// callOff takes the carrier's order for the papers back. If the carrier says that
// it has collected them, that was its take.
func (d *run) callOff(ctx workflow.Context) error {
	out := d.Out
	end, err := d.perform(ctx, actCancel, Effect{Code: d.Facts.Code, Key: d.key("courier/out", out.Attempt), Carrier: out.Carrier, Shipment: out.Shipment}, nil)
	switch {
	case err != nil || end.interrupted || d.Out.Attempt != out.Attempt:
		return err
	case end.refused && end.cause == "already_collected":
		p := custody.Papers{Count: d.Papers.Out.Count, Holder: d.outCarrier()}
		d.Papers.Out = p
		d.pass()
		return d.record(ctx, register.Transition{Kind: "papers_travel", Actor: "courier", Papers: &p, Data: map[string]string{"holder": p.Holder.String()}})
	case end.refused || end.exhausted:
		return d.park(ctx, taskCourierUnreachable, end.cause, dossier.WhoManager)
	}
	d.Out = register.Parcel{Attempt: out.Attempt + 1}
	return nil
}

// papersTravel follows the outward parcel with the papers in it.
func (d *run) papersTravel(ctx workflow.Context) error {
	if d.Papers.Out.Count == 0 || d.Papers.Out.Bag != "" {
		return nil
	}
	p, kind := travelled(d.Papers.Out, d.outCarrier(), d.Facts, d.Out.State)
	d.Papers.Out = p
	t := register.Transition{Kind: kind, Actor: "courier", Papers: &p, Data: map[string]string{"parcel": string(d.Out.State), "holder": p.Holder.String()}}
	if kind == taskPapersLost {
		d.hold(&t, taskPapersLost, "", dossier.WhoManager)
	}
	d.pass()
	return d.record(ctx, t)
}

// travelled says where papers are once their parcel has come to a state: the
// carrier's collection is its take, its delivery is its offer to the authority,
// and what comes back to the sender is the office's again.
func travelled(p custody.Papers, carrier custody.Holder, f register.Facts, state dossier.DeliveryState) (custody.Papers, string) {
	if p.Holder.Kind == custody.Office && p.Offered == carrier && collected(state) {
		p = custody.Papers{Count: p.Count, Holder: carrier}
	}
	switch state {
	case dossier.DeliveryDelivered:
		if offered, err := p.Offer(carrier, custody.Holder{Kind: custody.Authority, ID: f.Authority}); err == nil {
			return offered, "papers_brought"
		}
	case dossier.DeliveryReturned, dossier.DeliveryCancelled:
		if p.Holder == carrier || p.Offered == carrier {
			return custody.Papers{Count: p.Count, Holder: custody.Holder{Kind: custody.Office, ID: f.Office}}, "papers_back"
		}
	case dossier.DeliveryLost:
		if p.Holder == carrier {
			return p, taskPapersLost
		}
	}
	return p, "papers_travel"
}

// collected says that a parcel in this state has left the sender.
func collected(state dossier.DeliveryState) bool {
	switch state {
	case "", dossier.DeliveryNone, dossier.DeliveryBooked, dossier.DeliveryCancelled:
		return false
	default:
		return true
	}
}

// found ends the search for lost papers: the office has them, or others in their
// place.
func (d *run) found() *custody.Papers {
	p := d.Papers.Out
	if p.Count == 0 || p.Holder.Kind != custody.Carrier || p.Bag != "" {
		return nil
	}
	d.Papers.Out = custody.Papers{Count: p.Count, Holder: custody.Holder{Kind: custody.Office, ID: d.Facts.Office}}
	p = d.Papers.Out
	return &p
}

// carrierOf is the carrier of a reported outward parcel that we have not ordered
// in this run: who is offered the papers, or has them.
func (d *run) carrierOf(known register.Parcel, attempt int) string {
	if known.Attempt == attempt && known.Carrier != "" {
		return known.Carrier
	}
	p := d.Papers.Out
	if p.Holder.Kind == custody.Carrier {
		return p.Holder.ID
	}
	if p.Offered.Kind == custody.Carrier {
		return p.Offered.ID
	}
	return cmp.Or(known.Carrier, d.Facts.Carrier)
}

// moved says whether papers are, or are offered, elsewhere than before.
func moved(now, before custody.Papers) bool {
	return now.Holder != before.Holder || now.Offered != before.Offered
}
