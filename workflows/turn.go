package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// turn says whose turn it is and for what, where nothing is parked. Nobody's
// means that the next step is our own. What the authority wants from the citizen
// goes before the papers' way, for it is the citizen who must be told.
func (d *run) turn() (dossier.Who, dossier.What) {
	switch {
	case d.Stage == dossier.StageIntake, d.Stage == dossier.StageDigitization, d.Stage == dossier.StageClosed:
		return d.Waiting.Who, d.Waiting.What
	case d.Stage == dossier.StageDelivery:
		return d.turnAtDelivery()
	case d.Stage == dossier.StageSubmission && (d.Route.Online() && !d.Submitted || d.Papers.Out.Count == 0),
		d.Status.Decided(), d.Status == dossier.Withdrawn, d.Given && d.Status == dossier.PaymentRequired:
		return dossier.WhoNobody, dossier.WhatWork
	case d.Status == dossier.SupplementRequired && len(d.Asked) > 0:
		return dossier.WhoClerk, dossier.WhatSupplement
	case d.Status == dossier.PaymentRequired && !d.Fees.Settled():
		return dossier.WhoCitizen, dossier.WhatPayment
	case d.Papers.Out.Count > 0:
		return d.turnOfPapers()
	case d.Given:
		return dossier.WhoNobody, dossier.WhatWork
	case d.Status == dossier.Registered:
		return d.authority(), dossier.WhatAcceptance
	default:
		return d.authority(), dossier.WhatDecision
	}
}

// authority is whom we hear the authority's word from: the portal, where the
// dossier was filed there.
func (d *run) authority() dossier.Who {
	if d.Submitted {
		return dossier.WhoPortal
	}
	return dossier.WhoAuthority
}

func (d *run) turnAtDelivery() (dossier.Who, dossier.What) {
	switch {
	case d.papersUnderWay() && (d.Papers.Out.Holder.Kind != custody.Office || d.Papers.Out.Bag != ""):
		return d.turnOfPapers()
	case d.Waiting.What == dossier.WhatDelivery, d.Waiting.What == dossier.WhatPickup:
		return d.Waiting.Who, d.Waiting.What
	default:
		return dossier.WhoNobody, dossier.WhatWork
	}
}

// turnOfPapers says who brings the outward papers further. Each hand-over is an
// offer and a take.
func (d *run) turnOfPapers() (dossier.Who, dossier.What) {
	p := d.Papers.Out
	switch {
	case d.bookedInVain(), d.toBeBooked():
		return dossier.WhoNobody, dossier.WhatWork
	case p.Offered.Kind == custody.Authority:
		return dossier.WhoAuthority, dossier.WhatTake
	case p.Offered.Kind == custody.Office:
		return dossier.WhoClerk, dossier.WhatTake
	case p.Holder.Kind == custody.Office && p.Offered.Kind != custody.Carrier:
		return dossier.WhoClerk, dossier.WhatHandover
	default:
		return dossier.WhoCourier, dossier.WhatCarriage
	}
}

// expect sets whose turn it is; the limit follows from the policy when the step
// is recorded. What is parked stays with whom it is parked.
func (d *run) expect(who dossier.Who, what dossier.What) {
	if d.Parked != "" && what != dossier.WhatRetry {
		return
	}
	d.Waiting = register.Waiting{Who: who, What: what}
}

// pass gives the turn to whose it is now, and says whether that is news. A wait
// that goes on keeps its limit.
func (d *run) pass() bool {
	who, what := d.turn()
	if d.Parked != "" || who == d.Waiting.Who && what == d.Waiting.What {
		return false
	}
	d.expect(who, what)
	return true
}

// takeTurns waits until the next step is ours.
func (d *run) takeTurns(ctx workflow.Context) error {
	if d.pass() {
		kind := "papers_wait"
		if d.Waiting.What == dossier.WhatAcceptance || d.Waiting.What == dossier.WhatDecision {
			kind = "with_authority"
		}
		if err := d.record(ctx, register.Transition{Kind: kind}); err != nil {
			return err
		}
	}
	stage := d.Stage
	return d.await(ctx, func() bool {
		who, what := d.turn()
		return d.Stage != stage || d.Parked != "" || what == dossier.WhatWork || who != d.Waiting.Who || what != d.Waiting.What
	})
}
