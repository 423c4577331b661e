package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"hoso/internal/store"
	"hoso/workflows"
)

// StartBag starts a bag's workflow, or finds it running. A bag that is opened has
// none any more.
func (r *Relay) StartBag(ctx context.Context, number string) error {
	s, err := r.store.BagSnapshot(ctx, number)
	if err != nil {
		return fmt.Errorf("relay: reading bag: %w", err)
	}
	if s.Bag.Opened {
		return r.store.Started(ctx, store.KindBag, number)
	}
	summary, attributes := workflows.BagOptions(s)
	_, err = r.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: number, TaskQueue: workflows.QueueDossier, StaticSummary: summary, TypedSearchAttributes: attributes,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, workflows.BagType, workflows.BagStart{Number: number})
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &already) {
		return fmt.Errorf("relay: starting bag: %w", err)
	}
	return r.store.Started(ctx, store.KindBag, number)
}

// sendToBag is Send for a command on a bag.
func (r *Relay) sendToBag(ctx context.Context, op store.Operation) (workflows.Answer, *workflows.Refusal, error) {
	answer, err := r.updateBag(ctx, op)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		if done, known, err := r.endedBag(ctx, op); known || err != nil {
			return done.answer, done.refusal, err
		}
		answer, err = r.updateBag(ctx, op)
	}
	if err == nil {
		r.Kick() // the dossiers in the bag have word of it
		return answer, nil, nil
	}
	if refusal, ok := refusalOf(err); ok {
		return answer, r.refused(ctx, op, refusal), nil
	}
	return answer, nil, fmt.Errorf("relay: sending command: %w", err)
}

type bagOutcome struct {
	answer  workflows.Answer
	refusal *workflows.Refusal
}

// endedBag deals with a bag whose workflow is not there: either its way is over,
// and what the command came to stands in the register, or it is started.
func (r *Relay) endedBag(ctx context.Context, op store.Operation) (out bagOutcome, known bool, err error) {
	s, err := r.store.BagSnapshot(ctx, op.DossierCode)
	if err != nil {
		return out, false, err
	}
	now, err := r.store.Operation(ctx, op.ID) // after the bag: whoever opened it may have carried this out
	if err != nil {
		return out, false, err
	}
	if now.State == store.OperationApplied {
		out.answer.Revision = now.Revision
		return out, true, nil
	}
	if s.Bag.Opened {
		out.refusal = r.refused(ctx, op, &workflows.Refusal{Rule: "bag_opened", Holder: s.Bag.Holder.String()})
		return out, true, nil
	}
	return out, false, r.StartBag(ctx, op.DossierCode)
}

func (r *Relay) updateBag(ctx context.Context, op store.Operation) (workflows.Answer, error) {
	var answer workflows.Answer
	c := workflows.BagCommand{Operation: op.ID, Kind: op.Kind, Role: op.Role, TextID: op.TextID}
	var o store.BagOrder
	if err := json.Unmarshal([]byte(op.Payload), &o); err != nil {
		return answer, fmt.Errorf("relay: reading command %s: %w", op.ID, err)
	}
	if !o.By.None() {
		c.Hand = &workflows.Hand{Act: o.Act, By: o.By, To: o.To}
	}
	c.Count, c.Lost = o.Count, o.Lost
	s, err := r.store.BagSnapshot(ctx, op.DossierCode)
	if err != nil {
		return answer, err
	}
	c.Step = s.Step
	h, err := r.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		UpdateID: op.ID, WorkflowID: op.DossierCode, UpdateName: op.Kind, Args: []any{c}, WaitForStage: client.WorkflowUpdateStageCompleted})
	if err != nil {
		return answer, err
	}
	return answer, h.Get(ctx, &answer)
}
