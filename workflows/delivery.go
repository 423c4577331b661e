package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// delivery is the fifth stage: the result, and whatever papers the authority
// holds, come to the citizen. After a refusal, a stop or a withdrawal only the
// papers come home, and the status stays.
func (d *run) delivery(ctx workflow.Context) error {
	switch {
	case d.Home.State == dossier.DeliveryDelivered:
		return d.arrived(ctx)
	case d.Papers.Out.Count > 0:
		return d.fetchOutwardPapers(ctx)
	case !d.Result.Paper && d.Papers.Arrived == 0:
		return d.close(ctx, "result_electronic", "")
	default:
		return d.bring(ctx)
	}
}

// bring sends the parcel home: to the citizen, or to the counter where the
// citizen wants to collect it.
func (d *run) bring(ctx workflow.Context) error {
	if !d.Home.Booked {
		if done, err := d.bookHome(ctx); !done {
			return err
		}
	}
	if d.Waiting.What != dossier.WhatDelivery {
		d.expect(dossier.WhoCourier, dossier.WhatDelivery)
		if err := d.record(ctx, register.Transition{Kind: "delivery_wait"}); err != nil {
			return err
		}
	}
	if err := d.await(ctx, func() bool { return d.Home.State.ParcelEnd() }); err != nil {
		return err
	}
	if d.Home.State == dossier.DeliveryDelivered {
		return nil
	}
	return d.undelivered(ctx)
}

// bookHome orders the parcel, once per business attempt.
func (d *run) bookHome(ctx workflow.Context) (bool, error) {
	attempt := max(d.Home.Attempt, 1)
	var booked Booked
	end, err := d.perform(ctx, actBook, Effect{Code: d.Facts.Code, Key: d.key("courier/home", attempt), Leg: register.LegHome, Attempt: attempt, Carrier: d.Facts.Carrier}, &booked)
	switch {
	case err != nil || end.interrupted:
		return false, err
	case end.refused:
		d.Home = register.Parcel{Attempt: attempt + 1}
		return false, d.park(ctx, "address_rejected", end.cause, dossier.WhoClerk)
	case end.exhausted:
		return false, d.park(ctx, "courier_unreachable", end.cause, dossier.WhoManager)
	}
	d.Home = confirmed(d.Home, attempt, booked.Shipment)
	d.expect(dossier.WhoCourier, dossier.WhatDelivery)
	return true, d.record(ctx, register.Transition{Kind: "delivery_booked", Data: map[string]string{"shipment": booked.Shipment, "carrier": d.Facts.Carrier}})
}

// taskDeliveryFailed is the task of a parcel that did not reach the citizen.
const taskDeliveryFailed = "delivery_failed"

// undelivered parks a parcel that ended elsewhere than in the citizen's hand. A
// retry sends it anew, under a new key; the citizen may also come to the counter.
func (d *run) undelivered(ctx workflow.Context) error {
	failed := d.Home
	d.Home = register.Parcel{Attempt: failed.Attempt + 1}
	return d.park(ctx, taskDeliveryFailed, string(failed.State), dossier.WhoClerk)
}

// arrived ends a delivery: in the citizen's hand, or at the counter until the
// citizen collects it.
func (d *run) arrived(ctx workflow.Context) error {
	if d.Facts.Method == dossier.ByCourier {
		return d.close(ctx, "delivered", "")
	}
	return d.atCounter(ctx, "at_counter")
}

// atCounter keeps papers at the office until the citizen comes.
func (d *run) atCounter(ctx workflow.Context, kind string) error {
	if d.Waiting.What != dossier.WhatPickup {
		d.expect(dossier.WhoCitizen, dossier.WhatPickup)
		d.counter = true
		if err := d.record(ctx, register.Transition{Kind: kind, Delivery: dossier.DeliveryAtCounter}); err != nil {
			return err
		}
	}
	return d.await(ctx, func() bool { return d.Stage == dossier.StageClosed })
}

// fetchOutwardPapers deals with papers that were still on their way to the
// authority when the dossier ended: those at the office wait there for the
// citizen; those with a carrier are let arrive, and come back from there.
func (d *run) fetchOutwardPapers(ctx workflow.Context) error {
	p := d.Papers.Out
	if p.Holder.Kind != custody.Office {
		return d.carryPapers(ctx)
	}
	if d.Out.Booked {
		end, err := d.perform(ctx, actCancel, Effect{Code: d.Facts.Code, Key: d.key("courier/out", d.Out.Attempt), Carrier: d.outCarrier(), Shipment: d.Out.Shipment}, nil)
		switch {
		case err != nil:
			return err
		case end.refused: // collected in the meantime: its report is on the way
			return d.hand(ctx, dossier.WhoCourier, dossier.WhatCarriage)
		case end.exhausted:
			return d.park(ctx, "courier_unreachable", end.cause, dossier.WhoManager)
		}
		d.Out = register.Parcel{Attempt: d.Out.Attempt + 1}
	}
	if !p.Offered.None() {
		p.Offered = custody.Holder{}
		if err := d.record(ctx, register.Transition{Kind: "offer_withdrawn", Papers: &p}); err != nil {
			return err
		}
	}
	return d.atCounter(ctx, "papers_at_counter")
}

// turnHome leaves the stages before delivery after a refusal, a stop or a
// withdrawal.
func (d *run) turnHome(ctx workflow.Context) error {
	if d.Papers.Out.Count == 0 && d.Papers.Arrived == 0 {
		return d.close(ctx, "closed", "")
	}
	d.Stage = dossier.StageDelivery
	d.expect(dossier.WhoNobody, dossier.WhatWork)
	return d.record(ctx, register.Transition{Kind: "papers_go_home"})
}

// close ends the dossier's way. A resolved one is returned now.
func (d *run) close(ctx workflow.Context, kind string, operation string) error {
	t := register.Transition{Kind: kind, Operation: operation, HomePapers: custody.Citizen}
	if operation != "" {
		t.Delivery = dossier.DeliveryCollected
	}
	if d.Status == dossier.Resolved {
		d.Status = dossier.Returned
	}
	d.Stage, d.Parked = dossier.StageClosed, ""
	d.expect(dossier.WhoNobody, dossier.WhatNothing)
	return d.record(ctx, t)
}
