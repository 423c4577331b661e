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
	t.Code, t.Step, t.After = d.Facts.Code, d.Step+1, d.Position
	t.Inbox = append(t.Inbox, d.Dealt...)
	if t.Actor == "" {
		t.Actor = "system"
	}
	got, err := recordTransition(ctx, t)
	if app := new(temporal.ApplicationError); errors.As(err, &app) && app.Type() == SupersededType {
		return d.lagging()
	}
	if err != nil {
		return err
	}
	d.Step, d.Revision, d.Dealt = t.Step, got.Revision, nil
	d.Waiting.Until, d.Papers, d.Fees = got.Until, got.Papers, got.Fees
	d.DueAt = got.DueAt
	if got.Clock != nil {
		d.Clock = *got.Clock
		d.Overdue = d.Overdue && d.DueAt != nil && !d.DueAt.After(workflow.Now(ctx)) // a date that lies ahead again
	}
	d.PortalCode = got.PortalCode // the register does not take a number that another dossier has
	return nil
}
