package store_test

import (
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/schema"

	"hoso/internal/store"
)

func TestMigrateUpDownUp(t *testing.T) {
	t.Parallel()
	for name, address := range emptyDatabases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			f := &fixture{t: t, url: address(t), clock: newClock()}
			f.Store = f.open(10)

			require.ErrorIs(t, f.CheckMigrated(ctx), store.ErrNotMigrated, "new")
			_, err := f.File(ctx, request("file"), filing(), render)
			require.Error(t, err, "new")
			for range 2 {
				require.NoError(t, f.Migrate(ctx))
				require.NoError(t, f.Migrate(ctx), "nothing to do")
				require.NoError(t, f.CheckMigrated(ctx))
				d := f.file(filing())
				require.Equal(t, "VNPHKI-250205-0001-M", d.Code, "a register begun anew")

				for i := len(migrationNames(t, true)); i > 0; i-- {
					require.NoError(t, f.MigrateDown(ctx), "down from %d", i)
					require.ErrorIs(t, f.CheckMigrated(ctx), store.ErrNotMigrated, "below %d", i)
				}
				require.Equal(t, []string{"goose_db_version"}, f.tables(), "all is taken back")
			}
		})
	}
}

func (f *fixture) tables() (names []string) {
	f.t.Helper()
	list := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
	if f.Postgres() {
		list = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
	}
	require.NoError(f.t, f.Gorm().Raw(list).Scan(&names).Error)
	return names
}

func TestTwoProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	for name, address := range emptyDatabases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := address(t)
			requireNoErrors(t, together(4, func(int) error {
				return openAt(t, url, newClock().Now, 2).Migrate(t.Context())
			}))
			require.NoError(t, openAt(t, url, newClock().Now, 2).CheckMigrated(t.Context()))
		})
	}
}

// A release's migrations go in before its programs, so older programs meet them.
func TestANewerSchemaIsAccepted(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		require.Equal(t, d, f.row(d.Code), "read twice, so that a statement is prepared")

		other := f.open(1)
		require.NoError(t, other.Gorm().Exec("ALTER TABLE dossiers ADD COLUMN of_the_future TEXT NOT NULL DEFAULT 'x'").Error)
		require.NoError(t, other.Gorm().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)").Error)

		require.NoError(t, f.CheckMigrated(t.Context()))
		require.Equal(t, d, f.row(d.Code))
		f.record(d.Code, "digitized", nil)
		require.NoError(t, f.VerifyAudit(t.Context(), d.Code))
	})
}

func migrationNames(t *testing.T, postgres bool) []string {
	t.Helper()
	files, err := store.MigrationFiles(postgres)
	require.NoError(t, err)
	names, err := fs.Glob(files, "*")
	require.NoError(t, err)
	return names
}

var migrationName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.sql$`)

// faults finds names that are no migrations, gaps and duplicates.
func faults(names []string) (found []string) {
	slices.Sort(names)
	next := 1
	for _, name := range names {
		m := migrationName.FindStringSubmatch(name)
		if m == nil {
			found = append(found, name+" is not named 0001_word.sql")
			continue
		}
		switch n, _ := strconv.Atoi(m[1]); {
		case n < next:
			found = append(found, name+" has a number twice")
		case n > next:
			found = append(found, fmt.Sprintf("%s follows a gap: %04d is missing", name, next))
			next = n + 1
		default:
			next = n + 1
		}
	}
	return found
}

func TestMigrationNumbers(t *testing.T) {
	t.Parallel()
	for _, postgres := range []bool{true, false} {
		require.Empty(t, faults(migrationNames(t, postgres)))
	}
	require.Equal(t, migrationNames(t, true), migrationNames(t, false), "both databases have the same")
	for _, bad := range [][]string{
		{"0002_a.sql"}, {"0001_a.sql", "0003_b.sql"}, {"0001_a.sql", "0001_b.sql"}, {"0001_a.sql", "2_b.sql"}, {"0001_a.SQL"}, {"0001.sql"},
		{"0001_a.sql", "readme.txt"},
	} {
		require.Len(t, faults(bad), 1, "%v", bad)
	}
}

func TestMigrationsGoBothWays(t *testing.T) {
	t.Parallel()
	for _, postgres := range []bool{true, false} {
		files, err := store.MigrationFiles(postgres)
		require.NoError(t, err)
		timed := false
		for _, name := range migrationNames(t, postgres) {
			raw, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			up, down, both := strings.Cut(string(raw), "-- +goose Down")
			require.True(t, both, name)
			require.Contains(t, up, "-- +goose Up", name)
			require.NotEmpty(t, strings.TrimSpace(down), name)
			timed = timed || strings.Contains(up, "TIMESTAMPTZ")
		}
		require.Equal(t, postgres, timed, "SQLite's driver knows times by DATETIME")
	}
}

// TestModelsFitTables compares the columns that the mapper makes of each model
// (SHA256, IDTail and the like) with those that the table has.
func TestModelsFitTables(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		known := []string{"counters", "goose_db_version"}
		for _, model := range store.Models() {
			s, err := schema.Parse(model, new(sync.Map), f.Gorm().NamingStrategy)
			require.NoError(t, err)
			rows, err := f.Gorm().Table(s.Table).Limit(1).Rows()
			require.NoError(t, err)
			columns, err := rows.Columns()
			require.NoError(t, err)
			require.NoError(t, rows.Close())
			require.ElementsMatch(t, columns, s.DBNames, "%v", reflect.TypeOf(model))
			known = append(known, s.Table)
		}
		require.ElementsMatch(t, known, f.tables(), "every table has a model")
	})
}
