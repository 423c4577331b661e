package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/register"
)

// lagging ends a run that is behind the register, as one is after a reset or the
// restoring of an older history: its successor begins anew from the register.
func (d *run) lagging() error {
	d.loaded = false
	return errAnew
}

// record writes the dossier's new position to the register as its next step.
func (d *run) record(ctx workflow.Context, t register.Transition) error {
	t = d.step(t)
	got, err := recordTransition(ctx, t)
	if app := new(temporal.ApplicationError); errors.As(err, &app) && app.Type() == SupersededType {
		return d.lagging()
	}
	if err != nil {
		return err
	}
	d.recorded(ctx, t, got)
	return nil
}

// step makes a transition the dossier's next step.
func (d *run) step(t register.Transition) register.Transition {
	t.Code, t.Step, t.After = d.Facts.Code, d.Step+1, d.Position
	t.Inbox = append(t.Inbox, d.Dealt...)
	if t.Actor == "" {
		t.Actor = "system"
	}
	return t
}

// recorded takes the register's answer to a step in.
func (d *run) recorded(ctx workflow.Context, t register.Transition, got register.Recorded) {
	d.Step, d.Revision, d.Dealt, d.checked = t.Step, got.Revision, nil, nil
	d.Waiting.Until, d.Papers, d.Fees = got.Until, got.Papers, got.Fees
	d.DueAt = got.DueAt
	if got.Clock != nil {
		d.Clock = *got.Clock
		d.Overdue = d.Overdue && d.DueAt != nil && !d.DueAt.After(workflow.Now(ctx)) // a date that lies ahead again
	}
	d.PortalCode = got.PortalCode // the register does not take a number that another dossier has
}
