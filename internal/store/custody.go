package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoso/internal/custody"
)

// RetryOrder is the payload of a retry.
type RetryOrder struct {
	Lost bool `json:"lost,omitempty"` // papers that a count did not find are lost
}

// CustodyEntry is a row of the ledger of paper originals. Rows are only added.
type CustodyEntry struct {
	DossierCode string `gorm:"primaryKey"`
	Seq         int64  `gorm:"primaryKey;autoIncrement:false"`
	At          time.Time
	PaperID     string
	Act         custody.Act
	ToKind      string
	ToID        string
	Bag         string
	Subject     string // who did it, or "courier" or "system"
	Prev        string
	Hash        string
}

// Link is the row as the ledger's proof reads it.
func (e CustodyEntry) Link() custody.Link {
	return custody.Link{Hash: e.Hash, Entry: custody.Entry{Dossier: e.DossierCode, Seq: e.Seq, At: e.At, Paper: e.PaperID, Act: e.Act,
		To: custody.Holder{Kind: e.ToKind, ID: e.ToID}, Bag: e.Bag, By: e.Subject, Prev: e.Prev}}
}

func custodyRow(l custody.Link) CustodyEntry {
	return CustodyEntry{DossierCode: l.Dossier, Seq: l.Seq, At: l.At, PaperID: l.Paper, Act: l.Act, ToKind: l.To.Kind, ToID: l.To.ID,
		Bag: l.Bag, Subject: l.By, Prev: l.Prev, Hash: l.Hash}
}

// Custody reads a dossier's ledger of paper originals, oldest first.
func (s *Store) Custody(ctx context.Context, code string) ([]CustodyEntry, error) {
	var rows []CustodyEntry
	err := s.with(ctx).Where("dossier_code = ?", code).Order("seq").Find(&rows).Error
	return rows, err
}

// enter adds steps of a paper to the end of its dossier's ledger.
func (s *Store) enter(d *Dossier, paper string, steps []custody.Step, by string) []CustodyEntry {
	chain := custody.Chain{Dossier: d.Code, Seq: d.CustodySeq, Head: d.CustodyHead}
	rows := make([]CustodyEntry, len(steps))
	for i, step := range steps {
		rows[i] = custodyRow(chain.Append(s.now(), paper, step, by))
	}
	d.CustodySeq, d.CustodyHead = chain.Seq, chain.Head
	return rows
}

// settle brings papers where they are to be, each step of each in the ledger.
// The caller holds the dossier's lock, and gets its end of the ledger written.
func (s *Store) settle(tx *gorm.DB, d *Dossier, papers []Paper, to func(Paper) custody.Place, by string) error {
	if len(papers) == 0 {
		return nil
	}
	if err := s.before(tx, d); err != nil {
		return err
	}
	var entries []CustodyEntry
	for _, p := range papers {
		place := to(p)
		steps := custody.Way(p.Place(), place)
		if len(steps) == 0 {
			continue
		}
		entries = append(entries, s.enter(d, p.ID, steps, by)...)
		p.put(place)
		p.UpdatedAt = s.now()
		if err := tx.Select("*").Omit("id").Updates(&p).Error; err != nil {
			return err
		}
	}
	return s.ledger(tx, d, entries)
}

// note adds one step of each paper that moves nothing, such as a count in vain.
func (s *Store) note(tx *gorm.DB, d *Dossier, papers []Paper, step custody.Step, by string) error {
	if err := s.before(tx, d); err != nil {
		return err
	}
	var entries []CustodyEntry
	for _, p := range papers {
		entries = append(entries, s.enter(d, p.ID, []custody.Step{step}, by)...)
	}
	return s.ledger(tx, d, entries)
}

func (s *Store) ledger(tx *gorm.DB, d *Dossier, entries []CustodyEntry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := tx.Create(&entries).Error; err != nil {
		return err
	}
	return tx.Model(d).Select("custody_seq", "custody_head").Updates(d).Error
}

// before enters the papers of a dossier that was filed before there was a ledger,
// as they are, when the first of them moves.
func (s *Store) before(tx *gorm.DB, d *Dossier) error {
	if d.CustodySeq > 0 {
		return nil
	}
	rows, err := papersIn(tx, d.Code)
	if err != nil {
		return err
	}
	var entries []CustodyEntry
	for _, p := range rows {
		entries = append(entries, s.enter(d, p.ID, custody.Way(custody.Place{}, p.Place()), systemSubject)...)
	}
	return s.ledger(tx, d, entries)
}

// The subjects of steps that no person of ours took.
const (
	systemSubject  = "system"
	courierSubject = "courier"
)
