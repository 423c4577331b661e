package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// watch is a patient question to a party that has gone silent. It asks again by
// the activity's own retries, which cost no history, until there is news.
type watch struct {
	reports workflow.Future
	parcel  bool
	cancel  workflow.CancelFunc
}

func (w *watch) ready() bool { return w != nil && w.reports.IsReady() }

// watchable says whether the side waited for can be asked.
func (d *run) watchable() bool {
	switch d.Waiting.Who {
	case dossier.WhoPortal:
		return d.Submitted
	case dossier.WhoCourier:
		return true
	default:
		return false
	}
}

func (d *run) startWatching(ctx workflow.Context) {
	wctx, cancel := workflow.WithCancel(ctx)
	w := &watch{cancel: cancel, parcel: d.Waiting.Who == dossier.WhoCourier}
	if w.parcel {
		leg := d.Home
		if d.Stage != dossier.StageDelivery || d.Papers.Out.Count > 0 {
			leg = d.Out
		}
		w.reports = catchUpCarrier(wctx, CatchUp{Code: d.Facts.Code, Shipment: leg.Shipment, Patient: true})
	} else {
		w.reports = catchUpPortal(wctx, CatchUp{Code: d.Facts.Code, Patient: true})
	}
	d.watching = w
}

// stopWatching lets a question go that is no longer of interest.
func (d *run) stopWatching(workflow.Context) {
	if d.watching != nil && !d.watching.ready() {
		d.watching.cancel()
		d.watching = nil
	}
}

// hearWatch takes in the news that a question brought.
func (d *run) hearWatch(ctx workflow.Context) error {
	if !d.watching.ready() {
		return nil
	}
	w := d.watching
	d.watching = nil
	d.heardAt = workflow.Now(ctx) // whatever came of it, the next question waits its time
	if w.parcel {
		var reports []register.ParcelReport
		if w.reports.Get(ctx, &reports) != nil {
			return nil
		}
		for _, r := range reports {
			if err := d.hearParcel(ctx, r); err != nil {
				return err
			}
		}
		return nil
	}
	var reports []register.PortalReport
	if w.reports.Get(ctx, &reports) != nil {
		return nil
	}
	for _, r := range reports {
		if err := d.hearPortal(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// askForMissing asks the portal for the reports before one that came early. If
// it has none, what the graph lets pass without a word is taken as passed;
// acceptance is not, for it brings the official number, and so a manager is told.
func (d *run) askForMissing(ctx workflow.Context) error {
	var reports []register.PortalReport
	if err := askPortalNow(ctx, d.Facts.Code).Get(ctx, &reports); err == nil {
		for _, r := range reports {
			if err := d.hearPortal(ctx, r); err != nil {
				return err
			}
		}
	}
	d.heardAt = workflow.Now(ctx)
	if len(d.Early) == 0 {
		return nil
	}
	next := d.Early[0]
	if via := dossier.Bridge(d.Status, next.Status); via == dossier.Processing {
		passed := register.PortalReport{Status: via, At: next.At}
		if err := d.move(ctx, passed, register.Transition{Kind: "status_passed", Actor: "portal", At: &next.At}); err != nil {
			return err
		}
		return d.recallEarly(ctx)
	}
	held := d.Early
	d.Early = nil
	for _, r := range held {
		d.deal(r.Inbox)
	}
	return d.record(ctx, register.Transition{Kind: "report_not_believed", Actor: "portal", Outcome: "stale", Task: "report_contradicted",
		Data: map[string]string{"reported": next.Status.Name()}})
}
