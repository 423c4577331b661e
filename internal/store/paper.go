package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// Paper is one paper original of a dossier and who holds it.
type Paper struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	Component   string
	Form        dossier.Form
	HolderKind  string
	HolderID    string
	OfferedKind string
	OfferedID   string
	UpdatedAt   time.Time
}

// Papers lists a dossier's papers.
func (s *Store) Papers(ctx context.Context, code string) ([]Paper, error) {
	var rows []Paper
	err := s.with(ctx).Where("dossier_code = ?", code).Order("component").Find(&rows).Error
	return rows, err
}

// PapersOf lists the papers of several dossiers by their codes.
func (s *Store) PapersOf(ctx context.Context, codes []string) (map[string][]Paper, error) {
	var rows []Paper
	err := s.with(ctx).Where("dossier_code IN ?", codes).Order("dossier_code, component").Find(&rows).Error
	out := map[string][]Paper{}
	for _, p := range rows {
		out[p.DossierCode] = append(out[p.DossierCode], p)
	}
	return out, err
}

// addPaper enters a paper that the office has just taken from the citizen. A
// second paper for the same component is another sheet with a holder of its own:
// the first may be with the authority by then.
func (s *Store) addPaper(tx *gorm.DB, d Dossier, c Component) error {
	row := s.paperRow(d, c)
	return tx.Create(&row).Error
}

func (s *Store) paperRow(d Dossier, c Component) Paper {
	return Paper{ID: newID(), DossierCode: d.Code, Component: c.Component, Form: c.Form,
		HolderKind: custody.Office, HolderID: d.Office, UpdatedAt: s.now()}
}

// bundle sums a dossier's papers up as the workflow sees them.
func bundle(tx *gorm.DB, code string) (register.Papers, error) {
	var rows []Paper
	if err := tx.Where("dossier_code = ?", code).Order("component").Find(&rows).Error; err != nil {
		return register.Papers{}, err
	}
	var p register.Papers
	for _, r := range rows {
		switch {
		case r.HolderKind == custody.Authority:
			p.Arrived++
		case r.HolderKind != custody.Citizen:
			p.Out.Count++
			p.Out.Holder = custody.Holder{Kind: r.HolderKind, ID: r.HolderID}
			p.Out.Offered = custody.Holder{Kind: r.OfferedKind, ID: r.OfferedID}
		}
	}
	return p, nil
}

// movePapers writes where the outward bundle is: every paper that neither the
// authority nor the citizen holds moves together.
func (s *Store) movePapers(tx *gorm.DB, code string, to custody.Papers) error {
	return tx.Model(&Paper{}).Where("dossier_code = ? AND holder_kind NOT IN ?", code, []string{custody.Authority, custody.Citizen}).
		Updates(map[string]any{"holder_kind": to.Holder.Kind, "holder_id": to.Holder.ID,
			"offered_kind": to.Offered.Kind, "offered_id": to.Offered.ID, "updated_at": s.now()}).Error
}

// homePapers moves the papers that one kind of holder has to another holder, on
// the way back to the citizen.
func (s *Store) homePapers(tx *gorm.DB, code string, from []string, to custody.Holder) error {
	return tx.Model(&Paper{}).Where("dossier_code = ? AND holder_kind IN ?", code, from).
		Updates(map[string]any{"holder_kind": to.Kind, "holder_id": to.ID, "offered_kind": "", "offered_id": "", "updated_at": s.now()}).Error
}
