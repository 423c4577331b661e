package workflows

import (
	"errors"
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// ending is how an outside act went. None set means done.
type ending struct {
	refused     bool   // the other side said no for good
	exhausted   bool   // the retries ran out; whether it happened is not known
	interrupted bool   // the dossier turned back, or went on, before it was known
	cause       string // code of the refusal
}

// perform acts upon the outside world: one short try within the workflow task,
// and only when that fails a durable activity with long retries, during which
// the dossier goes on listening.
func (d *run) perform(ctx workflow.Context, act string, e Effect, out any) (ending, error) {
	stage := d.Stage
	return d.act(ctx, act, e, out, func() bool { return d.turned() || d.Stage != stage })
}

// performThrough is perform for an act that nothing interrupts.
func (d *run) performThrough(ctx workflow.Context, act string, e Effect, out any) (ending, error) {
	return d.act(ctx, act, e, out, func() bool { return false })
}

// performStep is perform for an act whose success is a step of the dossier, which
// succeeded makes: of a first try that succeeds the register writes the end and
// the step as one.
func (d *run) performStep(ctx workflow.Context, act string, e Effect, succeeded func(*run, Performed) register.Transition) (ending, error) {
	foreseen := *d
	then := foreseen.step(succeeded(&foreseen, Performed{}))
	e.Then = &then // the try's own: one that was given up may go on reading it
	var done Performed
	end, err := d.perform(ctx, act, e, &done)
	if err != nil || !end.done() {
		return end, err
	}
	t := succeeded(d, done)
	if done.Recorded == nil {
		return end, d.record(ctx, t)
	}
	d.recorded(ctx, d.step(t), *done.Recorded)
	return end, nil
}

func (d *run) act(ctx workflow.Context, act string, e Effect, out any, turned func() bool) (ending, error) {
	err := workflow.ExecuteLocalActivity(atOnce(ctx, act), act, e).Get(ctx, out)
	if end, known := endingOf(err); known {
		return end, nil
	}
	e.Then = nil // by then something else may have happened
	actx, cancel := workflow.WithCancel(retrying(ctx, act))
	defer cancel()
	f := workflow.ExecuteActivity(actx, act, e)
	for {
		if err := d.pump(ctx); err != nil {
			return ending{}, err
		}
		if f.IsReady() {
			break
		}
		if turned() {
			cancel()
			_ = f.Get(ctx, nil) // what it did is asked about by the one who turns back
			return ending{interrupted: true}, nil
		}
		d.publish(ctx)
		d.arm(ctx)
		if err := workflow.Await(ctx, func() bool { return f.IsReady() || d.mail() || d.alarm.rings() }); err != nil {
			return ending{}, err
		}
		if err := d.ring(ctx); err != nil { // limits pass while the other side is away, too
			return ending{}, err
		}
	}
	err = f.Get(ctx, out)
	if end, known := endingOf(err); known {
		return end, nil
	}
	return ending{exhausted: true, cause: "retries_exhausted"}, nil
}

func (e ending) done() bool { return !e.refused && !e.exhausted && !e.interrupted }

// endingOf reads done and refused out of an activity's error.
func endingOf(err error) (ending, bool) {
	if err == nil {
		return ending{}, true
	}
	if app := new(temporal.ApplicationError); errors.As(err, &app) && app.Type() == EffectRefusedType {
		return ending{refused: true, cause: app.Message()}, true
	}
	return ending{}, false
}

// The human tasks for which a dossier is parked.
const (
	taskSubmissionRefused  = "submission_refused"
	taskPortalUnreachable  = "portal_unreachable"
	taskCourierUnreachable = "courier_unreachable"
	taskAddressRejected    = "address_rejected"
	taskCarriageRefused    = "carriage_refused"
	taskPapersLost         = "papers_lost"
	taskDiscrepancy        = "papers_discrepancy" // a count at a hand-over did not come out
	taskDeliveryFailed     = "delivery_failed"    // the parcel did not reach the citizen
	taskContradicted       = "parcel_contradicted"
	taskHeld               = "held" // by a manager, on purpose
)

// park opens a human task. The dossier then waits until somebody retries, or it
// turns back, or the matter settles itself in the meantime. What is held already
// stays so: the act comes to its end again when it is let go.
func (d *run) park(ctx workflow.Context, task, cause string, owner dossier.Who) error {
	t := register.Transition{Kind: "parked", Data: map[string]string{"task": task, "cause": cause}}
	if d.Parked != taskHeld {
		d.hold(&t, task, cause, owner)
	}
	return d.record(ctx, t)
}

// hold parks the dossier with a step that has a kind of its own.
func (d *run) hold(t *register.Transition, task, cause string, owner dossier.Who) {
	d.Parked, t.Task, t.TaskCause = task, task, cause
	d.expect(owner, dossier.WhatRetry)
}

// settles lets go of what is parked, if it is one of the tasks.
func (d *run) settles(tasks ...string) {
	if slices.Contains(tasks, d.Parked) {
		d.Parked = ""
	}
}

// withPapers are the tasks that the authority's word does not settle.
var withPapers = []string{taskCourierUnreachable, taskCarriageRefused, taskPapersLost, taskDiscrepancy, taskContradicted}
