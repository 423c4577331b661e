package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoso/internal/audit"
)

// AuditEntry is a row of the audit ledger.
type AuditEntry struct {
	DossierCode string `gorm:"primaryKey"`
	Seq         int64  `gorm:"primaryKey;autoIncrement:false"`
	At          time.Time
	Kind        string
	Actor       string
	Role        string
	Data        string
	TextID      string
	Step        int64 // the workflow's step that it records, 0 for others
	Prev        string
	Hash        string
}

// change is what goes into an audit entry.
type change struct {
	kind, actor, role string
	data              map[string]string
	textID            string
	step              int64
	at                time.Time
}

// append writes the next entry of a dossier's chain and moves its revision and
// head along. The caller holds the dossier's lock.
func (s *Store) append(tx *gorm.DB, d *Dossier, c change) error {
	e, err := s.entry(d, c)
	if err != nil {
		return err
	}
	b := byHand(tx)
	insert(b, e)
	return b.leave()
}

// entry is append without the writing.
func (s *Store) entry(d *Dossier, c change) (AuditEntry, error) {
	if c.step > 0 {
		c.data["step"] = strconv.FormatInt(c.step, 10) // hashed with the rest; the column is for look-ups
	}
	data, err := json.Marshal(c.data) // map keys are sorted
	if err != nil {
		return AuditEntry{}, err
	}
	if c.at.IsZero() {
		c.at = s.now()
	}
	e := audit.Entry{Dossier: d.Code, Seq: d.Revision + 1, At: micros(c.at), Kind: c.kind, Actor: c.actor, Role: c.role,
		Data: string(data), TextID: c.textID, Prev: d.AuditHead}
	d.Revision, d.AuditHead = e.Seq, e.Hash()
	return AuditEntry{DossierCode: e.Dossier, Seq: e.Seq, At: e.At, Kind: e.Kind, Actor: e.Actor, Role: e.Role,
		Data: e.Data, TextID: e.TextID, Step: c.step, Prev: e.Prev, Hash: d.AuditHead}, nil
}

// Timeline reads every change of a dossier, oldest first.
func (s *Store) Timeline(ctx context.Context, code string) ([]AuditEntry, error) {
	var rows []AuditEntry
	err := s.with(ctx).Where("dossier_code = ?", code).Order("seq").Find(&rows).Error
	return rows, err
}

// VerifyAudit checks a dossier's chain against the register's head.
func (s *Store) VerifyAudit(ctx context.Context, code string) error {
	var d Dossier
	var rows []AuditEntry
	err := s.tx(ctx, func(tx *gorm.DB) (err error) {
		if d, err = lockDossier(tx, code); err != nil { // head and chain of one moment
			return err
		}
		return tx.Where("dossier_code = ?", code).Order("seq").Find(&rows).Error
	})
	if err != nil {
		return err
	}
	if int64(len(rows)) != d.Revision {
		return fmt.Errorf("audit: %d entries, but the register knows of %d", len(rows), d.Revision)
	}
	chain := make([]audit.Link, len(rows))
	for i, r := range rows {
		if r.Step != hashedStep(r.Data) {
			return fmt.Errorf("audit: entry %d stands under another step than its own", r.Seq)
		}
		chain[i] = r.link()
	}
	return audit.Verify(chain, d.AuditHead)
}

// hashedStep is the step that an entry's data names, 0 when none. Data is read as
// it was written, with no blanks; any other does not fit its hash either.
func hashedStep(data string) int64 {
	_, rest, _ := strings.Cut(data, `"step":"`)
	digits, _, _ := strings.Cut(rest, `"`)
	step, _ := strconv.ParseInt(digits, 10, 64) // 0 for what is none
	return step
}
