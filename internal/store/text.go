package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Text is free text somebody wrote. It is named by id wherever it matters.
type Text struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	Body        string
	CreatedAt   time.Time
}

// addText keeps a text and gives its id; an empty text has none.
func (s *Store) addText(tx *gorm.DB, code, body string) (string, error) {
	if body == "" {
		return "", nil
	}
	t := Text{ID: newID(), DossierCode: code, Body: body, CreatedAt: s.now()}
	return t.ID, tx.Create(&t).Error
}

// Text reads a text of a dossier; "" when there is none.
func (s *Store) Text(ctx context.Context, code, id string) (string, error) {
	var t Text
	err := s.with(ctx).Where("id = ? AND dossier_code = ?", id, code).Take(&t).Error
	if found(err) == ErrNotFound {
		return "", nil
	}
	return t.Body, err
}
