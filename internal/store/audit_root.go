package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/audit"
)

// AuditRoot is a signed root over the heads of all ledgers.
type AuditRoot struct {
	N       int64 `gorm:"primaryKey;autoIncrement:false"`
	BegunAt time.Time
	File    string // as it is given out; "" while its heads are being gathered
}

// AuditHead is the head of one dossier's ledgers, as a root was signed over it.
type AuditHead struct {
	DossierCode string `gorm:"primaryKey"`
	Root        int64  `gorm:"primaryKey;autoIncrement:false"`
	Seq         int64
	Hash        string
	CustodySeq  int64
	CustodyHash string
}

// Head is the row as a root's list has it.
func (h AuditHead) Head() audit.Head {
	return audit.Head{Dossier: h.DossierCode, Seq: h.Seq, Hash: h.Hash, CustodySeq: h.CustodySeq, CustodyHash: h.CustodyHash}
}

// MakeRoot gathers the heads of all ledgers that have changed since the newest
// root and signs them. Where one was begun and not finished it goes on with that
// one; several may do so at once, and the one that ends first has made it. beat
// is told of progress now and then; it may be nil.
func (s *Store) MakeRoot(ctx context.Context, by audit.Signer, beat func()) (AuditRoot, error) {
	root, err := s.beginRoot(ctx)
	if err != nil {
		return root, err
	}
	for after, more := "", true; more; {
		if after, more, err = s.gatherHeads(ctx, root.N, after); err != nil {
			return root, err
		}
		if beat != nil {
			beat()
		}
	}
	return s.signRoot(ctx, root.N, by)
}

// beginRoot gives the root that is being made, or begins the next.
func (s *Store) beginRoot(ctx context.Context) (AuditRoot, error) {
	var newest AuditRoot
	err := s.tx(ctx, func(tx *gorm.DB) error {
		err := tx.Order("n DESC").Take(&newest).Error
		if err == nil && newest.File == "" {
			return nil
		}
		if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		newest = AuditRoot{N: newest.N + 1, BegunAt: s.now()}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&newest).Error
	})
	return newest, err
}

// errSigned says that somebody else has signed the root in the meantime.
var errSigned = errors.New("store: root signed already")

// lockRoot keeps a root open until the transaction ends.
func lockRoot(tx *gorm.DB, n int64) (AuditRoot, error) {
	var r AuditRoot
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("n = ?", n).Take(&r).Error
	if err == nil && r.File != "" {
		err = errSigned
	}
	return r, found(err)
}

// changedHeads are the ends of ledgers that the newest root does not have.
const changedHeads = `SELECT d.code AS dossier_code, d.revision AS seq, d.audit_head AS hash, d.custody_seq AS custody_seq, d.custody_head AS custody_hash,
	h.root IS NULL OR h.root < ? AND (h.seq <> d.revision OR h.hash <> d.audit_head OR h.custody_seq <> d.custody_seq OR h.custody_hash <> d.custody_head) AS changed
	FROM dossiers d LEFT JOIN audit_heads h ON h.dossier_code = d.code AND h.root = (SELECT max(n.root) FROM audit_heads n WHERE n.dossier_code = d.code)
	WHERE d.code > ? ORDER BY d.code LIMIT ?`

