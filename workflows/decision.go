package workflows

import (
	"strconv"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// decision is the fourth stage: the authority has the dossier. Its reports and
// an officer's decisions move the status (reports.go); in between, what the
// citizen gave is handed on: a payment at once, a supplement after its papers.
func (d *run) decision(ctx workflow.Context) error {
	switch {
	case d.Given && d.Status == dossier.PaymentRequired:
		return d.handOnPayment(ctx)
	case d.Given && d.Papers.Out.Count == 0:
		return d.handOnSupplement(ctx)
	default:
		return d.carryPapers(ctx)
	}
}

// handOnSupplement gives the portal what the citizen gave. Where no portal is
// connected, the officer finds the scans in the register.
func (d *run) handOnSupplement(ctx workflow.Context) error {
	round, given := d.Rounds+1, d.given
	if d.Submitted {
		d.Sent = true
		end, err := d.perform(ctx, actSupplement, Effect{Code: d.Facts.Code, Key: d.keyOn("supplement", round), Attempt: round, Refused: d.Refused}, nil)
		if end.refused { // the next attempt carries all that was given
			d.Sent, d.More = false, false
		}
		if done, err := d.handedOn(ctx, end, err, "supplement"); !done {
			return err
		}
	}
	d.Rounds, d.Refused = round, 0
	if d.given == given && !d.moreSince(ctx) { // what came meanwhile is for another round
		d.Given = false
	}
	d.Sent, d.More = false, false
	d.pass()
	return d.record(ctx, register.Transition{Kind: "supplement_handed_on", Data: map[string]string{"round": strconv.Itoa(round)}})
}

// moreSince says whether a supplement was given after an earlier try of the one
// that was taken now. Histories from before this was asked go on as they went.
func (d *run) moreSince(ctx workflow.Context) bool {
	return d.More && workflow.GetVersion(ctx, "supplement-between-tries", workflow.DefaultVersion, 1) != workflow.DefaultVersion
}

// handOnPayment tells the portal that the fee it asked for is paid. The sum owed
// so far makes the key: it grows with each fee asked for.
func (d *run) handOnPayment(ctx workflow.Context) error {
	due := d.Fees.Due
	if d.Submitted {
		end, err := d.perform(ctx, actPayment, Effect{Code: d.Facts.Code, Key: d.keyOn("payment", int(due)), Amount: d.Fee}, nil)
		if done, err := d.handedOn(ctx, end, err, "payment"); !done {
			return err
		}
	}
	d.Refused = 0
	if d.Fees.Due == due { // no other fee was asked for meanwhile
		d.Given = false
	}
	d.pass()
	return d.record(ctx, register.Transition{Kind: "payment_confirmed", Clock: &register.ClockEvent{Kind: register.ClockFeePaid, At: workflow.Now(ctx)}})
}

// handedOn sorts the endings of handing something on: done, or parked with a
// task named after the act. A refusal of what the authority no longer asks for
// is no matter.
func (d *run) handedOn(ctx workflow.Context, end ending, err error, act string) (bool, error) {
	switch {
	case err != nil || end.interrupted:
		return false, err
	case end.refused:
		d.Refused++
		if !d.Given {
			return false, nil
		}
		return false, d.park(ctx, act+"_refused", end.cause, dossier.WhoManager)
	case end.exhausted:
		return false, d.park(ctx, act+"_unreachable", end.cause, dossier.WhoManager)
	}
	return true, nil
}
