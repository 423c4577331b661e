package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
	Bag         string // number of the bag it lies in, "" for none
	Counted     string // JSON of what was found and settled at takes without a bag
	Lost        bool   // while its holder had it: it is not there, and travels nowhere
	UpdatedAt   time.Time
}

// Place is where the paper is.
func (p Paper) Place() custody.Place {
	return custody.Place{Holder: custody.Holder{Kind: p.HolderKind, ID: p.HolderID},
		Offered: custody.Holder{Kind: p.OfferedKind, ID: p.OfferedID}, Bag: p.Bag}
}

func (p *Paper) put(at custody.Place) {
	p.HolderKind, p.HolderID = at.Holder.Kind, at.Holder.ID
	p.OfferedKind, p.OfferedID, p.Bag = at.Offered.Kind, at.Offered.ID, at.Bag
}

// Papers lists a dossier's papers.
func (s *Store) Papers(ctx context.Context, code string) ([]Paper, error) {
	var rows []Paper
	err := s.together(ctx, func(b *batch) { findPapers(b, &rows, code) })
	return rows, err
}

func papersIn(tx *gorm.DB, code string) ([]Paper, error) {
	var rows []Paper
	b := byHand(tx)
	findPapers(b, &rows, code)
	return rows, b.send()
}

// findPapers adds the reading of a dossier's papers.
func findPapers(b *batch, into *[]Paper, code string) {
	find(b, into, "WHERE dossier_code = ? ORDER BY component, id", code)
}

// PapersOf lists the papers of several dossiers by their codes.
func (s *Store) PapersOf(ctx context.Context, codes []string) (map[string][]Paper, error) {
	var rows []Paper
	err := s.with(ctx).Where("dossier_code IN ?", codes).Order("dossier_code, component, id").Find(&rows).Error
	out := map[string][]Paper{}
	for _, p := range rows {
		out[p.DossierCode] = append(out[p.DossierCode], p)
	}
	return out, err
}

// addPaper enters a paper that the office has just taken from the citizen. A
// second paper for the same component is another sheet with a holder of its own:
// the first may be with the authority by then.
func (s *Store) addPaper(tx *gorm.DB, d *Dossier, c Component, by string) error {
	row := Paper{ID: newID(), DossierCode: d.Code, Component: c.Component, Form: c.Form}
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	return s.settle(tx, d, []Paper{row}, func(Paper) custody.Place { return atOffice(*d) }, by)
}

// atOffice is where papers are that the citizen has just handed in.
func atOffice(d Dossier) custody.Place {
	return custody.Place{Holder: custody.Holder{Kind: custody.Office, ID: d.Office}}
}

// bundle sums a dossier's papers up as the workflow sees them.
func bundle(tx *gorm.DB, code string) (register.Papers, error) {
	rows, err := papersIn(tx, code)
	return bundleOf(rows), err
}

func bundleOf(rows []Paper) register.Papers {
	var p register.Papers
	for _, r := range rows {
		switch {
		case r.Lost:
			p.Lost++
		case r.HolderKind == custody.Authority:
			p.Arrived++
		case r.HolderKind == custody.Office && r.Bag == "":
			p.AtOffice++
		}
	}
	for _, r := range outward(rows) {
		at, c := r.Place(), countedOf(r.Counted)
		p.Out = custody.Papers{Count: p.Out.Count + 1, Holder: at.Holder, Offered: at.Offered, Bag: at.Bag, Trouble: c.Trouble, Found: c.Found, Settled: c.Settled}
	}
	return p
}

// outward are the papers that travel to the authority together now. Papers that
// the citizen gave later wait at the office until those before have arrived.
func outward(rows []Paper) []Paper {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r Paper) bool {
		return r.Lost || r.HolderKind == custody.Authority || r.HolderKind == custody.Citizen
	})
	if len(rows) == 0 {
		return nil
	}
	first := slices.MinFunc(rows, func(a, b Paper) int { return cmp.Compare(progress(a.Place()), progress(b.Place())) }).Place()
	return slices.DeleteFunc(rows, func(r Paper) bool { return r.Place() != first })
}

// progress orders places from the one nearest to the authority.
func progress(p custody.Place) int {
	switch {
	case p.Holder.Kind == custody.Carrier:
		return 0
	case p.Bag != "":
		return 1
	case !p.Offered.None():
		return 2
	default:
		return 3
	}
}

