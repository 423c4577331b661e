package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/converter"

	"hoso/workflows"
)

// Run is what Temporal says of the newest run of a dossier's or bag's workflow.
type Run struct {
	ID      string // of the run; "" where Temporal knows none
	Running bool
	Ended   string // how it ended: "terminated", "completed", …; "" while it runs
	Started time.Time
	// Moving says that a task waits for a worker, or is with one: where the workflow
	// stands is about to change, and what its worker writes may be ahead of it.
	Moving bool
	// Stage and Status are where its search attributes say that it stands.
	Stage, Status string
	// Failing counts the tries of a task that the workers do not get through.
	Failing int32
}

// Look asks Temporal about a workflow. It needs no worker.
func (r *Relay) Look(ctx context.Context, id string) (Run, error) {
	d, err := r.temporal.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return Run{}, nil
	}
	if err != nil {
		return Run{}, fmt.Errorf("relay: describing: %w", err)
	}
	info := d.GetWorkflowExecutionInfo()
	run := Run{ID: info.GetExecution().GetRunId(), Started: info.GetStartTime().AsTime(), Moving: d.GetPendingWorkflowTask() != nil, Failing: d.GetPendingWorkflowTask().GetAttempt()}
	if info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		run.Running = true
	} else {
		run.Ended = info.GetStatus().String()
	}
	for key, into := range map[string]*string{workflows.AttrStage.GetName(): &run.Stage, workflows.AttrStatus.GetName(): &run.Status} {
		if p, there := info.GetSearchAttributes().GetIndexedFields()[key]; there {
			_ = converter.GetDefaultDataConverter().FromPayload(p, into) // one that cannot be read is none
		}
	}
	return run, nil
}

// Ask asks a running workflow where it stands. It needs a worker; without one it
// is an error after the context's time.
func (r *Relay) Ask(ctx context.Context, id, run string) (workflows.State, error) {
	var s workflows.State
	v, err := r.temporal.QueryWorkflow(ctx, id, run, workflows.QueryState)
	if err == nil {
		err = v.Get(&s)
	}
	if err != nil {
		return s, fmt.Errorf("relay: asking: %w", err)
	}
	return s, nil
}

// End ends one run, of which the register knows better. What it was told and did
// not deal with stands in the register, for the run that follows.
func (r *Relay) End(ctx context.Context, id, run, reason string) error {
	err := r.temporal.TerminateWorkflow(ctx, id, run, reason)
	var missing *serviceerror.NotFound
	if err != nil && !errors.As(err, &missing) { // it has ended by itself
		return fmt.Errorf("relay: ending: %w", err)
	}
	return nil
}
