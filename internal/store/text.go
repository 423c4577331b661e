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
	b := byHand(tx)
	insert(b, t)
	return t.ID, b.leave()
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

// Texts reads several texts of a dossier by id; those it does not have are left out.
func (s *Store) Texts(ctx context.Context, code string, ids []string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []Text
	err := s.with(ctx).Where("dossier_code = ? AND id IN ?", code, ids).Find(&rows).Error
	for _, t := range rows {
		out[t.ID] = t.Body
	}
	return out, err
}
