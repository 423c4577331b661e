package workflows

import (
	"errors"

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

// stages are the five stages in their order, each with its ways (version.go).
var stages = []gate{
	{stage: dossier.StageIntake, ways: []way{(*run).intake}},
	{stage: dossier.StageDigitization, ways: []way{(*run).digitization}},
	{stage: dossier.StageSubmission, ways: []way{(*run).submission}},
	{stage: dossier.StageDecision, ways: []way{(*run).decision}},
	{stage: dossier.StageDelivery, ways: []way{(*run).delivery}},
}

// Dossier carries one dossier from intake to the citizen's hand.
func Dossier(ctx workflow.Context, start Start) error { return carry(ctx, start, stages) }

func carry(ctx workflow.Context, start Start, story []gate) error {
	d, err := listen(ctx, start, story)
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
	through, err := d.enter(ctx)
	if err != nil {
		return err
	}
	return through(d, ctx)
}
