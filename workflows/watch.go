package workflows

import (
	"slices"

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
		return d.parcelWaitedFor().Shipment != ""
	default:
		return false
	}
}

func (d *run) parcelWaitedFor() register.Parcel {
	if d.Waiting.What == dossier.WhatDelivery {
		return d.Home
	}
	return d.Out
}

func (d *run) startWatching(ctx workflow.Context) {
	wctx, cancel := workflow.WithCancel(ctx)
	w := &watch{cancel: cancel, parcel: d.Waiting.Who == dossier.WhoCourier}
	ask := CatchUp{Code: d.Facts.Code, Patient: true, Known: slices.Clone(d.Seen)}
	if w.parcel {
		ask.Shipment = d.parcelWaitedFor().Shipment
		w.reports = catchUpCarrier(wctx, ask)
	} else {
		w.reports = catchUpPortal(wctx, ask)
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
// acceptance is not, for it brings the official number: somebody is told, and the
// early reports are kept until it comes.
func (d *run) askForMissing(ctx workflow.Context) error {
	var reports []register.PortalReport
	if err := askPortalNow(ctx, CatchUp{Code: d.Facts.Code, Known: slices.Clone(d.Seen)}).Get(ctx, &reports); err == nil {
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
	d.EarlyTold = true
	return d.record(ctx, register.Transition{Kind: "report_too_early", Actor: "portal", At: &next.At, Task: "report_contradicted",
		Data: map[string]string{"reported": next.Status.Name()}})
}
