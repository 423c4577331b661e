package store

import (
	"context"
	"encoding/json"
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
	data, err := json.Marshal(c.data) // map keys are sorted
	if err != nil {
		return err
	}
	if c.at.IsZero() {
		c.at = s.now()
	}
	e := audit.Entry{Dossier: d.Code, Seq: d.Revision + 1, At: micros(c.at), Kind: c.kind, Actor: c.actor, Role: c.role,
		Data: string(data), TextID: c.textID, Prev: d.AuditHead}
	d.Revision, d.AuditHead = e.Seq, e.Hash()
	return tx.Create(&AuditEntry{DossierCode: e.Dossier, Seq: e.Seq, At: e.At, Kind: e.Kind, Actor: e.Actor, Role: e.Role,
		Data: e.Data, TextID: e.TextID, Step: c.step, Prev: e.Prev, Hash: d.AuditHead}).Error
}

// Timeline reads every change of a dossier, oldest first.
func (s *Store) Timeline(ctx context.Context, code string) ([]AuditEntry, error) {
	var rows []AuditEntry
	err := s.with(ctx).Where("dossier_code = ?", code).Order("seq").Find(&rows).Error
	return rows, err
}

// VerifyAudit checks a dossier's chain against the register's head.
func (s *Store) VerifyAudit(ctx context.Context, code string) error {
	d, err := s.Dossier(ctx, Scope{All: true}, code)
	if err != nil {
		return err
	}
	rows, err := s.Timeline(ctx, code)
	if err != nil {
		return err
	}
	chain := make([]audit.Link, len(rows))
	for i, r := range rows {
		chain[i] = audit.Link{Hash: r.Hash, Entry: audit.Entry{Dossier: r.DossierCode, Seq: r.Seq, At: r.At, Kind: r.Kind,
			Actor: r.Actor, Role: r.Role, Data: r.Data, TextID: r.TextID, Prev: r.Prev}}
	}
	return audit.Verify(chain, d.AuditHead)
}
