package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoso/internal/dossier"
)

// The states of a given component. Old versions stay.
const (
	ComponentPending    = "pending" // came with a command not yet applied
	ComponentCurrent    = "current"
	ComponentSuperseded = "superseded"
	ComponentRefused    = "refused"
)

// Component is one paper or scan of a dossier, in one version.
type Component struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	Component   string
	Form        dossier.Form
	DocumentID  string
	Reason      string
	OperationID string
	State       string
	CreatedAt   time.Time
}

// GivenComponent is a current component with its document, if it has one.
type GivenComponent struct {
	Component
	Document *Document
}

// Components reads what a dossier consists of now.
func (s *Store) Components(ctx context.Context, code string) ([]GivenComponent, error) {
	var rows []Component
	err := s.with(ctx).Where("dossier_code = ? AND state = ?", code, ComponentCurrent).Order("created_at, id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range rows {
		if c.DocumentID != "" {
			ids = append(ids, c.DocumentID)
		}
	}
	docs, err := s.DocumentsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]GivenComponent, len(rows))
	for i, c := range rows {
		out[i].Component = c
		if d, ok := docs[c.DocumentID]; ok {
			out[i].Document = &d
		}
	}
	return out, nil
}

// adopt makes an operation's components the current ones, keeps the old and
// enters new papers as held by the office. Begin has given the documents to the
// dossier.
func (s *Store) adopt(tx *gorm.DB, d Dossier, operation string) error {
	var fresh []Component
	if err := tx.Where("operation_id = ? AND state = ?", operation, ComponentPending).Find(&fresh).Error; err != nil {
		return err
	}
	for _, c := range fresh {
		err := tx.Model(&Component{}).Where("dossier_code = ? AND component = ? AND state = ?", d.Code, c.Component, ComponentCurrent).
			Update("state", ComponentSuperseded).Error
		if err != nil {
			return err
		}
		if err := tx.Model(&Component{}).Where("id = ?", c.ID).Update("state", ComponentCurrent).Error; err != nil {
			return err
		}
		if c.Form.Paper() {
			if err := s.addPaper(tx, d, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// claimDocuments gives the documents named to a dossier; empty ids name none.
func claimDocuments(tx *gorm.DB, code string, ids ...string) error {
	for _, id := range ids {
		if id == "" {
			continue
		}
		if err := claimDocument(tx, code, id); err != nil {
			return err
		}
	}
	return nil
}

// claimDocument gives a document to a dossier for good. ErrDocumentUsed when
// another dossier was faster.
func claimDocument(tx *gorm.DB, code, id string) error {
	res := tx.Model(&Document{}).Where("id = ? AND dossier_code IN ?", id, []string{"", code}).Update("dossier_code", code)
	if res.Error == nil && res.RowsAffected == 0 {
		return ErrDocumentUsed
	}
	return res.Error
}
