package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/trail"
)

// The kinds and states of inbox messages.
const (
	KindPortal = "portal"
	KindParcel = "parcel"
	KindPapers = "papers" // from a bag

	InboxPending   = "pending"   // to be signalled to the workflow
	InboxSignalled = "signalled" // the workflow has it and will say what became of it
	InboxApplied   = "applied"
	InboxLate      = "late"      // came after the dossier was closed
	InboxUnmatched = "unmatched" // names nothing that we know
)

// Inbox is something an outside party reported, kept before it is answered.
type Inbox struct {
	ID          string `gorm:"primaryKey"`
	Source      string // "portal", "courier:vnpost", …
	EventID     string
	Digest      string
	Kind        string
	DossierCode string
	Payload     string // JSON of the report as the workflow gets it
	TextID      string
	State       string
	Attempts    int
	NextAt      time.Time
	ReceivedAt  time.Time
	AppliedAt   *time.Time
	trail.Trail `gorm:"embedded"` // of the request that wrote it
}

// TableName is inbox.
func (Inbox) TableName() string { return "inbox" }

// Waiting says whether the workflow has not dealt with the message yet.
func (m Inbox) Waiting() bool { return m.State == InboxPending || m.State == InboxSignalled }

// Arrival is a report as it comes in.
type Arrival struct {
	Source  string
	EventID string
	Digest  string // SHA-256 of the body, to tell a repetition from a change
	Text    string // free text of the report
	// PartTexts are its words on each part of what it asks for.
	PartTexts []string
}

// arrive inserts an inbox row. fresh is false for an event that is known; one
// that is known with another body is ErrEventChanged. One that named nothing we
// knew is fresh when it names something by now, as it may after a restore.
func (s *Store) arrive(tx *gorm.DB, a Arrival, row *Inbox) (fresh bool, err error) {
	row.ID, row.Source, row.EventID, row.Digest = newID(), a.Source, a.EventID, a.Digest
	row.ReceivedAt, row.NextAt = s.now(), s.now()
	row.Trail = trail.From(tx.Statement.Context)
	if row.State == "" {
		row.State = InboxPending
	}
	if row.State != InboxUnmatched {
		if row.TextID, err = s.addText(tx, row.DossierCode, a.Text); err != nil {
			return false, err
		}
	}
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(row)
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error == nil, res.Error
	}
	var known Inbox
	if err := tx.Where("source = ? AND event_id = ?", a.Source, a.EventID).Take(&known).Error; err != nil {
		return false, err
	}
	if known.Digest != a.Digest {
		return false, ErrEventChanged
	}
	if known.State == InboxUnmatched && row.State != InboxUnmatched { // now we know what it is about
		row.ID, row.ReceivedAt = known.ID, known.ReceivedAt
		return true, tx.Model(&Inbox{}).Where("id = ?", row.ID).Select("dossier_code", "text_id", "state", "next_at").Updates(row).Error
	}
	*row = known
	return false, nil
}

// errKnown rolls a transaction back whose event turned out to be known.
var errKnown = errors.New("known event")

// AcceptReport keeps a portal's report. A dossier that we do not know makes it
// unmatched, which is kept and counted but refuses nothing.
func (s *Store) AcceptReport(ctx context.Context, a Arrival, code string, r register.PortalReport, results []Result) (Inbox, bool, error) {
	row := Inbox{Kind: KindPortal, DossierCode: code}
	fresh := false
	err := s.tx(ctx, func(tx *gorm.DB) (err error) {
		var d Dossier
		if err := tx.Where("code = ?", code).Take(&d).Error; errors.Is(err, gorm.ErrRecordNotFound) {
			row.State = InboxUnmatched
		} else if err != nil {
			return err
		}
		if fresh, err = s.arrive(tx, a, &row); err != nil || !fresh {
			return orKnown(err, fresh)
		}
		r.Inbox, r.TextID = row.ID, row.TextID
		if row.State != InboxUnmatched {
			if err := s.addPartTexts(tx, code, r.Parts, a.PartTexts); err != nil {
				return err
			}
		}
		raw, err := json.Marshal(r)
		if err != nil {
			return err
		}
		row.Payload = string(raw)
		for i := range results {
			results[i].ID, results[i].DossierCode, results[i].SourceID, results[i].CreatedAt = newID(), code, row.ID, s.now()
		}
		if len(results) > 0 {
			if err := later(tx).Create(&results).Error; err != nil {
				return err
			}
		}
		return later(tx).Model(&Inbox{}).Where("id = ?", row.ID).Update("payload", row.Payload).Error
	})
	if errors.Is(err, errKnown) {
		err = nil
	}
	return row, fresh, err
}

