package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// submission is the third stage: the scans are filed at the portal, the papers
// are carried to the authority, or both.
func (d *run) submission(ctx workflow.Context) error {
	if d.Route.Online() && !d.Submitted {
		return d.submit(ctx)
	}
	if d.Papers.Out.Count > 0 || d.Papers.Lost > 0 {
		return d.decision(ctx) // what the authority wants meanwhile goes on beside
	}
	d.Stage = dossier.StageDecision
	d.pass()
	return d.record(ctx, register.Transition{Kind: "with_authority"})
}

// submit files the dossier at the portal, once per business attempt. A new
// attempt, with a new key, follows only a refusal; silence is asked about under
// the same key.
func (d *run) submit(ctx workflow.Context) error {
	d.SubmitAttempt = max(d.SubmitAttempt, 1)
	end, err := d.performStep(ctx, actSubmit, Effect{Code: d.Facts.Code, Key: d.key("submit", d.SubmitAttempt), Attempt: d.SubmitAttempt}, (*run).submitted)
	switch {
	case err != nil || end.done() || end.interrupted:
		return err
	case end.refused:
		d.SubmitAttempt++
		return d.park(ctx, taskSubmissionRefused, end.cause, dossier.WhoManager)
	case end.exhausted:
		return d.park(ctx, taskPortalUnreachable, end.cause, dossier.WhoManager)
	}
	return nil
}

// submitted is the step of a submission that the portal has taken.
func (d *run) submitted(Performed) register.Transition {
	d.Submitted = true
	if d.Stage == dossier.StageSubmission && (d.Papers.Out.Count == 0 || d.Status != dossier.Registered) {
		d.Stage = dossier.StageDecision // unless a report has brought it further already
	}
	d.pass()
	return register.Transition{Kind: "submitted"}
}
