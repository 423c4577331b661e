package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
)

// DossierType is the workflow type's name; the workflow's id is the dossier's code.
const DossierType = "Dossier"

// Start begins a dossier's workflow. State is empty for a first start and for a
// start anew, which both go on from the register; it is set when the workflow
// continues as new.
type Start struct {
	Code  string `json:"code"`
	State *State `json:"state,omitempty"`
}

// Dossier carries one dossier from intake to the citizen's hand.
func Dossier(ctx workflow.Context, start Start) error {
	d, err := listen(ctx, start)
	if err != nil {
		return err
	}
	for err = d.open(ctx); err == nil && d.Stage != dossier.StageClosed; {
		err = d.next(ctx)
	}
	switch {
	case errors.Is(err, errAnew):
		return d.anew(ctx)
	case err != nil:
		return err // cancelled or terminated from outside; the register knows where to go on
	}
	return d.leave(ctx)
}

// next goes one stage on, or turns back when the citizen wishes or the
// authority has said its last word. What is parked waits for a person, also in a
// run that begins anew.
func (d *run) next(ctx workflow.Context) error {
	switch {
	case d.wish != nil:
		return d.takeBack(d.wish.onto(ctx))
	case d.endedWithout() && d.Stage != dossier.StageDelivery:
		return d.turnHome(ctx)
	case d.Parked != "":
		return d.await(ctx, func() bool { return d.Parked == "" })
	}
	switch d.Stage {
	case dossier.StageIntake:
		return d.intake(ctx)
	case dossier.StageDigitization:
		return d.digitization(ctx)
	case dossier.StageSubmission:
		return d.submission(ctx)
	case dossier.StageDecision:
		return d.decision(ctx)
	case dossier.StageDelivery:
		return d.delivery(ctx)
	default:
		return fmt.Errorf("unknown stage %q", d.Stage)
	}
}
