package workflows

import (
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// execute carries a command out, in the main coroutine.
func (d *run) execute(ctx workflow.Context, a *asked) error {
	if a.Step > d.Step {
		return d.lagging() // the command is sent again to the next run
	}
	switch r := d.judge(a.Command, workflow.Now(ctx)); {
	case r != nil:
		a.refuse(r)
		return nil
	case d.carriedOut(a.Operation):
		a.answer(d.Revision)
		return nil
	}
	if a.Kind == dossier.Withdraw {
		d.wish = a // answered when the portal has been told
		return nil
	}
	if err := d.carryOut(ctx, a.Command); err != nil {
		return err
	}
	d.notice(a.Operation)
	a.answer(d.Revision)
	return nil
}

// carriedOut says whether a command comes a second time. Temporal knows it by its
// id within a run; we know it beyond a continuation as new.
func (d *run) carriedOut(operation string) bool {
	return operation != "" && slices.Contains(d.Seen, operation)
}

func (d *run) carryOut(ctx workflow.Context, c Command) error {
	t := register.Transition{Kind: string(c.Kind), Operation: c.Operation, TextID: c.TextID, Actor: c.Role}
	switch c.Kind {
	case dossier.Supplement:
		d.supplement()
	case dossier.RecordFee:
		t.Data = map[string]string{"amount": strconv.FormatInt(c.Amount, 10)}
		if d.pay(c.Amount) && d.Status != dossier.PaymentRequired { // asked for, it is confirmed when it is handed on
			t.Clock = &register.ClockEvent{Kind: register.ClockFeePaid, At: workflow.Now(ctx)}
		}
	case dossier.Handover:
		if err := d.giveOn(ctx, c, &t); err != nil {
			return err
		}
	case dossier.Decide:
		if err := d.move(ctx, *c.Decision, t); err != nil {
			return err
		}
		return d.recallEarly(ctx)
	case dossier.Contact:
		d.corrected()
	case dossier.Pickup:
		return d.close(ctx, "collected", c.Operation)
	case dossier.Retry:
		d.retry(c, &t)
	case dossier.Extend, dossier.Deadline:
		d.moveDue(c, workflow.Now(ctx), &t)
	case dossier.Reroute:
		d.reroute(c, &t)
	case dossier.Approve:
		t.Clock = &register.ClockEvent{Kind: register.ClockApprove, At: workflow.Now(ctx)}
	case dossier.Override:
		d.vouch()
		if err := d.move(ctx, *c.Decision, t); err != nil {
			return err
		}
		return d.recallEarly(ctx)
	case dossier.Hold:
		d.hold(&t, taskHeld, "", dossier.WhoManager)
	case dossier.Resume:
		d.letGo()
	}
	return d.record(ctx, t)
}

// corrected sends a parcel anew that waited for a better address.
func (d *run) corrected() {
	if d.Parked == taskAddressRejected || d.Parked == taskDeliveryFailed {
		d.Parked = ""
		d.expect(dossier.WhoNobody, dossier.WhatWork)
	}
}

// supplement takes what the citizen gave: better scans or papers for the check,
// or what the authority asked for, to be handed on.
func (d *run) supplement() {
	d.given++
	d.More = d.Sent
	d.Asked, d.Parts = nil, nil
	if d.Stage == dossier.StageDigitization {
		d.expect(dossier.WhoNobody, dossier.WhatWork)
		return
	}
	d.Given = d.Status == dossier.SupplementRequired
	d.settles("supplement_refused", "supplement_unreachable")
	d.pass()
}

// reroute sets the dossier on the way that somebody has chosen. Where its paper is
// still to be given, the clerk is asked for it first.
func (d *run) reroute(c Command, t *register.Transition) {
	d.Route, d.Parked = c.Route, ""
	t.Data = map[string]string{"route": string(c.Route), "reasons": "overridden"}
	if len(c.Need) > 0 {
		d.Stage, d.Asked = dossier.StageDigitization, c.Need
		t.Data["reasons"], t.Data["components"] = "overridden paper_missing", strings.Join(c.Need, " ")
		d.expect(dossier.WhoClerk, dossier.WhatRescan)
		return
	}
	d.Stage, d.Asked = dossier.StageSubmission, nil
	d.expect(dossier.WhoNobody, dossier.WhatWork)
	d.pass()
}

// pay enters a payment, and says whether it settles what was owed. If the
// authority asked for it, that is to be handed on.
func (d *run) pay(amount int64) (settles bool) {
	owed := !d.Fees.Settled()
	d.Fees.Paid += amount
	settles = owed && d.Fees.Settled()
	if d.Status == dossier.PaymentRequired && settles {
		d.Given = true
	}
	d.pass()
	return settles
}

// vouch takes a manager's word that the authority has the dossier, however it
// came there: from here on it is the authority that is heard.
func (d *run) vouch() {
	if d.Stage == dossier.StageSubmission && d.Papers.Out.Count == 0 {
		d.Stage = dossier.StageDecision
	}
}

// letGo ends a hold. A parcel that travelled meanwhile is waited for as before, so
// that its end is dealt with like any other.
func (d *run) letGo() {
	d.Parked = ""
	d.expect(dossier.WhoNobody, dossier.WhatWork)
	if d.Stage == dossier.StageDelivery && d.Home.Booked {
		d.expect(dossier.WhoCourier, dossier.WhatDelivery)
	}
	d.pass()
}

// giveOn carries out one act of the papers' way.
func (d *run) giveOn(ctx workflow.Context, c Command, t *register.Transition) error {
	papers, err := d.handOver(c)
	if err != nil {
		return err
	}
	if papers.Trouble != "" {
		d.disagree(c, papers, t)
		return nil
	}
	t.Kind = "papers_" + c.Hand.Act
	t.Papers = &papers
	t.Data = map[string]string{"by": c.Hand.By.String(), "to": c.Hand.To.String()}
	d.Papers.Out = papers
	switch papers.Holder.Kind {
	case custody.Authority:
		d.Papers.Arrived, d.Papers.Out = d.Papers.Arrived+papers.Count, custody.Papers{}
		t.Clock = &register.ClockEvent{Kind: register.ClockHandedOver, At: workflow.Now(ctx)}
	case custody.Citizen:
		d.Papers.Out = custody.Papers{}
	}
	if d.Stage != dossier.StageDelivery {
		d.settles(taskCarriageRefused, taskCourierUnreachable, taskPapersLost)
	}
	d.broughtIn()
	d.pass()
	return nil
}

// disagree stops a take at which not all was as it should be: the papers stay
// with who offered them, and somebody must look. What the dossier is parked for
// already stays so; the papers are stopped all the same.
func (d *run) disagree(c Command, papers custody.Papers, t *register.Transition) {
	t.Kind = "papers_discrepancy"
	t.Data = map[string]string{"trouble": papers.Trouble, "by": c.Hand.By.String(), "holder": papers.Holder.String()}
	t.Papers, t.Missing = &papers, papers.Found.Missing
	d.Papers.Out = papers
	if d.Parked == "" {
		d.hold(t, taskDiscrepancy, papers.Trouble, dossier.WhoManager)
	}
}

// retry lets what is parked go on. Lost papers are the office's again, found or
// replaced; of two ends that a parcel was said to have had, the better one counts.
func (d *run) retry(c Command, t *register.Transition) {
	switch {
	case d.Parked == taskDiscrepancy:
		if p, err := d.Papers.Out.Clear(c.Lost); err == nil {
			if c.Lost {
				t.Missing, t.Lost = d.Papers.Out.Found.Missing, true
				d.Papers.Lost += len(t.Missing)
			}
			d.Papers.Out, t.Papers = p, &p
		}
	case d.Parked == taskPapersLost && d.Papers.Lost > 0:
		d.Papers.AtOffice, d.Papers.Lost, t.Found = d.Papers.AtOffice+d.Papers.Lost, 0, true
	case d.Parked == taskPapersLost, d.Parked == taskContradicted && d.Home.Attempt == 0 && d.Out.State == dossier.DeliveryLost:
		t.Papers = d.found()
	case d.Parked == taskContradicted && d.Home.Attempt == 0 && d.Papers.Out.Count > 0 && d.Papers.Out.Bag == "":
		p, _ := travelled(d.Papers.Out, d.outCarrier(), d.Facts, d.Out.State)
		d.Papers.Out, t.Papers = p, &p
	}
	d.Parked = ""
	d.expect(dossier.WhoNobody, dossier.WhatWork)
}
