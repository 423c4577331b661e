package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// hearPortal takes a report of the portal in: believes it, keeps it for later,
// or notes that it changes nothing.
func (d *run) hearPortal(ctx workflow.Context, r register.PortalReport) error {
	if !d.notice(r.Inbox) {
		return nil
	}
	d.heardAt = workflow.Now(ctx)
	early := len(d.Early)
	if err := d.weigh(ctx, r); err != nil {
		return err
	}
	if len(d.Early) > early {
		d.EarlyTold = false
	}
	return d.recallEarly(ctx)
}

// weigh judges one report.
func (d *run) weigh(ctx workflow.Context, r register.PortalReport) error {
	if d.PortalCode == "" && r.PortalCode != "" && dossier.ValidPortalCode(r.PortalCode) {
		d.PortalCode = r.PortalCode // a fact, whenever it comes
	}
	switch dossier.Judge(d.Status, d.LastReport, dossier.Report{Status: r.Status, At: r.At}) {
	case dossier.Believe:
		d.deal(r.Inbox)
		return d.move(ctx, r, register.Transition{Kind: "status", Actor: "portal", At: &r.At, TextID: r.TextID})
	case dossier.Early:
		d.Early = append(d.Early, r)
		return nil
	case dossier.Repeat:
		if r.At.After(d.LastReport) {
			d.LastReport = r.At // said again later: what is older than this is stale
		}
		d.deal(r.Inbox)
		return nil
	default:
		d.deal(r.Inbox)
		return d.record(ctx, register.Transition{Kind: "report_not_believed", Actor: "portal", At: &r.At, Outcome: "stale", TextID: r.TextID,
			Data: map[string]string{"reported": r.Status.Name()}})
	}
}

// recallEarly judges the reports kept for later anew, as long as one of them
// has become believable.
func (d *run) recallEarly(ctx workflow.Context) error {
	for again := true; again; {
		again = false
		early := d.Early
		d.Early = nil
		slices.SortStableFunc(early, func(a, b register.PortalReport) int { return a.At.Compare(b.At) })
		for _, r := range early {
			before := len(d.Early)
			if err := d.weigh(ctx, r); err != nil {
				return err
			}
			again = again || len(d.Early) == before
		}
		again = again && len(d.Early) > 0
	}
	return nil
}

// askedInWords stands in the list of what is asked for when the authority named
// no component: its words say it.
const askedInWords = "in_words"

// move brings the dossier to a status that the authority gave it, by report or
// by an officer's hand.
func (d *run) move(ctx workflow.Context, r register.PortalReport, t register.Transition) error {
	before := d.Status
	d.Status = r.Status
	if r.At.After(d.LastReport) {
		d.LastReport = r.At
	}
	t.Data = map[string]string{"from": before.Name(), "to": r.Status.Name()}
	if r.Evidence != "" {
		t.Data["document"] = r.Evidence
	}
	if before == dossier.SupplementRequired && (d.Given || len(d.Asked) > 0) {
		d.Rounds++ // a request that the authority has let go is over, too
	}
	d.Asked, d.Parts, d.Given, d.Refused = nil, nil, false, 0
	if d.Parked != taskHeld && (r.Status.Decided() || !slices.Contains(withPapers, d.Parked)) {
		d.Parked = ""
	}
	if d.Stage == dossier.StageSubmission && (d.Submitted || !d.Route.Online()) {
		d.Stage = dossier.StageDecision
	}
	switch r.Status {
	case dossier.Accepted:
		d.accept(r)
	case dossier.SupplementRequired:
		d.Asked, d.Parts = r.Asked, r.Parts
		if len(d.Asked) == 0 {
			d.Asked = []string{askedInWords}
		}
	case dossier.PaymentRequired:
		d.charge(r.Fee)
	case dossier.Resolved:
		d.Stage = dossier.StageDelivery
		d.Result = register.Result{Known: true, Paper: r.Result != nil && r.Result.Paper}
	}
	t.Clock = d.clockOf(before, r)
	d.holdAgainst(t.Clock, t.Data)
	if r.Status == dossier.SupplementRequired && !d.Clock.MayAsk() {
		// The portal may say so; that it was more than the law allows, somebody must see.
		t.Data["over_limit"], t.Task, t.TaskOwner = "true", "supplement_over_limit", dossier.WhoManager
	}
	d.pass()
	return d.record(ctx, t)
}

