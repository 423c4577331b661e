package store

import (
	"context"
	"slices"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// Shipment is one parcel ordered from a carrier. Its row is written before the
// carrier is called, so that an early report finds it.
type Shipment struct {
	ID             string `gorm:"primaryKey"`
	Key            string
	DossierCode    string
	Leg            string
	Attempt        int
	Carrier        string
	TrackingNumber string
	State          dossier.DeliveryState
	Since          *time.Time
	Attempts       int
	Contradicted   bool
	Proof          string // JSON, once delivered
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// ParcelEvent is one report about a parcel.
type ParcelEvent struct {
	ShipmentID string `gorm:"primaryKey"`
	EventID    string `gorm:"primaryKey"`
	Type       dossier.DeliveryState
	OccurredAt time.Time
	ReceivedAt time.Time
	TextID     string
	Proof      string
}

// foldEvents sums up what was reported of a parcel, and what is reported now.
func foldEvents(before []ParcelEvent, now ParcelEvent) dossier.Parcel {
	events := make([]dossier.ParcelEvent, 0, len(before)+1)
	for _, r := range append(slices.Clone(before), now) {
		events = append(events, dossier.ParcelEvent{ID: r.EventID, Type: r.Type, OccurredAt: r.OccurredAt})
	}
	return dossier.Fold(events)
}

// BeginBooking is BeginEffect for a parcel to be ordered from a carrier: the
// parcel's row stands before the carrier is called. The same key again finds what
// is there. The home leg's newest shipment is the one that the dossier's delivery
// state follows. With it comes what the carrier is told: the dossier, its people
// and papers.
func (s *Store) BeginBooking(ctx context.Context, code string, leg register.Leg, attempt int, carrier, key string) (Begun, error) {
	row, first, err := s.beginning(ctx, key, code, "book_"+string(leg))
	if err != nil {
		return Begun{}, err
	}
	begun := Begun{Effect: row, First: first}
	err = s.batched(ctx, func(b *batch) error {
		var r outgoing
		var ordered, known bool
		take(b, &r.Dossier, &r.there, "WHERE code = ?"+b.forUpdate(), code)
		r.people(b, code)
		findPapers(b, &r.Papers, code)
		take(b, &begun.Shipment, &ordered, "WHERE key = ?", key)
		take(b, &begun.Effect, &known, "WHERE key = ?", key)
		if err := foundIf(r.there, b.send()); err != nil {
			return err
		}
		if !ordered {
			sh := Shipment{ID: newID(), Key: key, DossierCode: code, Leg: string(leg), Attempt: attempt, Carrier: carrier,
				State: dossier.DeliveryNone, CreatedAt: s.now(), UpdatedAt: s.now()}
			insert(b, sh)
			if leg == register.LegHome {
				b.write(`UPDATE "dossiers" SET shipment_id = ?, delivery_state = ? WHERE code = ?`, sh.ID, string(sh.State), code)
			}
			begun.Shipment = sh
		}
		if known {
			again(b, key)
			begun.Tries++
			begun.First = false
		} else {
			insert(b, row)
			begun.Effect = row
		}
		begun.Outgoing = r.made()
		return b.leave()
	})
	return begun, err
}

// booked adds the writing of a carrier's confirmation.
func (s *Store) booked(b *batch, shipment, tracking string) {
	b.write(`UPDATE "dossiers" SET delivery_state = ? WHERE shipment_id = ? AND delivery_state = ? AND code = (SELECT dossier_code FROM shipments WHERE id = ?)`,
		string(dossier.DeliveryBooked), shipment, string(dossier.DeliveryNone), shipment)
	b.write(`UPDATE "shipments" SET tracking_number = ?, updated_at = ?, state = CASE state WHEN ? THEN ? ELSE state END WHERE id = ?`,
		tracking, s.now(), string(dossier.DeliveryNone), string(dossier.DeliveryBooked), shipment)
}

// Shipment finds a shipment by id; carrier "" means any.
func (s *Store) Shipment(ctx context.Context, carrier, id string) (Shipment, error) {
	q := s.with(ctx).Where("id = ?", id)
	if carrier != "" {
		q = q.Where("carrier = ?", carrier)
	}
	var sh Shipment
	err := q.Take(&sh).Error
	return sh, found(err)
}

// ShipmentFilter narrows a list of shipments.
type ShipmentFilter struct {
	Carrier   string
	State     dossier.DeliveryState
	AfterTime time.Time
	AfterID   string
	Limit     int
}

// Shipments lists shipments, newest first.
func (s *Store) Shipments(ctx context.Context, f ShipmentFilter) ([]Shipment, error) {
	q := s.with(ctx)
	if f.Carrier != "" {
		q = q.Where("carrier = ?", f.Carrier)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.AfterID != "" {
		q = q.Where("(created_at < ? OR created_at = ? AND id < ?)", f.AfterTime, f.AfterTime, f.AfterID)
	}
	var rows []Shipment
	err := q.Order("created_at DESC, id DESC").Limit(f.Limit).Find(&rows).Error
	return rows, err
}

// ShipmentsOf lists a dossier's shipments, oldest first.
func (s *Store) ShipmentsOf(ctx context.Context, code string) ([]Shipment, error) {
	var rows []Shipment
	err := s.with(ctx).Where("dossier_code = ?", code).Order("created_at, id").Find(&rows).Error
	return rows, err
}
