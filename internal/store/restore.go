package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/audit"
	"hoso/internal/dossier"
)

// Restoration is a row of what was restored from a backup, and when.
type Restoration struct {
	ID       string `gorm:"primaryKey"`
	At       time.Time
	BackupAt time.Time
	Manifest string // SHA-256 of the backup's manifest, in hex
}

// TableName is restores.
func (Restoration) TableName() string { return "restores" }

// SkippedNumbers are running numbers that a restore passed over.
type SkippedNumbers struct {
	Scope string `gorm:"primaryKey"`
	Day   string `gorm:"primaryKey"`
	First int64  `gorm:"primaryKey;autoIncrement:false"`
	Last  int64
}

// restoredSince gives the manifest of a restore that came after the root before
// n, "" when there was none.
func (s *Store) restoredSince(tx *gorm.DB, n int64) (string, error) {
	var newest Restoration
	if err := tx.Order("at DESC, id DESC").Limit(1).Find(&newest).Error; err != nil || newest.ID == "" || n == 1 {
		return newest.Manifest, err
	}
	var prev AuditRoot
	if err := tx.Where("n = ?", n-1).Take(&prev).Error; err != nil {
		return "", found(err)
	}
	r, err := audit.ReadRoot([]byte(prev.File))
	if err != nil || newest.At.Before(r.At) {
		return "", err
	}
	return newest.Manifest, nil
}

// RestoredAt is when the register was last restored from a backup, the zero time
// when never. A running program's register is not restored beneath it, so that it
// is asked once.
func (s *Store) RestoredAt(ctx context.Context) (time.Time, error) {
	s.restored.Lock()
	defer s.restored.Unlock()
	if s.restored.known {
		return s.restored.at, nil
	}
	var newest Restoration
	if err := s.with(ctx).Order("at DESC").Limit(1).Find(&newest).Error; err != nil {
		return time.Time{}, err
	}
	s.restored.at, s.restored.known = newest.At, true
	return newest.At, nil
}

// Untouched says whether the database has no table at all.
func (s *Store) Untouched(ctx context.Context) (bool, error) {
	query := "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
	if s.postgres {
		query = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
	}
	var n int64
	err := s.with(ctx).Raw(query).Scan(&n).Error
	return n == 0, err
}

// Restored is what a restore left to be done.
type Restored struct {
	Starts int64 // workflows to be started anew: dossiers' and bags'
}

// Restored makes a register that came out of a backup ready to go on, in one
// transaction; before, no program takes it. migrations are those of the backup
// where the database does not know of them yet. Every open dossier's and bag's
// workflow is to be started anew; what waited to be passed on is due at once; an
// act that was under way counts as begun this moment, so that it is asked about.
// Today's running numbers pass over skip of each, for the register that is gone
// may have given them.
func (s *Store) Restored(ctx context.Context, r Restoration, migrations []int64, skip int64) (Restored, error) {
	var out Restored
	err := s.tx(ctx, func(tx *gorm.DB) error {
		now := s.now()
		for _, m := range migrations {
			if err := tx.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, TRUE)", m).Error; err != nil {
				return err
			}
		}
		r.ID, r.At, r.BackupAt = newID(), now, micros(r.BackupAt)
		if err := tx.Create(&r).Error; err != nil {
			return err
		}
		var err error
		if out.Starts, err = s.reorderAll(tx, now); err != nil {
			return err
		}
		for _, statement := range []string{
			"UPDATE inbox SET next_at = ? WHERE state = 'pending'",
			"UPDATE operations SET next_at = ? WHERE state = 'pending'",
			"UPDATE effects SET updated_at = ?, cause = '' WHERE state = 'pending'",
		} {
			if err := tx.Exec(statement, now).Error; err != nil {
				return err
			}
		}
		return s.skipNumbers(tx, dossier.LocalDay(now), skip)
	})
	s.restored.Lock()
	s.restored.known = false
	s.restored.Unlock()
	return out, err
}

// StartAnew orders every open dossier's and bag's workflow to be started from the
// register, and says how many there are. Whoever passes an order on leaves a
// workflow alone that runs.
func (s *Store) StartAnew(ctx context.Context) (orders int64, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		orders, err = s.reorderAll(tx, s.now())
		return err
	})
	return orders, err
}

// reorderAll orders all that is open to be started.
func (s *Store) reorderAll(tx *gorm.DB, now time.Time) (orders int64, err error) {
	for _, order := range []struct{ kind, open string }{
		{KindStart, "SELECT code FROM dossiers WHERE closed_at IS NULL"},
		{KindBag, "SELECT number FROM bags WHERE NOT opened"},
	} {
		n, err := s.reorder(tx, order.kind, order.open, now)
		if err != nil {
			return 0, err
		}
		orders += n
	}
	return orders, nil
}

// reorder makes orders to start workflows due, and adds those that are missing.
func (s *Store) reorder(tx *gorm.DB, kind, open string, now time.Time) (int64, error) {
	res := tx.Model(&Outbox{}).Where("kind = ? AND dossier_code IN ("+open+")", kind).Updates(ordered(now))
	if res.Error != nil {
		return 0, res.Error
	}
	var without []string
	if err := tx.Raw("WITH x(id) AS ("+open+") SELECT x.id FROM x WHERE x.id NOT IN (SELECT dossier_code FROM outbox WHERE kind = ?)", kind).Scan(&without).Error; err != nil {
		return 0, err
	}
	for _, id := range without {
		if err := tx.Create(&Outbox{ID: newID(), Kind: kind, DossierCode: id, State: "pending", NextAt: now, CreatedAt: now}).Error; err != nil {
			return 0, err
		}
	}
	return res.RowsAffected + int64(len(without)), nil
}

// skipNumbers passes over running numbers of a day: of every office that the
// catalogue knows, and of every other counter that there has been.
func (s *Store) skipNumbers(tx *gorm.DB, day string, skip int64) error {
	var scopes []string
	if err := tx.Raw("SELECT DISTINCT scope FROM counters UNION SELECT 'office:' || code FROM catalogue_entries WHERE kind = 'office'").Scan(&scopes).Error; err != nil {
		return err
	}
	for _, scope := range scopes {
		var n int64
		err := tx.Raw(`INSERT INTO counters (scope, day, n) VALUES (?, ?, ?) ON CONFLICT (scope, day) DO UPDATE SET n = counters.n + excluded.n RETURNING n`, scope, day, skip).Scan(&n).Error
		if err != nil {
			return err
		}
		row := SkippedNumbers{Scope: scope, Day: day, First: n - skip + 1, Last: n}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

// mayHaveBegun says whether an act of a dossier may have been tried by a register
// that is gone: the dossier was filed before the restore. since is when nobody can
// have begun it any more.
func (s *Store) mayHaveBegun(ctx context.Context, code string) (since time.Time, may bool, err error) {
	restored, err := s.RestoredAt(ctx)
	if err != nil || restored.IsZero() {
		return restored, false, err
	}
	d, err := s.Start(ctx, code)
	return restored, err == nil && d.FiledAt.Before(restored), err
}
