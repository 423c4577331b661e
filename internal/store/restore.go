package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoso/internal/audit"
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
