package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// ErrNotMigrated means that the database lacks a migration that this program
// needs, or has one that it does not know.
var ErrNotMigrated = errors.New("store: the database's migrations do not fit this program: run `hoso migrate`")

// Migrate brings the database up to this program's newest migration. Several
// processes may do so at once: a step that another one makes first fails here,
// undone as a whole, and the next try finds it made.
func (s *Store) Migrate(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	for range p.ListSources() {
		if err == nil || ctx.Err() != nil {
			break
		}
		_, err = p.Up(ctx)
	}
	if err != nil {
		return fmt.Errorf("store: migrating: %w", err)
	}
	return nil
}

// MigrateDown takes the newest migration back; for tests and emergencies.
func (s *Store) MigrateDown(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	if _, err := p.Down(ctx); err != nil {
		return fmt.Errorf("store: migrating down: %w", err)
	}
	return nil
}

// CheckMigrated says whether all migrations are in. A newer schema than this
// program's is accepted: migrations are expanded first and contracted a release later.
func (s *Store) CheckMigrated(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("store: reading migrations: %w", err)
	}
	if current < target {
		return fmt.Errorf("%w (at %d, needs %d)", ErrNotMigrated, current, target)
	}
	return nil
}

func (s *Store) provider() (*goose.Provider, error) {
	pool, err := s.db.DB()
	if err != nil {
		return nil, err
	}
	files, err := migrations(s.postgres)
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectSQLite3
	if s.postgres {
		dialect = goose.DialectPostgres
	}
	return newProvider(dialect, pool, files)
}

func newProvider(d goose.Dialect, pool *sql.DB, files fs.FS) (*goose.Provider, error) {
	p, err := goose.NewProvider(d, pool, files)
	if err != nil {
		return nil, fmt.Errorf("store: reading migrations: %w", err)
	}
	return p, nil
}

// migrations gives the SQL for a dialect. The files are written for PostgreSQL;
// SQLite's driver knows times by the column type DATETIME.
func migrations(postgres bool) (fs.FS, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil || postgres {
		return files, err
	}
	out := fstest.MapFS{}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		out[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(raw), "TIMESTAMPTZ", "DATETIME"))}
	}
	return out, nil
}

// Newest is this program's newest migration.
func Newest() (int64, error) {
	files, err := migrations(true)
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("store: reading migrations: %w", err)
		}
		newest = max(newest, n)
	}
	return newest, nil
}