// gatherHeads adds the heads of the next dossiers by their codes.
func (s *Store) gatherHeads(ctx context.Context, n int64, after string) (last string, more bool, err error) {
	const some = 1000
	err = s.tx(ctx, func(tx *gorm.DB) error {
		if _, err := lockRoot(tx, n); err != nil {
			return err
		}
		var rows []struct {
			AuditHead
			Changed bool
		}
		if err := tx.Raw(changedHeads, n, after, some).Scan(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		last, more = rows[len(rows)-1].DossierCode, len(rows) == some
		var heads []AuditHead
		for _, r := range rows {
			if r.Changed {
				r.AuditHead.Root = n
				heads = append(heads, r.AuditHead)
			}
		}
		if len(heads) == 0 {
			return nil
		}
		return tx.CreateInBatches(&heads, 500).Error
	})
	if errors.Is(err, errSigned) {
		return last, false, nil
	}
	return last, more, err
}

// signRoot closes a root: from now on nothing is added to its list.
func (s *Store) signRoot(ctx context.Context, n int64, by audit.Signer) (AuditRoot, error) {
	var row AuditRoot
	err := s.tx(ctx, func(tx *gorm.DB) (err error) {
		if row, err = lockRoot(tx, n); err != nil {
			return err
		}
		r := audit.Root{N: n, At: s.now()}
		sum := sha256.New()
		if r.Changed, err = s.readHeads(tx, n, func(h audit.Head) error { sum.Write([]byte(h.Line())); return nil }); err != nil {
			return err
		}
		r.Heads = hexSum(sum)
		if r.Prev, r.Dossiers, err = before(tx, n); err != nil {
			return err
		}
		var fresh int64 // never listed before
		if err := tx.Raw(`SELECT count(*) FROM audit_heads h WHERE h.root = ? AND NOT EXISTS (SELECT 1 FROM audit_heads o WHERE o.dossier_code = h.dossier_code AND o.root < h.root)`, n).Scan(&fresh).Error; err != nil {
			return err
		}
		r.Dossiers += fresh
		if r.Restored, err = s.restoredSince(tx, n); err != nil {
			return err
		}
		file, err := audit.SignRoot(r, by)
		if err != nil {
			return err
		}
		row.File = string(file)
		return tx.Model(&AuditRoot{}).Where("n = ?", n).Update("file", row.File).Error
	})
	if errors.Is(err, errSigned) {
		return row, nil
	}
	return row, err
}

// before reads what a root builds upon.
func before(tx *gorm.DB, n int64) (prev string, dossiers int64, err error) {
	if n == 1 {
		return "", 0, nil
	}
	var row AuditRoot
	if err := tx.Where("n = ?", n-1).Take(&row).Error; err != nil {
		return "", 0, fmt.Errorf("store: root %d: %w", n-1, found(err))
	}
	r, err := audit.ReadRoot([]byte(row.File))
	return audit.HashRoot([]byte(row.File)), r.Dossiers, err
}

// byBytes orders codes as a root's list has them, whatever the database's own
// order of letters is.
func (s *Store) byBytes(column string) string {
	if s.postgres {
		return column + ` COLLATE "C"`
	}
	return column
}

// readHeads streams a root's heads in the order of its list.
func (s *Store) readHeads(tx *gorm.DB, n int64, take func(audit.Head) error) (count int64, err error) {
	rows, err := tx.Raw(`SELECT dossier_code, seq, hash, custody_seq, custody_hash FROM audit_heads WHERE root = ? ORDER BY `+s.byBytes("dossier_code"), n).Rows()
	if err != nil {
		return 0, err
	}
	defer rows.Close() //nolint:errcheck // Err below says what went wrong
	for rows.Next() {
		var h audit.Head
		if err := rows.Scan(&h.Dossier, &h.Seq, &h.Hash, &h.CustodySeq, &h.CustodyHash); err != nil {
			return count, err
		}
		if err := take(h); err != nil {
			return count, err
		}
		count++
	}
	return count, rows.Err()
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// Heads streams the list of a root.
func (s *Store) Heads(ctx context.Context, n int64, take func(audit.Head) error) error {
	_, err := s.readHeads(s.with(ctx), n, take)
	return err
}

// AuditRoots reads the signed roots after a number, oldest first.
func (s *Store) AuditRoots(ctx context.Context, after int64, limit int) ([]AuditRoot, error) {
	var rows []AuditRoot
	err := s.with(ctx).Where("n > ? AND file <> ''", after).Order("n").Limit(limit).Find(&rows).Error
	return rows, err
}

// NewestRoot reads the newest signed root; ErrNotFound when there is none.
func (s *Store) NewestRoot(ctx context.Context) (AuditRoot, error) {
	var row AuditRoot
	err := s.with(ctx).Where("file <> ''").Order("n DESC").Take(&row).Error
	return row, found(err)
}
