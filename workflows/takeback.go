package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// takeBack carries a withdrawal out. Where the portal has the dossier, or may
// have it, the portal is told first; if it has decided already, its decision
// stands and the withdrawal is refused.
func (d *run) takeBack(ctx workflow.Context) error {
	a := d.wish
	if d.SubmitAttempt > 0 && d.Route.Online() {
		end, err := d.performThrough(ctx, actWithdraw, Effect{Code: d.Facts.Code, Key: d.key("withdraw", 1), Attempt: d.SubmitAttempt,
			Of: d.key("submit", d.SubmitAttempt), TextID: a.TextID}, nil)
		switch {
		case err != nil:
			return err
		case end.refused:
			d.wish = nil
			a.refuse(d.refusal("already_decided"))
			return nil
		case end.exhausted:
			d.wish = nil
			a.refuse(d.refusal("portal_unreachable"))
			return d.park(ctx, taskPortalUnreachable, end.cause, dossier.WhoManager)
		}
	}
	if d.Status == dossier.Withdrawn { // the portal's report of it came before its answer
		return d.takenBack(ctx, a)
	}
	if err := dossier.CanMove(d.Status, dossier.Withdrawn, dossier.ByCitizen); err != nil {
		d.wish = nil // a decision overtook it
		a.refuse(d.refusal("already_decided"))
		return nil
	}
	return d.takenBack(ctx, a)
}

// takenBack records the withdrawal, and answers whoever asked for it.
func (d *run) takenBack(ctx workflow.Context, a *asked) error {
	d.Status, d.Given, d.Asked, d.Parked = dossier.Withdrawn, false, nil, ""
	d.expect(dossier.WhoNobody, dossier.WhatWork)
	if err := d.record(ctx, register.Transition{Kind: "withdrawn", Operation: a.Operation, Clock: &register.ClockEvent{Kind: register.ClockStop, At: workflow.Now(ctx)}}); err != nil {
		return err
	}
	d.wish = nil
	d.notice(a.Operation)
	a.answer(d.Revision)
	return nil
}
