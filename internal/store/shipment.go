package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

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
func foldEvents(tx *gorm.DB, shipment string, now ParcelEvent) (dossier.Parcel, error) {
	var rows []ParcelEvent
	if err := tx.Where("shipment_id = ?", shipment).Find(&rows).Error; err != nil {
		return dossier.Parcel{}, err
	}
	rows = append(rows, now)
	events := make([]dossier.ParcelEvent, len(rows))
	for i, r := range rows {
		events[i] = dossier.ParcelEvent{ID: r.EventID, Type: r.Type, OccurredAt: r.OccurredAt}
	}
	return dossier.Fold(events), nil
}

// OrderShipment writes a parcel's row before the carrier is called; the same
// key again finds the row that is there. The home leg's newest shipment is the
// one that the dossier's delivery state follows.
func (s *Store) OrderShipment(ctx context.Context, code string, leg register.Leg, attempt int, carrier, key string) (Shipment, error) {
	var sh Shipment
	err := s.tx(ctx, func(tx *gorm.DB) error {
		d, err := lockDossier(tx, code)
		if err != nil {
			return err
		}
		row := Shipment{ID: newID(), Key: key, DossierCode: code, Leg: string(leg), Attempt: attempt, Carrier: carrier,
			State: dossier.DeliveryNone, CreatedAt: s.now(), UpdatedAt: s.now()}
		res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if res.Error != nil {
			return res.Error
		}
		if err := tx.Where("key = ?", key).Take(&sh).Error; err != nil {
			return err
		}
		if leg != register.LegHome || res.RowsAffected == 0 {
			return nil
		}
		return later(tx).Model(&d).Updates(map[string]any{"shipment_id": sh.ID, "delivery_state": sh.State}).Error
	})
	return sh, err
}

// Booked writes the carrier's confirmation.
func (s *Store) Booked(ctx context.Context, id, tracking string) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		sh, err := lockShipment(tx, id)
		if err != nil {
			return err
		}
		up := map[string]any{"tracking_number": tracking, "updated_at": s.now()}
		if sh.State == dossier.DeliveryNone {
			up["state"] = dossier.DeliveryBooked
			err := later(tx).Model(&Dossier{}).Where("code = ? AND shipment_id = ? AND delivery_state = ?", sh.DossierCode, sh.ID, dossier.DeliveryNone).
				Update("delivery_state", dossier.DeliveryBooked).Error
			if err != nil {
				return err
			}
		}
		return later(tx).Model(&Shipment{}).Where("id = ?", id).Updates(up).Error
	})
}

// lockShipment reads a parcel while nobody else changes it: its dossier's lock
// is the parcel's as well.
func lockShipment(tx *gorm.DB, id string) (Shipment, error) {
	var sh Shipment
	if err := tx.Where("id = ?", id).Take(&sh).Error; err != nil {
		return sh, found(err)
	}
	if _, err := lockDossier(tx, sh.DossierCode); err != nil {
		return sh, err
	}
	return sh, tx.Where("id = ?", id).Take(&sh).Error
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
