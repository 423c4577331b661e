package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// carryPapers brings the outward bundle one hand further: clerk to carrier to
// authority, or clerk to authority. Each hand-over is an offer and a take, and
// the holder changes at the take.
func (d *run) carryPapers(ctx workflow.Context) error {
	p := d.Papers.Out
	switch {
	case p.Offered.Kind == custody.Authority:
		return d.hand(ctx, dossier.WhoAuthority, dossier.WhatTake)
	case p.Holder.Kind == custody.Office && p.Offered.Kind != custody.Carrier:
		return d.hand(ctx, dossier.WhoClerk, dossier.WhatHandover)
	case p.Holder.Kind == custody.Office && !d.Out.Booked:
		return d.bookOut(ctx, p.Offered.ID)
	default:
		return d.hand(ctx, dossier.WhoCourier, dossier.WhatCarriage)
	}
}

// hand waits for the next move of the papers.
func (d *run) hand(ctx workflow.Context, who dossier.Who, what dossier.What) error {
	if d.Waiting.What != what {
		d.expect(who, what)
		if err := d.record(ctx, register.Transition{Kind: "papers_wait"}); err != nil {
			return err
		}
	}
	stage, papers, parcel := d.Stage, d.Papers, d.Out
	return d.await(ctx, func() bool { return d.Papers != papers || d.Out != parcel || d.Stage != stage })
}

// bookOut orders the carriage of the papers from the carrier they are offered to.
func (d *run) bookOut(ctx workflow.Context, carrier string) error {
	attempt := max(d.Out.Attempt, 1)
	var booked Booked
	end, err := d.perform(ctx, actBook, Effect{Code: d.Facts.Code, Key: d.key("courier/out", attempt), Leg: register.LegOut, Attempt: attempt, Carrier: carrier}, &booked)
	switch {
	case err != nil || end.interrupted:
		return err
	case end.refused:
		d.Out = register.Parcel{Attempt: attempt + 1}
		return d.park(ctx, "carriage_refused", end.cause, dossier.WhoClerk)
	case end.exhausted:
		return d.park(ctx, "courier_unreachable", end.cause, dossier.WhoManager)
	}
	d.Out = confirmed(d.Out, attempt, booked.Shipment)
	d.expect(dossier.WhoCourier, dossier.WhatCarriage)
	return d.record(ctx, register.Transition{Kind: "carriage_booked", Data: map[string]string{"carrier": carrier, "shipment": booked.Shipment}})
}

// confirmed is a parcel that its carrier has taken the order for. What has been
// heard of it in the meantime stays.
func confirmed(known register.Parcel, attempt int, shipment string) register.Parcel {
	if known.Attempt == attempt && known.Booked {
		return known
	}
	return register.Parcel{Attempt: attempt, Shipment: shipment, Booked: true, State: dossier.DeliveryBooked}
}

// papersTravel follows the outward parcel with the papers in it: the carrier's
// collection is its take, its delivery is its offer to the authority, and what
// comes back to the sender is the office's again.
func (d *run) papersTravel(ctx workflow.Context, r register.ParcelReport) error {
	p := d.Papers.Out
	carrier := custody.Holder{Kind: custody.Carrier, ID: d.outCarrier()}
	if p.Count > 0 && p.Holder.Kind == custody.Office && p.Offered.Kind == custody.Carrier && r.State != dossier.DeliveryCancelled {
		taken, err := p.Take(p.Offered)
		if err == nil {
			p, carrier = taken, taken.Holder
		}
	}
	kind, task := "papers_travel", ""
	switch r.State {
	case dossier.DeliveryDelivered:
		if offered, err := p.Offer(carrier, custody.Holder{Kind: custody.Authority, ID: d.Facts.Authority}); err == nil {
			p, kind = offered, "papers_brought"
		}
	case dossier.DeliveryReturned, dossier.DeliveryCancelled:
		p, kind = custody.Papers{Count: p.Count, Holder: custody.Holder{Kind: custody.Office, ID: d.Facts.Office}}, "papers_back"
		d.Out = register.Parcel{Attempt: r.Attempt + 1}
	case dossier.DeliveryLost:
		kind, task = "papers_lost", "papers_lost"
	}
	return d.record(ctx, register.Transition{Kind: kind, Task: task, Actor: "courier", Papers: &p,
		Data: map[string]string{"parcel": string(r.State), "holder": p.Holder.String()}})
}

// outCarrier is the carrier that has the papers or is offered them.
func (d *run) outCarrier() string {
	if d.Papers.Out.Holder.Kind == custody.Carrier {
		return d.Papers.Out.Holder.ID
	}
	return d.Papers.Out.Offered.ID
}
