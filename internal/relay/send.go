package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

// Send sends a stored command to its dossier's workflow and waits for the
// answer: carried out, or refused with the reason, which is stored. An error
// means that no answer came in time; the command stays pending and will be sent
// again. The operation's id is the update's id, so sending twice is sending once.
func (r *Relay) Send(ctx context.Context, op store.Operation) (workflows.Answer, *workflows.Refusal, error) {
	if slices.Contains(workflows.BagCommands(), op.Kind) {
		return r.sendToBag(ctx, op)
	}
	answer, err := r.update(ctx, op)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		if answer, err = r.startAndSend(ctx, op); errors.As(err, &missing) {
			err = nil
			return answer, r.refused(ctx, op, r.closedRefusal(ctx, op)), nil
		}
	}
	if err == nil {
		return answer, nil, nil
	}
	if refusal, ok := refusalOf(err); ok {
		return answer, r.refused(ctx, op, refusal), nil
	}
	return answer, nil, fmt.Errorf("relay: sending command: %w", err)
}

// startAndSend sends a command to a workflow that has yet to be started.
//
// A run that ended between the command's record and its answer has carried it
// out: then the answer stands in the register.
func (r *Relay) startAndSend(ctx context.Context, op store.Operation) (workflows.Answer, error) {
	now, err := r.store.Operation(ctx, op.ID)
	if err != nil {
		return workflows.Answer{}, err
	}
	if now.State == store.OperationApplied {
		return workflows.Answer{Revision: now.Revision}, nil
	}
	d, err := r.store.Start(ctx, op.DossierCode)
	if err != nil {
		return workflows.Answer{}, err
	}
	if d.Stage != dossier.StageClosed {
		if err := r.Start(ctx, op.DossierCode); err != nil {
			return workflows.Answer{}, err
		}
	}
	return r.update(ctx, op)
}

func (r *Relay) update(ctx context.Context, op store.Operation) (workflows.Answer, error) {
	var answer workflows.Answer
	c, err := commandOf(op)
	if err != nil {
		return answer, err
	}
	d, err := r.store.Start(ctx, op.DossierCode)
	if err != nil {
		return answer, err
	}
	c.Step = d.Step
	h, err := r.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		UpdateID: op.ID, WorkflowID: op.DossierCode, UpdateName: op.Kind, Args: []any{c}, WaitForStage: client.WorkflowUpdateStageCompleted})
	if err != nil {
		return answer, err
	}
	return answer, h.Get(ctx, &answer)
}

// commandOf makes the travelling command of a stored one: codes and ids only.
func commandOf(op store.Operation) (workflows.Command, error) {
	c := workflows.Command{Operation: op.ID, Kind: dossier.Command(op.Kind), Role: op.Role, TextID: op.TextID}
	var err error
	switch c.Kind {
	case dossier.RecordFee:
		var o store.PaymentOrder
		err = json.Unmarshal([]byte(op.Payload), &o)
		c.Amount = o.Amount
	case dossier.Retry:
		var o store.RetryOrder
		if op.Payload != "null" { // stored by an earlier release
			err = json.Unmarshal([]byte(op.Payload), &o)
		}
		c.Lost = o.Lost
	case dossier.Handover:
		c.Hand = new(workflows.Hand)
		err = json.Unmarshal([]byte(op.Payload), c.Hand)
	case dossier.Extend, dossier.Deadline:
		var o store.DueOrder
		err = json.Unmarshal([]byte(op.Payload), &o)
		c.DueAt, c.Anew = o.DueAt, o.Anew
	case dossier.Reroute:
		var o store.RouteOrder
		err = json.Unmarshal([]byte(op.Payload), &o)
		c.Route, c.Need = o.Route, o.Need
	case dossier.Decide, dossier.Override:
		c.Decision = new(register.PortalReport)
		err = json.Unmarshal([]byte(op.Payload), c.Decision)
		c.Decision.TextID = op.TextID
	}
	if err != nil {
		return c, fmt.Errorf("relay: reading command %s: %w", op.ID, err)
	}
	return c, nil
}

func refusalOf(err error) (*workflows.Refusal, bool) {
	app := new(temporal.ApplicationError)
	if !errors.As(err, &app) || app.Type() != workflows.RefusedType {
		return nil, false
	}
	refusal := new(workflows.Refusal)
	if app.Details(refusal) != nil {
		refusal.Rule = "wrong_state"
	}
	return refusal, true
}

// refused stores a refusal; if that fails the command stays pending and is
// refused again.
func (r *Relay) refused(ctx context.Context, op store.Operation, refusal *workflows.Refusal) *workflows.Refusal {
	raw, err := json.Marshal(refusal)
	if err == nil {
		err = r.store.Refuse(ctx, op.ID, string(raw))
	}
	if err != nil {
		r.log.WarnContext(ctx, "refusal not stored yet", "operation", op.ID, "error", kindOf(err))
	}
	return refusal
}

func (r *Relay) closedRefusal(ctx context.Context, op store.Operation) *workflows.Refusal {
	refusal := &workflows.Refusal{Rule: "wrong_state", Stage: dossier.StageClosed}
	if d, err := r.store.Start(ctx, op.DossierCode); err == nil {
		refusal.Stage, refusal.Status = d.Stage, d.Status
	}
	return refusal
}