// movePapers writes where the outward bundle is. One that lies in a bag is moved
// by the bag alone: whoever would move it otherwise knows less than the register.
func (s *Store) movePapers(tx *gorm.DB, d *Dossier, to custody.Papers, by string) error {
	rows, err := papersIn(tx, d.Code)
	if err != nil {
		return err
	}
	rows = outward(rows)
	place := custody.Place{Holder: to.Holder, Offered: to.Offered, Bag: to.Bag}
	if len(rows) > 0 && rows[0].Bag != to.Bag {
		return fmt.Errorf("%w: the papers of %s are in a bag, or out of it, by now", ErrSuperseded, d.Code)
	}
	if len(rows) > 0 && rows[0].Bag != "" {
		return nil
	}
	found := counted{Trouble: to.Trouble, Found: to.Found, Settled: to.Settled}.text()
	for i := range rows {
		if rows[i].Counted != found {
			rows[i].Counted = found
			if err := tx.Model(&rows[i]).Update("counted", found).Error; err != nil {
				return err
			}
		}
	}
	return s.settle(tx, d, rows, func(Paper) custody.Place { return place }, by)
}

// homePapers moves the papers that one kind of holder has to another holder, on
// the way back to the citizen.
func (s *Store) homePapers(tx *gorm.DB, d *Dossier, rows []Paper, from []string, to custody.Holder, by string) error {
	return s.movesFrom(tx, d, rows, from, func(Paper) custody.Place { return custody.Place{Holder: to} }, by)
}

// offerHome writes that the authority offers what it holds to the carrier that is
// ordered for the way home.
func (s *Store) offerHome(tx *gorm.DB, d *Dossier, rows []Paper, to custody.Holder, by string) error {
	return s.movesFrom(tx, d, rows, []string{custody.Authority}, func(p Paper) custody.Place {
		at := p.Place()
		at.Offered = to
		return at
	}, by)
}

// movesFrom moves those of a dossier's papers, as they are now, that some holders
// have.
func (s *Store) movesFrom(tx *gorm.DB, d *Dossier, rows []Paper, from []string, to func(Paper) custody.Place, by string) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r Paper) bool { return r.Lost || !slices.Contains(from, r.HolderKind) })
	if slices.ContainsFunc(rows, func(r Paper) bool { return r.Bag != "" }) {
		return fmt.Errorf("%w: papers of %s lie in a bag", ErrSuperseded, d.Code)
	}
	return s.settle(tx, d, rows, to, by)
}

// lose marks papers as lost while their holder had them. They are offered to
// nobody and lie in no bag any more; the holder answers for them.
func (s *Store) lose(tx *gorm.DB, d *Dossier, papers []Paper, by string) error {
	var now []Paper // as the move before has left them
	ids := make([]string, len(papers))
	for i, p := range papers {
		ids[i] = p.ID
	}
	if err := tx.Model(&Paper{}).Where("id IN ?", ids).Update("lost", true).Error; err != nil {
		return err
	}
	if err := tx.Where("id IN ?", ids).Order("component, id").Find(&now).Error; err != nil {
		return err
	}
	return s.settle(tx, d, now, func(p Paper) custody.Place { return custody.Place{Holder: p.Place().Holder} }, by)
}

// bringBack brings lost papers to the office: found, or others in their place.
func (s *Store) bringBack(tx *gorm.DB, d *Dossier, by string) error {
	rows, err := papersIn(tx, d.Code)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r Paper) bool { return !r.Lost })
	for i := range rows {
		rows[i].Lost = false
		if err := tx.Model(&rows[i]).Update("lost", false).Error; err != nil {
			return err
		}
	}
	return s.settle(tx, d, rows, func(Paper) custody.Place { return atOffice(*d) }, by)
}

// missing notes in the ledger which papers on the way out were counted and not
// found, or marks them as lost.
func (s *Store) missing(tx *gorm.DB, d *Dossier, components []string, lost bool, by string) error {
	rows, err := papersIn(tx, d.Code)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(outward(rows), func(r Paper) bool { return !slices.Contains(components, r.Component) })
	if lost {
		return s.lose(tx, d, rows, by)
	}
	return s.note(tx, d, rows, custody.Step{Act: custody.Missing}, by)
}
