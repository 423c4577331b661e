package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// delivery is the fifth stage: the result, and whatever papers the authority
// holds, come to the citizen. After a refusal, a stop or a withdrawal only the
// papers come home, and the status stays. Papers that the office still has wait
// there for the citizen.
func (d *run) delivery(ctx workflow.Context) error {
	switch {
	case d.Papers.Lost > 0:
		return d.park(ctx, taskPapersLost, "", dossier.WhoManager)
	case d.papersUnderWay():
		return d.haltPapers(ctx)
	case d.Home.State == dossier.DeliveryDelivered:
		return d.arrived(ctx)
	case d.Home.Attempt == 0 && !d.Result.Paper && d.Papers.Arrived == 0:
		return d.nothingToBring(ctx)
	default:
		return d.bring(ctx)
	}
}

// haltPapers deals with papers that were still on their way to the authority when
// the dossier ended: those at the office stay there; those with a carrier are let
// arrive, and come back from there.
func (d *run) haltPapers(ctx workflow.Context) error {
	p := d.Papers.Out
	switch {
	case p.Bag != "": // a bag goes on to the authority, or its office opens it
		return d.takeTurns(ctx)
	case p.Trouble != "":
		return d.park(ctx, taskDiscrepancy, p.Trouble, dossier.WhoManager)
	case p.Holder.Kind == custody.Carrier && p.Offered.None() && d.Out.State == dossier.DeliveryLost:
		return d.park(ctx, taskPapersLost, string(d.Out.State), dossier.WhoManager)
	case p.Holder.Kind == custody.Carrier && p.Offered.None() && d.Out.Contradicted: // no report will move them any more
		return d.park(ctx, taskContradicted, string(d.Out.State), dossier.WhoManager)
	case p.Holder.Kind != custody.Office:
		return d.takeTurns(ctx)
	case ordered(d.Out):
		return d.callOff(ctx)
	}
	p.Offered = custody.Holder{}
	d.Papers.Out = p
	return d.record(ctx, register.Transition{Kind: "offer_withdrawn", Papers: &p})
}

// bring sends the parcel home: to the citizen, or to the counter where the
// citizen wants to collect it.
func (d *run) bring(ctx workflow.Context) error {
	if d.homeToBeBooked() {
		if done, err := d.bookHome(ctx); !done || d.Parked != "" {
			return err
		}
	}
	if d.Waiting.What != dossier.WhatDelivery {
		d.expect(dossier.WhoCourier, dossier.WhatDelivery)
		if err := d.record(ctx, register.Transition{Kind: "delivery_wait"}); err != nil {
			return err
		}
	}
	if err := d.await(ctx, func() bool { return d.Home.State.ParcelEnd() || d.Parked != "" }); err != nil {
		return err
	}
	if d.Home.State == dossier.DeliveryDelivered || d.Parked != "" {
		return nil
	}
	// It ended elsewhere than in the citizen's hand. A retry sends it anew, under a
	// new key; the citizen may also come to the counter.
	return d.park(ctx, taskDeliveryFailed, string(d.Home.State), dossier.WhoClerk)
}

// homeToBeBooked says that there is no parcel on its way home: none has been
// ordered, or the last one ended and that has been dealt with.
func (d *run) homeToBeBooked() bool {
	return !d.Home.Booked || d.Home.State.ParcelEnd() && d.Waiting.What != dossier.WhatDelivery
}

// bookHome orders the parcel, once per business attempt.
func (d *run) bookHome(ctx workflow.Context) (bool, error) {
	attempt := nextAttempt(d.Home)
	order := Effect{Code: d.Facts.Code, Key: d.key("courier/home", attempt), Leg: register.LegHome, Attempt: attempt, Carrier: d.Facts.Carrier}
	end, err := d.performStep(ctx, actBook, order, func(d *run, booked Performed) register.Transition {
		d.Home = confirmed(d.Home, attempt, booked.Shipment)
		d.expect(dossier.WhoCourier, dossier.WhatDelivery)
		return register.Transition{Kind: "delivery_booked", HomeOffer: custody.Holder{Kind: custody.Carrier, ID: d.Facts.Carrier},
			Data: map[string]string{"shipment": booked.Shipment, "carrier": d.Facts.Carrier}}
	})
	switch {
	case err != nil || end.interrupted:
		return false, err
	case end.refused:
		d.Home = register.Parcel{Attempt: attempt + 1}
		return false, d.park(ctx, taskAddressRejected, end.cause, dossier.WhoClerk)
	case end.exhausted:
		return false, d.park(ctx, taskCourierUnreachable, end.cause, dossier.WhoManager)
	}
	return true, nil
}

// arrived ends a delivery: in the citizen's hand, or at the counter until the
// citizen collects it.
func (d *run) arrived(ctx workflow.Context) error {
	switch {
	case d.Facts.Method != dossier.ByCourier:
		return d.atCounter(ctx, "at_counter")
	case d.papersAtOffice():
		return d.atCounter(ctx, "papers_at_counter")
	default:
		return d.close(ctx, "delivered", "")
	}
}

func (d *run) nothingToBring(ctx workflow.Context) error {
	if d.papersAtOffice() {
		return d.atCounter(ctx, "papers_at_counter")
	}
	return d.close(ctx, "result_electronic", "")
}

// papersAtOffice says whether the office has papers, whatever others are on
// their way.
func (d *run) papersAtOffice() bool { return d.Papers.AtOffice > 0 }

// atCounter keeps papers at the office until the citizen comes.
func (d *run) atCounter(ctx workflow.Context, kind string) error {
	if d.Waiting.What != dossier.WhatPickup {
		d.expect(dossier.WhoCitizen, dossier.WhatPickup)
		d.counter = true
		if err := d.record(ctx, register.Transition{Kind: kind, Delivery: dossier.DeliveryAtCounter}); err != nil {
			return err
		}
	}
	return d.await(ctx, func() bool { return d.Stage == dossier.StageClosed || d.Parked != "" })
}

// turnHome leaves the stages before delivery after a refusal, a stop or a
// withdrawal.
func (d *run) turnHome(ctx workflow.Context) error {
	d.Parked = ""
	if d.Papers.Out.Count == 0 && d.Papers.Arrived == 0 {
		return d.close(ctx, "closed", "")
	}
	d.Stage = dossier.StageDelivery
	d.expect(dossier.WhoNobody, dossier.WhatWork)
	return d.record(ctx, register.Transition{Kind: "papers_go_home"})
}

// close ends the dossier's way. A resolved one is returned now.
func (d *run) close(ctx workflow.Context, kind string, operation string) error {
	t := register.Transition{Kind: kind, Operation: operation}
	if operation != "" { // in the citizen's hand; what a parcel brought is there already
		t.Delivery, t.HomePapers = dossier.DeliveryCollected, custody.Citizen
	}
	if d.Status == dossier.Resolved {
		d.Status = dossier.Returned
	}
	d.Stage, d.Parked = dossier.StageClosed, ""
	d.expect(dossier.WhoNobody, dossier.WhatNothing)
	return d.record(ctx, t)
}
