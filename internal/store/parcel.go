package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// ParcelArrival is a carrier's report about one parcel.
type ParcelArrival struct {
	Arrival
	Carrier    string
	Key        string // the booking's key, or
	ShipmentID string // the shipment's id
	Type       dossier.DeliveryState
	OccurredAt time.Time
	Proof      string // JSON
}

// parcelNews is what a report about a parcel meets with in the register: one
// trip reads all of it, under the lock of the parcel's dossier.
type parcelNews struct {
	ParcelArrival
	dossier  Dossier
	held     bool // the dossier is there, and locked
	shipment Shipment
	there    bool
	events   []ParcelEvent
	papers   []Paper
}

// lookUp adds the reading.
func (n *parcelNews) lookUp(b *batch) {
	named, key := "key = ?", n.Key
	if n.ShipmentID != "" {
		named, key = "id = ?", n.ShipmentID
	}
	its := func(column string) string { return "(SELECT " + column + " FROM shipments WHERE " + named + ")" }
	take(b, &n.dossier, &n.held, "WHERE code = "+its("dossier_code")+b.forUpdate(), key)
	take(b, &n.shipment, &n.there, "WHERE "+named, key)
	find(b, &n.events, "WHERE shipment_id = "+its("id"), key)
	find(b, &n.papers, "WHERE dossier_code = "+its("dossier_code")+" ORDER BY component, id", key)
}

// known says whether the parcel is there, under its dossier's lock, and the
// carrier's own. (The database is not asked for the carrier as well: it might look
// through all the carrier's parcels for the one key.)
func (n *parcelNews) known() bool { return n.held && n.there && n.shipment.Carrier == n.Carrier }

// AcceptParcel keeps a carrier's report, adds it to the parcel's events and
// folds them. The workflow is told only of what it acts upon.
func (s *Store) AcceptParcel(ctx context.Context, a ParcelArrival) (Inbox, bool, error) {
	return s.accept(ctx, a.Arrival, func(tx *gorm.DB, in *arriving) (bool, error) {
		n := parcelNews{ParcelArrival: a}
		b := byHand(tx)
		n.lookUp(b)
		in.lookUp(b)
		if err := b.send(); err != nil {
			return false, err
		}
		if n.there && !n.held { // it was ordered between the two questions
			n.lookUp(b)
			if err := b.send(); err != nil {
				return false, err
			}
		}
		in.row.Kind, in.row.State = KindParcel, InboxUnmatched
		if n.known() {
			in.row.DossierCode, in.row.State = n.shipment.DossierCode, InboxPending
		}
		fresh, err := s.admit(ctx, in)
		if err != nil || !fresh {
			return false, err
		}
		if n.known() {
			if err := s.wordsOf(tx, in, nil); err != nil {
				return false, err
			}
			if err := s.foldParcel(tx, &n, in); err != nil {
				return false, err
			}
		}
		in.keep(b)
		return true, b.leave()
	})
}

// foldParcel adds the event, sums the parcel up anew and says whether the
// workflow must know.
func (s *Store) foldParcel(tx *gorm.DB, n *parcelNews, in *arriving) error {
	d, sh := &n.dossier, &n.shipment
	e := ParcelEvent{ShipmentID: sh.ID, EventID: n.EventID, Type: n.Type, OccurredAt: micros(n.OccurredAt), ReceivedAt: s.now(), TextID: in.row.TextID, Proof: n.Proof}
	before := sh.State
	p := foldEvents(n.events, e)
	sh.State, sh.Attempts, sh.Contradicted, sh.Since, sh.UpdatedAt = p.State, p.Attempts, p.Contradicted, utc(&p.Since), s.now()
	if n.Type == dossier.DeliveryDelivered && n.Proof != "" {
		sh.Proof = n.Proof
	}
	b := byHand(tx)
	insert(b, e)
	save(b, sh)
	if register.Leg(sh.Leg) == register.LegHome && d.ShipmentID == sh.ID && sh.State != before {
		if err := s.followHome(tx, n); err != nil {
			return err
		}
	}
	kind := "parcel_" + string(n.Type)
	data := map[string]string{"shipment": sh.ID, "leg": sh.Leg, "carrier": sh.Carrier, "state": string(sh.State), "occurred_at": n.OccurredAt.In(dossier.Zone).Format(time.RFC3339)}
	if err := s.append(tx, d, change{kind: kind, actor: "courier", role: "courier", at: s.now(), textID: in.row.TextID, data: data}); err != nil {
		return err
	}
	if err := s.tell(tx, *d, *d, kind, data); err != nil {
		return err
	}
	b.write(`UPDATE "dossiers" SET revision = ?, audit_head = ?, delivery_state = ? WHERE code = ?`, d.Revision, d.AuditHead, string(d.DeliveryState), d.Code)
	if err := b.leave(); err != nil {
		return err
	}
	return s.announceParcel(*sh, before, &in.row)
}

// followHome moves the delivery state and the originals along with the parcel
// that brings them home. Where they are follows from the parcel's state alone,
// in whatever order the reports came. What the citizen has collected stays so.
func (s *Store) followHome(tx *gorm.DB, n *parcelNews) error {
	d, sh := &n.dossier, n.shipment
	if d.DeliveryState == dossier.DeliveryCollected {
		return nil
	}
	d.DeliveryState = sh.State
	carried := []string{custody.Authority, custody.Carrier}
	switch sh.State {
	case dossier.DeliveryBooked:
		return nil
	case dossier.DeliveryDelivered:
		to := custody.Holder{Kind: custody.Citizen}
		if d.DeliveryMethod != dossier.ByCourier {
			to = custody.Holder{Kind: custody.Office, ID: d.Office} // where the citizen comes for them
		}
		return s.homePapers(tx, d, n.papers, carried, to, courierSubject)
	case dossier.DeliveryReturned, dossier.DeliveryCancelled:
		return s.homePapers(tx, d, n.papers, carried, custody.Holder{Kind: custody.Authority, ID: d.Authority}, courierSubject)
	default:
		return s.homePapers(tx, d, n.papers, carried, custody.Holder{Kind: custody.Carrier, ID: sh.Carrier}, courierSubject)
	}
}

// announceParcel makes the report for the workflow, or marks it as dealt with
// where the workflow has nothing to do about it.
func (s *Store) announceParcel(sh Shipment, before dossier.DeliveryState, row *Inbox) error {
	raw, err := json.Marshal(parcelReport(sh, row.ID))
	if err != nil {
		return err
	}
	row.Payload = string(raw)
	if !matters(register.Leg(sh.Leg), sh.State) || sh.State == before && !sh.Contradicted {
		now := s.now()
		row.State, row.AppliedAt = InboxApplied, &now
	}
	return nil
}

func parcelReport(sh Shipment, inbox string) register.ParcelReport {
	r := register.ParcelReport{Inbox: inbox, Shipment: sh.ID, Leg: register.Leg(sh.Leg), Attempt: sh.Attempt, State: sh.State, Contradicted: sh.Contradicted}
	if sh.Since != nil {
		r.At = *sh.Since
	}
	return r
}

// matters says whether the workflow acts upon a parcel's state. On the way home
// it cares for ends and trouble only; on the way out also for the collection,
// at which the papers change hands.
func matters(leg register.Leg, st dossier.DeliveryState) bool {
	switch st {
	case dossier.DeliveryBooked:
		return false
	case dossier.DeliveryPickedUp, dossier.DeliveryInTransit, dossier.DeliveryOut, dossier.DeliveryReturning:
		return leg == register.LegOut
	default:
		return true
	}
}
