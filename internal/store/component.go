package store

import (
	"context"
	"slices"
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
	return s.withDocuments(ctx, rows)
}

func (s *Store) withDocuments(ctx context.Context, rows []Component) ([]GivenComponent, error) {
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
func (s *Store) adopt(tx *gorm.DB, d *Dossier, operation, by string) error {
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
			if err := s.addPaper(tx, d, c, by); err != nil {
				return err
			}
		}
	}
	return nil
}

// claimDocuments gives the documents named to a dossier for good; empty ids name
// none. ErrDocumentUsed when another dossier was faster with one of them.
func claimDocuments(tx *gorm.DB, code string, ids ...string) error {
	if ids = named(ids); len(ids) == 0 {
		return nil
	}
	res := tx.Model(&Document{}).Where("id IN ? AND dossier_code IN ?", ids, []string{"", code}).Update("dossier_code", code)
	if res.Error == nil && res.RowsAffected != int64(len(ids)) {
		return ErrDocumentUsed
	}
	return res.Error
}

// named are the ids that are not empty, each once, in one order for everybody,
// so that two who want the same documents wait for each other in a line.
func named(ids []string) []string {
	out := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
	slices.Sort(out)
	return slices.Compact(out)
}
