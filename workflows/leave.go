package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/register"
)

// leave ends the workflow: every command gets its answer, and what came too late
// is noted as late.
func (d *run) leave(ctx workflow.Context) error {
	for _, a := range d.queue {
		a.refuse(d.refusal("wrong_state"))
	}
	d.queue = nil
	if d.wish != nil {
		d.wish.refuse(d.refusal("wrong_state"))
	}
	d.publish(ctx)
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	var late []string
	if err := d.drain(func(r register.Report) error {
		late = append(late, r.Message())
		return nil
	}); err != nil {
		return err
	}
	for _, r := range d.Early {
		late = append(late, r.Inbox)
	}
	if len(late) == 0 {
		return nil
	}
	return d.record(ctx, register.Transition{Kind: "late_report", Outcome: "late", Inbox: late})
}
