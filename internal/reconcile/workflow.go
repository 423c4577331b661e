package reconcile

import (
	"context"
	"fmt"
	"slices"

	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/workflows"
)

// sideWorkers are the workers, who answer questions to workflows.
const sideWorkers = "workers"

// stuckAfter is how many tries of one task make a workflow stuck.
const stuckAfter = 5

// see takes one look at a dossier.
func (r *Reconciler) see(ctx context.Context, code string, v view) (view, error) {
	var err error
	if v.d, err = r.store.Start(ctx, code); err != nil {
		return v, err
	}
	v.outside = v.outside || v.bereft(r.store.Now())
	looks := []func(context.Context, *view) error{r.seeWorkflow, r.seeInbox}
	if v.outside {
		looks = append(looks, r.seePortal, r.seeCarriers)
	}
	for _, look := range looks {
		if err := look(ctx, &v); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (v *view) find(kind, what string, heal func(context.Context) (string, error)) {
	v.found = append(v.found, finding{kind, what, heal})
}

// seeWorkflow holds the workflow against the register.
func (r *Reconciler) seeWorkflow(ctx context.Context, v *view) error {
	var err error
	if v.run, err = r.workflows.Look(ctx, v.d.Code); err != nil {
		return err
	}
	open := v.d.Stage != dossier.StageClosed
	switch {
	case open && !v.run.Running:
		return r.seeMissing(ctx, v)
	case !open && v.run.Running:
		if v.d.ClosedAt == nil || v.d.ClosedAt.After(r.store.Now().Add(-r.o.Grace)) {
			return nil // it is about to end
		}
		run := v.run
		v.find(WorkflowLeft, "runs after the end", func(ctx context.Context) (string, error) {
			return "workflow_ended", r.workflows.End(ctx, v.d.Code, run.ID, "the register knows the dossier as closed")
		})
		return nil
	case !open:
		return nil
	case v.run.Failing >= stuckAfter:
		v.find(WorkflowStuck, "a task fails again and again", nil)
		return nil
	}
	if !v.deep && v.run.Stage == string(v.d.Stage) && v.run.Status == v.d.Status.Name() {
		return nil
	}
	return r.seePosition(ctx, v)
}

// seeMissing judges an open dossier of which no workflow runs. An order to start
// it that lies in the outbox is on its way.
func (r *Reconciler) seeMissing(ctx context.Context, v *view) error {
	ordered, err := r.store.StartOrdered(ctx, store.KindStart, v.d.Code, r.store.Now().Add(-r.o.Grace))
	if err != nil || ordered {
		return err
	}
	what := "none"
	if v.run.Ended != "" {
		what = v.run.Ended
	}
	v.find(WorkflowMissing, what, func(ctx context.Context) (string, error) {
		return "workflow_started_anew", r.workflows.Start(ctx, v.d.Code)
	})
	return nil
}

// seePosition asks the workflow where it stands. Without a worker nothing is said,
// and nothing of one that is about to move: a step is written to the register
// before Temporal hears of it, and a worker that dies in between leaves the
// workflow behind until its task is given to another.
func (r *Reconciler) seePosition(ctx context.Context, v *view) error {
	if v.run.Moving { // the question would wait behind the task
		v.unasked = append(v.unasked, sideWorkers)
		return nil
	}
	var s workflows.State
	said, err := r.ask(ctx, sideWorkers, func(ctx context.Context) (err error) {
		s, err = r.workflows.Ask(ctx, v.d.Code, v.run.ID)
		return err
	})
	if err != nil {
		return err
	}
	if !said {
		v.unasked = append(v.unasked, sideWorkers)
		return nil
	}
	if s.Facts.Code == "" { // it has not read the register yet
		return nil
	}
	v.state = &s
	if s.Step != v.d.Step || s.Stage != v.d.Stage || s.Status != v.d.Status {
		v.find(WorkflowPosition, fmt.Sprintf("step %d, %s, %s; register: step %d, %s, %s", s.Step, s.Stage, s.Status.Name(), v.d.Step, v.d.Stage, v.d.Status.Name()), r.anew(v.d.Code, v.run))
	}
	return nil
}

// seeInbox finds reports that lie in the inbox and were not passed on, or were and
// did not arrive. One that the relay tries now and then is on its way, however old
// it is. A parcel's that came before the run is in the state from which the run
// began; told again it would take the parcel back to where it was.
func (r *Reconciler) seeInbox(ctx context.Context, v *view) error {
	if !v.run.Running {
		return nil // whoever starts it reads what there is
	}
	rows, err := r.store.Unheard(ctx, v.d.Code, r.store.Now().Add(-r.o.Grace))
	if err != nil {
		return err
	}
	for _, m := range rows {
		if m.State == store.InboxSignalled && (v.state == nil || m.Kind == store.KindPapers || slices.Contains(v.state.Seen, m.ID)) {
			continue // it has heard of it, or nobody can say
		}
		if m.State == store.InboxPending && !m.NextAt.Before(r.store.Now().Add(-r.o.Grace)) {
			continue
		}
		if m.State == store.InboxSignalled && m.Kind == store.KindParcel && m.ReceivedAt.Before(v.run.Started) {
			continue
		}
		v.find(InboxLeft, m.ID, func(ctx context.Context) (string, error) { return "message_passed_on", r.workflows.Signal(ctx, m) })
	}
	return nil
}
