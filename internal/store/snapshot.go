package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// Snapshot reads all that a workflow needs to begin, or to begin anew.
func (s *Store) Snapshot(ctx context.Context, code string) (register.Snapshot, error) {
	var out register.Snapshot
	err := s.tx(ctx, func(tx *gorm.DB) error {
		d, err := lockDossier(tx, code) // so that all parts are of one moment
		if err != nil {
			return err
		}
		out = register.Snapshot{Facts: facts(d), Position: position(d), Clock: d.Clock, Step: d.Step, Revision: d.Revision}
		if out.Papers, err = bundle(tx, code); err != nil {
			return err
		}
		if out.Out, err = newestParcel(tx, code, register.LegOut); err != nil {
			return err
		}
		if out.Home, err = newestParcel(tx, code, register.LegHome); err != nil {
			return err
		}
		return s.unheard(tx, &out)
	})
	return out, err
}

// unheard adds the reports that an earlier run was told of and did not deal with.
// Of a bag's also those that are on their way: a run that ended at the wrong moment
// may have had them already, and nobody could be asked again. A parcel's need no
// such thing: its state says all.
func (s *Store) unheard(tx *gorm.DB, out *register.Snapshot) error {
	var rows []Inbox
	err := tx.Where("dossier_code = ? AND (kind = ? AND state = ? OR kind = ? AND state IN ?)", out.Facts.Code, KindPortal, InboxSignalled, KindPapers, []string{InboxPending, InboxSignalled}).
		Order("received_at, id").Find(&rows).Error
	if err != nil {
		return err
	}
	for _, m := range rows {
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

func newestParcel(tx *gorm.DB, code string, leg register.Leg) (register.Parcel, error) {
	var sh Shipment
	err := tx.Where("dossier_code = ? AND leg = ?", code, string(leg)).Order("attempt DESC").Take(&sh).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return register.Parcel{}, nil
	}
	return register.Parcel{Shipment: sh.ID, Attempt: sh.Attempt, Carrier: sh.Carrier, Booked: sh.TrackingNumber != "", State: sh.State, Contradicted: sh.Contradicted}, err
}