// addPartTexts keeps the words on the parts of a request and names them by id.
func (s *Store) addPartTexts(tx *gorm.DB, code string, parts []register.Part, texts []string) (err error) {
	for i := range parts {
		if i < len(texts) {
			if parts[i].TextID, err = s.addText(tx, code, texts[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func orKnown(err error, fresh bool) error {
	if err == nil && !fresh {
		return errKnown
	}
	return err
}

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

// AcceptParcel keeps a carrier's report, adds it to the parcel's events and
// folds them. The workflow is told only of what it acts upon.
func (s *Store) AcceptParcel(ctx context.Context, a ParcelArrival) (Inbox, bool, error) {
	row := Inbox{Kind: KindParcel}
	fresh := false
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var sh Shipment
		q := tx.Where("carrier = ?", a.Carrier)
		if a.ShipmentID != "" {
			q = q.Where("id = ?", a.ShipmentID)
		} else {
			q = q.Where("key = ?", a.Key)
		}
		err := q.Take(&sh).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			row.State = InboxUnmatched
			fresh, err = s.arrive(tx, a.Arrival, &row)
			return err
		} else if err != nil {
			return err
		}
		row.DossierCode = sh.DossierCode
		d, err := lockDossier(tx, sh.DossierCode)
		if err != nil {
			return err
		}
		if fresh, err = s.arrive(tx, a.Arrival, &row); err != nil || !fresh {
			return orKnown(err, fresh)
		}
		return s.foldParcel(tx, &d, sh.ID, a, &row)
	})
	if errors.Is(err, errKnown) {
		err = nil
	}
	return row, fresh, err
}

// foldParcel adds the event, sums the parcel up anew and says whether the
// workflow must know.
func (s *Store) foldParcel(tx *gorm.DB, d *Dossier, shipment string, a ParcelArrival, row *Inbox) error {
	var sh Shipment
	if err := tx.Where("id = ?", shipment).Take(&sh).Error; err != nil {
		return err
	}
	e := ParcelEvent{ShipmentID: sh.ID, EventID: a.EventID, Type: a.Type, OccurredAt: micros(a.OccurredAt), ReceivedAt: s.now(), TextID: row.TextID, Proof: a.Proof}
	before := sh.State
	p, err := foldEvents(tx, sh.ID, e)
	if err != nil {
		return err
	}
	if err := later(tx).Create(&e).Error; err != nil {
		return err
	}
	sh.State, sh.Attempts, sh.Contradicted, sh.Since, sh.UpdatedAt = p.State, p.Attempts, p.Contradicted, utc(&p.Since), s.now()
	if a.Type == dossier.DeliveryDelivered && a.Proof != "" {
		sh.Proof = a.Proof
	}
	if err := later(tx).Model(&sh).Select("*").Omit("id").Updates(&sh).Error; err != nil {
		return err
	}
	if register.Leg(sh.Leg) == register.LegHome && d.ShipmentID == sh.ID && sh.State != before {
		if err := s.followHome(tx, d, sh); err != nil {
			return err
		}
	}
	kind := "parcel_" + string(a.Type)
	data := map[string]string{"shipment": sh.ID, "leg": sh.Leg, "carrier": sh.Carrier, "state": string(sh.State), "occurred_at": a.OccurredAt.In(dossier.Zone).Format(time.RFC3339)}
	if err := s.append(tx, d, change{kind: kind, actor: "courier", role: "courier", at: s.now(), textID: row.TextID, data: data}); err != nil {
		return err
	}
	if err := s.tell(tx, *d, *d, kind, data); err != nil {
		return err
	}
	if err := later(tx).Model(d).Select("revision", "audit_head", "delivery_state").Updates(d).Error; err != nil {
		return err
	}
	return s.announceParcel(tx, sh, before, row)
}

// followHome moves the delivery state and the originals along with the parcel
// that brings them home. Where they are follows from the parcel's state alone,
// in whatever order the reports came. What the citizen has collected stays so.
func (s *Store) followHome(tx *gorm.DB, d *Dossier, sh Shipment) error {
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
		return s.homePapers(tx, d, carried, to, courierSubject)
	case dossier.DeliveryReturned, dossier.DeliveryCancelled:
		return s.homePapers(tx, d, carried, custody.Holder{Kind: custody.Authority, ID: d.Authority}, courierSubject)
	default:
		return s.homePapers(tx, d, carried, custody.Holder{Kind: custody.Carrier, ID: sh.Carrier}, courierSubject)
	}
}

// announceParcel stores the report for the workflow, or marks it as dealt with
// where the workflow has nothing to do about it.
func (s *Store) announceParcel(tx *gorm.DB, sh Shipment, before dossier.DeliveryState, row *Inbox) error {
	raw, err := json.Marshal(parcelReport(sh, row.ID))
	if err != nil {
		return err
	}
	row.Payload = string(raw)
	if !matters(register.Leg(sh.Leg), sh.State) || sh.State == before && !sh.Contradicted {
		now := s.now()
		row.State, row.AppliedAt = InboxApplied, &now
	}
	return later(tx).Model(&Inbox{}).Where("id = ?", row.ID).
		Updates(map[string]any{"payload": row.Payload, "state": row.State, "applied_at": row.AppliedAt, "dossier_code": row.DossierCode}).Error
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

// Signalled marks a message as handed to the workflow.
func (s *Store) Signalled(ctx context.Context, id string) error {
	return s.with(ctx).Model(&Inbox{}).Where("id = ? AND state = ?", id, InboxPending).Update("state", InboxSignalled).Error
}

// Late marks a message that came after its dossier was closed, and records it.
func (s *Store) Late(ctx context.Context, m Inbox) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		d, err := lockDossier(tx, m.DossierCode)
		if err != nil {
			return err
		}
		now := s.now()
		res := tx.Model(&Inbox{}).Where("id = ? AND state IN ?", m.ID, []string{InboxPending, InboxSignalled}).
			Updates(map[string]any{"state": InboxLate, "applied_at": &now})
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		if err := s.append(tx, &d, change{kind: "late_report", actor: m.Source, role: "system", textID: m.TextID, data: map[string]string{"inbox": m.ID, "kind": m.Kind}}); err != nil {
			return err
		}
		return tx.Model(&d).Select("revision", "audit_head").Updates(&d).Error
	})
}

// PortalReport reads the report of a message.
func (m Inbox) PortalReport() (register.PortalReport, error) {
	var r register.PortalReport
	if err := json.Unmarshal([]byte(m.Payload), &r); err != nil {
		return r, fmt.Errorf("store: inbox row %s: %w", m.ID, err)
	}
	return r, nil
}

// ParcelReport reads the report of a message.
func (m Inbox) ParcelReport() (register.ParcelReport, error) {
	var r register.ParcelReport
	if err := json.Unmarshal([]byte(m.Payload), &r); err != nil {
		return r, fmt.Errorf("store: inbox row %s: %w", m.ID, err)
	}
	return r, nil
}

// PapersReport reads the report of a message.
func (m Inbox) PapersReport() (register.PapersReport, error) {
	var r register.PapersReport
	if err := json.Unmarshal([]byte(m.Payload), &r); err != nil {
		return r, fmt.Errorf("store: inbox row %s: %w", m.ID, err)
	}
	return r, nil
}
