package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// Saved is the register as of one moment, while it is being backed up.
type Saved struct {
	// Snapshot names the moment to PostgreSQL's own programs; "" on SQLite.
	Snapshot string
	// Migrations are those that are in, oldest first.
	Migrations []int64
	Counts     SavedCounts
	// Files gives every file that the register names, each once.
	Files func(take func(SavedFile) error) error
}

// SavedCounts are what a restore is held against.
type SavedCounts struct {
	Dossiers  int64 `json:"dossiers"`
	Open      int64 `json:"open"`
	Entries   int64 `json:"audit_entries"`
	Documents int64 `json:"documents"`
	Roots     int64 `json:"roots"`
}

// SavedFile is a file of the blob store.
type SavedFile struct {
	Name   string // its storage name
	SHA256 string
}

// Save gives the register as of one moment to fn. On SQLite a copy of it is
// written into the file first, which must be there and empty; on PostgreSQL fn has
// the moment kept open for as long as it runs.
func (s *Store) Save(ctx context.Context, file string, fn func(Saved) error) error {
	if s.postgres {
		return s.with(ctx).Transaction(func(tx *gorm.DB) error {
			var name string
			if err := tx.Raw("SELECT pg_export_snapshot()").Scan(&name).Error; err != nil {
				return err
			}
			saved, err := saved(tx)
			if err != nil {
				return err
			}
			saved.Snapshot = name
			return fn(saved)
		}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	}
	if err := s.with(ctx).Exec("VACUUM INTO ?", file).Error; err != nil {
		return fmt.Errorf("store: copying: %w", err)
	}
	reader, err := Open("sqlite:"+file, Options{MaxOpen: 1})
	if err != nil {
		return err
	}
	copied, err := saved(reader.with(ctx))
	if err == nil {
		err = fn(copied)
	}
	return errors.Join(err, reader.Close())
}

func saved(tx *gorm.DB) (Saved, error) {
	var v Saved
	if err := tx.Raw("SELECT version_id FROM goose_db_version WHERE is_applied ORDER BY version_id").Scan(&v.Migrations).Error; err != nil {
		return v, err
	}
	v.Migrations = slices.Compact(v.Migrations)
	var err error
	if v.Counts, err = counts(tx); err != nil {
		return v, err
	}
	v.Files = func(take func(SavedFile) error) error {
		rows, err := tx.Raw("SELECT DISTINCT storage_name, sha256 FROM documents WHERE storage_name <> '' UNION SELECT storage_name, sha256 FROM forms WHERE storage_name <> ''").Rows()
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // Err below says what went wrong
		for rows.Next() {
			var f SavedFile
			if err := rows.Scan(&f.Name, &f.SHA256); err != nil {
				return err
			}
			if err := take(f); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	return v, nil
}

func counts(tx *gorm.DB) (c SavedCounts, err error) {
	for into, query := range map[*int64]string{
		&c.Dossiers: "dossiers", &c.Open: "dossiers WHERE closed_at IS NULL", &c.Entries: "audit_entries", &c.Documents: "documents", &c.Roots: "audit_roots WHERE file <> ''",
	} {
		if err := tx.Raw("SELECT count(*) FROM " + query).Scan(into).Error; err != nil {
			return c, err
		}
	}
	return c, nil
}

// Counts counts what a backup's manifest names.
func (s *Store) Counts(ctx context.Context) (SavedCounts, error) { return counts(s.with(ctx)) }
