package workflows

import (
	"strconv"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// hearPapers takes in that the papers have moved with the bag they lie in. The
// register has moved them already; here follows what it means for the dossier.
func (d *run) hearPapers(ctx workflow.Context, r register.PapersReport) error {
	if !d.notice(r.Inbox) {
		return nil
	}
	d.deal(r.Inbox)
	newest := r.Kind == "papers_bagged" || d.Bag == "" || r.Bag == d.Bag && r.Step > d.BagStep
	if newest {
		d.Bag, d.BagStep, d.Papers = r.Bag, r.Step, r.Papers
	}
	t := register.Transition{Kind: r.Kind, Actor: r.Actor, At: &r.At, Data: map[string]string{"bag": r.Bag, "bag_step": strconv.FormatInt(r.Step, 10), "by": r.By.String()}}
	if !r.To.None() {
		t.Data["to"] = r.To.String()
	}
	switch r.Kind {
	case "papers_discrepancy":
		t.Data["trouble"] = r.Trouble
		if newest && d.Parked == "" {
			d.hold(&t, taskDiscrepancy, r.Trouble, dossier.WhoManager)
		}
	case "papers_missing":
		d.settles(taskDiscrepancy)
		if d.Parked == "" {
			d.hold(&t, taskPapersLost, "", dossier.WhoManager)
		}
	case "papers_cleared", "papers_unbagged":
		if newest {
			d.settles(taskDiscrepancy)
		}
	case "papers_take":
		if newest {
			d.settles(taskDiscrepancy)
		}
		if r.By.Kind == custody.Authority {
			t.Clock = &register.ClockEvent{Kind: register.ClockHandedOver, At: r.At}
			d.broughtIn()
		}
	}
	d.pass()
	return d.record(ctx, t)
}

// broughtIn goes on where the papers have reached the authority.
func (d *run) broughtIn() {
	if d.Stage == dossier.StageSubmission && d.Papers.Out.Count == 0 && (d.Submitted || !d.Route.Online()) {
		d.Stage = dossier.StageDecision
	}
}
