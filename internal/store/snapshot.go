package store

import (
	"context"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// Snapshot reads all that a workflow needs to begin, or to begin anew.
func (s *Store) Snapshot(ctx context.Context, code string) (register.Snapshot, error) {
	var r snapshot
	err := s.atOneMoment(ctx, func(b *batch) { r.read(b, code) })
	if err = foundIf(r.there, err); err != nil {
		return register.Snapshot{}, err
	}
	return r.made()
}

// SnapshotToCheck is Snapshot and ToCheck in one trip, both of one moment.
func (s *Store) SnapshotToCheck(ctx context.Context, code string) (register.Snapshot, ToCheck, error) {
	var r snapshot
	var c checking
	err := s.atOneMoment(ctx, func(b *batch) {
		r.read(b, code)
		c.read(b, code, s.now())
	})
	if err = foundIf(r.there, err); err != nil {
		return register.Snapshot{}, ToCheck{}, err
	}
	c.Dossier = r.dossier
	out, err := r.made()
	return out, c.made(), err
}

// snapshot are the rows that a Snapshot is made of.
type snapshot struct {
	dossier Dossier
	there   bool
	papers  []Paper
	parcels []Shipment
	unheard []Inbox
}

func (r *snapshot) read(b *batch, code string) {
	take(b, &r.dossier, &r.there, "WHERE code = ?", code)
	findPapers(b, &r.papers, code)
	find(b, &r.parcels, "WHERE dossier_code = ? ORDER BY attempt", code)
	find(b, &r.unheard, `WHERE dossier_code = ? AND kind IN (?,?) AND state IN (?,?) ORDER BY received_at, id`, code, KindPortal, KindPapers, InboxPending, InboxSignalled)
}

func (r *snapshot) made() (register.Snapshot, error) {
	d := r.dossier
	out := register.Snapshot{Facts: facts(d), Position: position(d), Clock: d.Clock, Step: d.Step, Revision: d.Revision, Papers: bundleOf(r.papers),
		Out: newestParcel(r.parcels, register.LegOut), Home: newestParcel(r.parcels, register.LegHome)}
	return out, hear(r.unheard, &out)
}

// hear adds the reports that nobody has dealt with. Also those that are on their
// way: they are marked a little after they were told, and a run that ended at the
// wrong moment may have had them already. Told again, they are no news. A parcel's
// need no such thing: its state says all.
func hear(unheard []Inbox, out *register.Snapshot) error {
	for _, m := range unheard {
		if m.Kind == KindPapers {
			r, err := m.PapersReport()
			if err != nil {
				return err
			}
			out.Bagged = append(out.Bagged, r)
			continue
		}
		r, err := m.PortalReport()
		if err != nil {
			return err
		}
		out.Portal = append(out.Portal, r)
	}
	return nil
}

func facts(d Dossier) register.Facts {
	return register.Facts{Code: d.Code, Office: d.Office, Network: d.Network, Authority: d.Authority, Procedure: d.ProcedureCode,
		ProcedureVersion: d.ProcedureVersion, Method: d.DeliveryMethod, Carrier: d.DeliveryCarrier, FeeExpected: d.FeeDue > 0}
}

func position(d Dossier) register.Position {
	p := register.Position{
		Stage: d.Stage, Status: d.Status, Route: d.Route,
		Waiting: register.Waiting{Who: d.WaitingWho, What: d.WaitingWhat, Until: d.WaitingUntil},
		Parked:  d.Parked, Overdue: d.Overdue, ReceivedAt: d.ReceivedAt, DueAt: d.DueAt,
		SubmitAttempt: d.SubmitAttempt, Submitted: d.Submitted, Rounds: d.Rounds, Given: d.Given, Asked: d.Asked,
		Fee: d.FeeAsked, Fees: d.Fees(), Result: register.Result{Known: d.ResultKnown, Paper: d.ResultPaper},
	}
	if d.PortalCode != nil {
		p.PortalCode = *d.PortalCode
	}
	if len(d.AskedParts) > 0 {
		p.Parts = d.AskedParts
	}
	if d.LastReport != nil {
		p.LastReport = *d.LastReport
	}
	return p
}

// deliveryFailed is the workflow's task of a parcel that did not reach the citizen.
const deliveryFailed = "delivery_failed"

// submissionRefused is the workflow's task of a dossier that the portal refused.
const submissionRefused = "submission_refused"

// held is the workflow's task of a dossier that a manager holds.
const held = "held"

// Standing is what decides which commands the dossier takes, judged as the
// workflow does. A parcel that is ordered but not confirmed is not booked: a
// carrier that rejects the address must find it corrected. Wherever a parcel
// ended that did not arrive, the citizen may come to the counter for it.
func (d Dossier) Standing(hasPapers bool) dossier.Standing {
	st := dossier.Standing{Stage: d.Stage, Status: d.Status, WaitingFor: d.WaitingWhat, Parked: d.Parked != "", Route: d.Route,
		Method: d.DeliveryMethod, Delivery: d.DeliveryState, HomeBooked: d.ShipmentID != "" && d.DeliveryState != dossier.DeliveryNone, HasPapers: hasPapers, FeeExpected: d.FeeDue > 0,
		Held: d.Parked == held, Dated: d.DueAt != nil || d.Clock.StartedAt != nil, Extendable: d.Clock.Extendable(), Approvable: d.Clock.MayApprove(),
		Filed: d.Submitted || d.SubmitAttempt > 0 && d.Parked != submissionRefused, Rejected: d.Parked == submissionRefused}
	if d.Parked == deliveryFailed {
		st.Delivery = dossier.DeliveryReturned
	}
	return st
}

// newestParcel is the last of a leg's parcels, which come by their attempts.
func newestParcel(parcels []Shipment, leg register.Leg) register.Parcel {
	var p register.Parcel
	for _, sh := range parcels {
		if sh.Leg == string(leg) {
			p = register.Parcel{Shipment: sh.ID, Attempt: sh.Attempt, Carrier: sh.Carrier, Booked: sh.TrackingNumber != "", State: sh.State, Contradicted: sh.Contradicted}
		}
	}
	return p
}