// charge enters a fee that the authority asks for. The first one takes the place
// of what the catalogue made us expect.
func (d *run) charge(fee int64) {
	if d.Fee == 0 {
		d.Fees.Due = 0
	}
	d.Fee = fee
	d.Fees.Due += fee
	d.Given = d.Fees.Settled() // paid beforehand
}

func (d *run) accept(r register.PortalReport) {
	if d.ReceivedAt == nil {
		at := r.At
		d.ReceivedAt = &at
	}
	if d.PortalCode == "" {
		d.PortalCode = r.PortalCode
	}
}

// hearParcel takes in what a shipment's events add up to. An older sum never
// replaces a newer one, and an end stays; but when two ends contradict each other
// a person must look.
func (d *run) hearParcel(ctx workflow.Context, r register.ParcelReport) error {
	if !d.notice(r.Inbox) {
		return nil
	}
	d.heardAt = workflow.Now(ctx)
	d.deal(r.Inbox)
	leg := &d.Home
	if r.Leg == register.LegOut {
		leg = &d.Out
	}
	news := register.Parcel{Shipment: r.Shipment, Attempt: r.Attempt, Booked: true, State: r.State, Contradicted: r.Contradicted}
	doubtful := r.Contradicted && (r.Attempt != leg.Attempt || !leg.Contradicted)
	switch {
	case r.Attempt < leg.Attempt && doubtful:
		return d.record(ctx, doubtAbout(news))
	case r.Attempt < leg.Attempt, r.Attempt == leg.Attempt && leg.State.ParcelEnd() && !r.Contradicted:
		return nil
	}
	if r.Leg == register.LegOut {
		news.Carrier = d.carrierOf(*leg, r.Attempt)
	}
	*leg = news
	switch {
	case doubtful:
		return d.doubt(ctx, news)
	case r.Leg == register.LegOut:
		return d.outMoved(ctx)
	default:
		return d.homeMoved(ctx)
	}
}

func (d *run) outMoved(ctx workflow.Context) error {
	d.settles(taskCourierUnreachable) // the order did arrive
	if d.Out.Contradicted {
		return nil // a person is at it
	}
	return d.papersTravel(ctx)
}

func (d *run) homeMoved(ctx workflow.Context) error {
	if d.Parked == taskCourierUnreachable { // the order did arrive
		d.Parked = ""
		d.expect(dossier.WhoCourier, dossier.WhatDelivery)
	}
	if d.Home.State.ParcelEnd() {
		return nil // the delivery stage records what it makes of it
	}
	return d.record(ctx, register.Transition{Kind: "parcel_trouble", Actor: "courier", Data: map[string]string{"parcel": string(d.Home.State), "shipment": d.Home.Shipment}})
}

// doubt parks the dossier over a parcel of which two ends were reported.
func (d *run) doubt(ctx workflow.Context, p register.Parcel) error {
	t := doubtAbout(p)
	d.hold(&t, taskContradicted, string(p.State), dossier.WhoManager)
	return d.record(ctx, t)
}

func doubtAbout(p register.Parcel) register.Transition {
	return register.Transition{Kind: "parcel_contradicted", Actor: "courier", Task: taskContradicted, Data: map[string]string{"shipment": p.Shipment, "parcel": string(p.State)}}
}

// notice says whether a message is new, and remembers it.
func (d *run) notice(inbox string) bool {
	if slices.Contains(d.Seen, inbox) {
		return false
	}
	if inbox != "" {
		d.Seen = append(d.Seen, inbox)
	}
	return true
}

// deal remembers a message to be marked in the register with the next step.
func (d *run) deal(inbox string) {
	if inbox != "" {
		d.Dealt = append(d.Dealt, inbox)
	}
}
