package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// decision is the fourth stage: the authority has the dossier. Its reports and
// an officer's decisions move the status (reports.go); in between, what the
// citizen gave is handed on.
func (d *run) decision(ctx workflow.Context) error {
	switch {
	case d.Papers.Out.Count > 0:
		return d.carryPapers(ctx)
	case d.Given && d.Status == dossier.SupplementRequired:
		return d.handOnSupplement(ctx)
	case d.Given && d.Status == dossier.PaymentRequired:
		return d.handOnPayment(ctx)
	}
	if !d.awaitsAuthority() {
		d.expectByStatus()
		if err := d.record(ctx, register.Transition{Kind: "with_authority"}); err != nil {
			return err
		}
	}
	return d.await(ctx, func() bool {
		return d.Stage != dossier.StageDecision || d.Papers.Out.Count > 0 || d.Given
	})
}

// awaitsAuthority says whether the wait in force belongs to this stage.
func (d *run) awaitsAuthority() bool {
	switch d.Waiting.What {
	case dossier.WhatAcceptance, dossier.WhatDecision, dossier.WhatSupplement, dossier.WhatPayment:
		return true
	default:
		return false
	}
}

// handOnSupplement gives the portal what the citizen gave. Where no portal is
// connected, the officer finds the scans in the register.
func (d *run) handOnSupplement(ctx workflow.Context) error {
	round := d.Rounds + 1
	if d.Submitted {
		end, err := d.perform(ctx, actSupplement, Effect{Code: d.Facts.Code, Key: d.key("supplement", round), Attempt: round}, nil)
		if done, err := d.settled(ctx, end, err, "supplement"); !done {
			return err
		}
	}
	d.Rounds, d.Given, d.Asked = round, false, nil
	d.expectByStatus()
	return d.record(ctx, register.Transition{Kind: "supplement_handed_on", Data: map[string]string{"round": fmt.Sprint(round)}})
}

// handOnPayment tells the portal that the fee is paid. The sum owed so far makes
// the key: it grows with each fee asked for.
func (d *run) handOnPayment(ctx workflow.Context) error {
	if d.Submitted {
		end, err := d.perform(ctx, actPayment, Effect{Code: d.Facts.Code, Key: d.key("payment", int(d.Fees.Due)), Amount: d.Fees.Due}, nil)
		if done, err := d.settled(ctx, end, err, "payment"); !done {
			return err
		}
	}
	d.Given = false
	d.expectByStatus()
	return d.record(ctx, register.Transition{Kind: "payment_confirmed"})
}

// settled sorts an effect's endings: done, or parked with a task named after the act.
func (d *run) settled(ctx workflow.Context, end ending, err error, act string) (bool, error) {
	switch {
	case err != nil || end.interrupted:
		return false, err
	case end.refused:
		return false, d.park(ctx, act+"_refused", end.cause, dossier.WhoManager)
	case end.exhausted:
		return false, d.park(ctx, act+"_unreachable", end.cause, dossier.WhoManager)
	}
	return true, nil
}
