package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"hoso/internal/dossier"
)

// Result is an electronic result of a dossier.
type Result struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	SourceID    string // the inbox message or operation that brought it
	Name        string
	DocumentID  string
	CreatedAt   time.Time
}

// Results lists a decided dossier's electronic results: those whose source has
// been applied. A report that was not believed brings none.
func (s *Store) Results(ctx context.Context, code string) ([]Result, error) {
	var rows []Result
	err := s.with(ctx).Where(`dossier_code = ? AND (
		source_id IN (SELECT id FROM inbox WHERE state = ?) OR source_id IN (SELECT id FROM operations WHERE state = ?))`,
		code, InboxApplied, OperationApplied).Order("created_at, id").Find(&rows).Error
	return rows, err
}

// StoreResult keeps a result's document row on behalf of an authority. The same
// bytes for the same dossier again, as a repeated report brings them, find the
// row that is there.
func (s *Store) StoreResult(ctx context.Context, row Document) (Document, error) {
	var known Document
	err := s.with(ctx).Where("sha256 = ? AND dossier_code = ? AND subject = ?", row.SHA256, row.DossierCode, row.Subject).Take(&known).Error
	if err = found(err); !errors.Is(err, ErrNotFound) {
		return known, err
	}
	row.ID, row.CreatedAt = newID(), s.now()
	return row, s.with(ctx).Create(&row).Error
}

// Payment is money that a clerk recorded.
type Payment struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	OperationID string
	Amount      int64 // whole đồng
	Method      string
	Reference   string
	PaidAt      time.Time
	Subject     string
}

// PaymentOrder is the payload of a payment command.
type PaymentOrder struct {
	Amount    int64     `json:"amount"`
	Method    string    `json:"method"`
	Reference string    `json:"reference,omitempty"`
	PaidAt    time.Time `json:"paid_at"`
}

// Payments lists a dossier's payments.
func (s *Store) Payments(ctx context.Context, code string) ([]Payment, error) {
	var rows []Payment
	err := s.with(ctx).Where("dossier_code = ?", code).Order("paid_at, id").Find(&rows).Error
	return rows, err
}

// ContactOrder is the payload of a contact command: only what is to change.
type ContactOrder struct {
	Phone     string          `json:"phone,omitempty"`
	Recipient *dossier.Person `json:"recipient,omitempty"`
}

// correct carries a contact command out.
func correct(tx *gorm.DB, d *Dossier, o ContactOrder) error {
	if o.Phone != "" {
		phone := dossier.NormalPhone(o.Phone)
		if err := tx.Model(&Person{}).Where("dossier_code = ? AND part = ?", d.Code, PartApplicant).Update("phone", phone).Error; err != nil {
			return err
		}
		d.PhoneTail = tail(phone, 4)
	}
	if o.Recipient != nil {
		row := personRow(d.Code, PartRecipient, *o.Recipient)
		return tx.Save(&row).Error
	}
	return nil
}

// Task is something that a person must do before a dossier goes on.
type Task struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	Kind        string
	Owner       dossier.Who
	Cause       string
	DueAt       time.Time
	OpenedAt    time.Time
	ClosedAt    *time.Time
}

// OpenTasks lists a dossier's open tasks.
func (s *Store) OpenTasks(ctx context.Context, code string) ([]Task, error) {
	var rows []Task
	err := s.with(ctx).Where("dossier_code = ? AND closed_at IS NULL", code).Order("opened_at").Find(&rows).Error
	return rows, err
}
