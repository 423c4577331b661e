package store

import (
	"context"
	"fmt"
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
	Substitute  string // code of what is given in its place, with form not_available
	OperationID string
	State       string
	Version     int // from 1; a new one leaves the old ones as they are
	Round       int // the handing that it went with: WithSubmission, 0 not yet
	CreatedAt   time.Time
}

// WithSubmission is the round of what goes to the authority with the dossier itself.
const WithSubmission = -1

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

// ComponentVersions reads every version of a dossier's components that ever
// counted, oldest first.
func (s *Store) ComponentVersions(ctx context.Context, code string) ([]GivenComponent, error) {
	var rows []Component
	err := s.with(ctx).Where("dossier_code = ? AND state IN ?", code, []string{ComponentCurrent, ComponentSuperseded}).
		Order("created_at, id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	return s.withDocuments(ctx, rows)
}

// mostRounds is more rounds than a dossier has. A handing is the round, and as many
// times mostRounds as the authority's side has refused it before.
const mostRounds = 1000

// HandOn gives what goes to the authority with a round of the supplement: what is
// current and was handed on with none yet, and after refusals what they carried
// as far as it still counts, for nothing of it was taken. A further try of the
// same gives the same; what comes meanwhile is for the next.
func (s *Store) HandOn(ctx context.Context, code string, round, refused int) ([]GivenComponent, error) {
	handing, open := round+refused*mostRounds, []int{0}
	for before := range refused {
		open = append(open, round+before*mostRounds)
	}
	var rows []Component
	err := s.tx(ctx, func(tx *gorm.DB) error {
		if _, err := lockDossier(tx, code); err != nil {
			return err
		}
		mine := tx.Model(&Component{}).Where("dossier_code = ? AND round = ?", code, handing)
		var begun int64
		if err := mine.Count(&begun).Error; err != nil {
			return err
		}
		if begun == 0 {
			err := tx.Model(&Component{}).Where("dossier_code = ? AND state = ? AND round IN ? AND operation_id <> ?", code, ComponentCurrent, open, FiledWith).
				Update("round", handing).Error
			if err != nil {
				return err
			}
		}
		return tx.Where("dossier_code = ? AND round = ?", code, handing).Order("created_at, id").Find(&rows).Error
	})
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
	return given(rows, docs), nil
}

// given puts components and their documents together.
func given(rows []Component, docs map[string]Document) []GivenComponent {
	out := make([]GivenComponent, len(rows))
	for i, c := range rows {
		out[i].Component = c
		if d, ok := docs[c.DocumentID]; ok {
			out[i].Document = &d
		}
	}
	return out
}

// adopt makes an operation's components the current ones, keeps the old and
// enters new papers as held by the office. Begin has given the documents to the
// dossier. It answers what was given, each with its version, for the timeline.
func (s *Store) adopt(tx *gorm.DB, d *Dossier, operation, by string) (given []string, err error) {
	var fresh []Component
	if err := tx.Where("operation_id = ? AND state = ?", operation, ComponentPending).Order("created_at, id").Find(&fresh).Error; err != nil {
		return nil, err
	}
	for _, c := range fresh {
		var last int
		if err := tx.Model(&Component{}).Where("dossier_code = ? AND component = ?", d.Code, c.Component).Select("COALESCE(MAX(version), 0)").Scan(&last).Error; err != nil {
			return nil, err
		}
		given = append(given, fmt.Sprintf("%s@%d", c.Component, last+1))
		now := map[string]any{"state": ComponentCurrent, "version": last + 1}
		if d.Stage == dossier.StageDigitization { // it goes with the submission
			now["round"] = WithSubmission
		}
		err := tx.Model(&Component{}).Where("dossier_code = ? AND component = ? AND state = ?", d.Code, c.Component, ComponentCurrent).
			Update("state", ComponentSuperseded).Error
		if err != nil {
			return nil, err
		}
		if err := tx.Model(&Component{}).Where("id = ?", c.ID).Updates(now).Error; err != nil {
			return nil, err
		}
		if c.Form.Paper() {
			if err := s.addPaper(tx, d, c, by); err != nil {
				return nil, err
			}
		}
	}
	return given, nil
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
