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
	if err := d.weigh(ctx, r); err != nil {
		return err
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
	d.Asked, d.Given, d.Parked = nil, false, ""
	switch r.Status {
	case dossier.Accepted:
		d.accept(r)
	case dossier.SupplementRequired:
		d.Asked = r.Asked
		if len(d.Asked) == 0 {
			d.Asked = []string{askedInWords}
		}
	case dossier.PaymentRequired:
		d.Fees.Due += r.Fee
		d.Given = d.Fees.Settled() // paid beforehand
	case dossier.Resolved:
		d.Stage = dossier.StageDelivery
		d.Result = register.Result{Known: true, Paper: r.Result != nil && r.Result.Paper}
	}
	d.expectByStatus()
	return d.record(ctx, t)
}

func (d *run) accept(r register.PortalReport) {
	if d.ReceivedAt == nil {
		at := r.At
		d.ReceivedAt = &at
	}
	if d.PortalCode == "" {
		d.PortalCode = r.PortalCode
	}
	if r.DueAt != nil {
		d.DueAt = r.DueAt
	}
}

// hearParcel takes in what a shipment's events add up to. An older sum never
// replaces a newer one: an end stays, and what is on the way goes by its time.
func (d *run) hearParcel(ctx workflow.Context, r register.ParcelReport) error {
	if !d.notice(r.Inbox) {
		return nil
	}
	d.heardAt = workflow.Now(ctx)
	leg := &d.Home
	if r.Leg == register.LegOut {
		leg = &d.Out
	}
	d.deal(r.Inbox)
	if r.Attempt < leg.Attempt || r.Attempt == leg.Attempt && leg.State.ParcelEnd() && !r.Contradicted {
		return nil
	}
	contradicted := r.Contradicted && !leg.Contradicted
	*leg = register.Parcel{Shipment: r.Shipment, Attempt: r.Attempt, Booked: true, State: r.State, Contradicted: r.Contradicted}
	switch {
	case contradicted:
		return d.record(ctx, register.Transition{Kind: "parcel_contradicted", Actor: "courier", Task: "parcel_contradicted", Data: map[string]string{"shipment": r.Shipment}})
	case r.Leg == register.LegOut:
		return d.papersTravel(ctx, r)
	case r.State.ParcelEnd():
		return nil // the delivery stage records what it makes of it
	default:
		return d.record(ctx, register.Transition{Kind: "parcel_trouble", Actor: "courier", Data: map[string]string{"parcel": string(r.State), "shipment": r.Shipment}})
	}
}

// notice says whether a message is new, and remembers it.
func (d *run) notice(inbox string) bool {
	if inbox != "" && slices.Contains(d.Seen, inbox) {
		return false
	}
	d.Seen = append(d.Seen, inbox)
	return true
}

// deal remembers a message to be marked in the register with the next step.
func (d *run) deal(inbox string) {
	if inbox != "" {
		d.Dealt = append(d.Dealt, inbox)
	}
}
