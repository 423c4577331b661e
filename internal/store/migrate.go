package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// ErrNotMigrated means that the database lacks a migration that this program
// needs.
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

// ErrContracted means that a newer program's migration has taken away what this
// one relies on.
var ErrContracted = errors.New("store: this program is too old for the database: start a newer one")

// ErrGap means that a migration is not in although later ones are. No release
// makes such a database, and what is in it cannot be told.
var ErrGap = errors.New("store: the database has later migrations but not all earlier ones, so no release of hoso has made it: use a backup")

// CheckMigrated says whether this program can work on the database: all of its
// own migrations are in, without a gap, and no later one has contracted the
// schema beyond it.
//
// Migrations that this program does not know are accepted as long as they only
// expand: they go in before the programs of their release. One that contracts
// says in the table schema_floor which migration a program must know from then on;
// docs/upgrade.md tells how.
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
	if err := s.checkGaps(ctx, p); err != nil {
		return err
	}
	floor, err := s.floor(ctx)
	if err == nil && floor.Oldest > target {
		err = fmt.Errorf("%w (its migration %d needs programs that know %d, this one knows %d)", ErrContracted, floor.Migration, floor.Oldest, target)
	}
	return err
}

// checkGaps finds migrations that are not in although later ones are.
func (s *Store) checkGaps(ctx context.Context, p *goose.Provider) error {
	var in []int64
	if err := s.with(ctx).Raw("SELECT version_id FROM goose_db_version WHERE is_applied").Scan(&in).Error; err != nil {
		return fmt.Errorf("store: reading migrations: %w", err)
	}
	for _, m := range p.ListSources() {
		if !slices.Contains(in, m.Version) {
			return fmt.Errorf("%w (it lacks %d)", ErrGap, m.Version)
		}
	}
	return nil
}

// floor is what a contracting migration demands of programs.
type floor struct {
	Migration int64 // the one that contracted
	Oldest    int64 // what a program must know since
}

// floor reads the highest demand. The table comes with the first migration that
// contracts.
func (s *Store) floor(ctx context.Context) (floor, error) {
	var f floor
	var there bool
	exists := "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = 'schema_floor'"
	if s.postgres {
		exists = "SELECT to_regclass('schema_floor') IS NOT NULL"
	}
	err := s.with(ctx).Raw(exists).Scan(&there).Error
	if err == nil && there {
		err = s.with(ctx).Raw("SELECT migration, oldest FROM schema_floor ORDER BY oldest DESC LIMIT 1").Scan(&f).Error
	}
	if err != nil {
		return f, fmt.Errorf("store: reading the schema's floor: %w", err)
	}
	return f, nil
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
