package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// ending is how an outside act went. None set means done.
type ending struct {
	refused     bool   // the other side said no for good
	exhausted   bool   // the retries ran out; whether it happened is not known
	interrupted bool   // the dossier turned back before it was known
	cause       string // code of the refusal
}

// perform acts upon the outside world: one short try within the workflow task,
// and only when that fails a durable activity with long retries, during which
// the dossier goes on listening.
func (d *run) perform(ctx workflow.Context, act string, e Effect, out any) (ending, error) {
	return d.act(ctx, act, e, out, d.turned)
}

// performThrough is perform for an act that nothing interrupts.
func (d *run) performThrough(ctx workflow.Context, act string, e Effect, out any) (ending, error) {
	return d.act(ctx, act, e, out, func() bool { return false })
}

func (d *run) act(ctx workflow.Context, act string, e Effect, out any, turned func() bool) (ending, error) {
	err := workflow.ExecuteLocalActivity(atOnce(ctx, act), act, e).Get(ctx, out)
	if end, known := endingOf(err); known {
		return end, nil
	}
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
		if err := workflow.Await(ctx, func() bool { return f.IsReady() || d.mail() }); err != nil {
			return ending{}, err
		}
	}
	err = f.Get(ctx, out)
	if end, known := endingOf(err); known {
		return end, nil
	}
	return ending{exhausted: true, cause: "retries_exhausted"}, nil
}

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

// park opens a human task and waits until somebody retries, or the dossier
// turns back, or the matter has settled itself in the meantime.
func (d *run) park(ctx workflow.Context, task, cause string, owner dossier.Who) error {
	d.Parked = task
	d.expect(owner, dossier.WhatRetry)
	if err := d.record(ctx, register.Transition{Kind: "parked", Task: task, TaskCause: cause, Data: map[string]string{"task": task, "cause": cause}}); err != nil {
		return err
	}
	return d.await(ctx, func() bool { return d.Parked == "" })
}
