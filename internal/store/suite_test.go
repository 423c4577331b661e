package store_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// TestMain makes the tests stand in Hà Nội: a time that comes back from the
// database in the machine's zone instead of UTC shows.
func TestMain(m *testing.M) {
	time.Local = dossier.Zone
	pgtest.Main(m)
}

// fixture is a store on a database of its own, and what a test may want to bend.
type fixture struct {
	*store.Store
	t     *testing.T
	url   string
	clock *clock
	seals int // used so far
}

// run runs a test on both databases.
func run(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	for name, address := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fixture{t: t, url: address(t), clock: newClock()}
			f.Store = f.open(10)
			test(t, f)
		})
	}
}

func databases() map[string]func(t *testing.T) string {
	return map[string]func(t *testing.T) string{
		"postgres": func(t *testing.T) string { return pgtest.URL(t) },
		"sqlite":   migratedSQLite,
	}
}

// emptyDatabases are not migrated.
func emptyDatabases() map[string]func(t *testing.T) string {
	return map[string]func(t *testing.T) string{
		"postgres": func(t *testing.T) string { return pgtest.Empty(t) },
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "hoso.db") },
	}
}

// sqliteTemplate is a migrated file, made once.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "hoso-store-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a few kilobytes
	file := filepath.Join(dir, "template.db")
	s, err := store.Open("sqlite:"+file, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := s.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // writes the log back into the file
		return nil, err
	}
	return os.ReadFile(file)
})

func migratedSQLite(t *testing.T) string {
	t.Helper()
	raw, err := sqliteTemplate()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "hoso.db")
	require.NoError(t, os.WriteFile(file, raw, 0o600))
	return "sqlite:" + file
}

// open opens the fixture's database once more, as another process does.
func (f *fixture) open(connections int) *store.Store {
	f.t.Helper()
	return openAt(f.t, f.url, f.clock.Now, connections)
}

func openAt(t *testing.T, url string, now func() time.Time, connections int) *store.Store {
	t.Helper()
	s, err := store.Open(url, store.Options{Now: now, MaxOpen: connections})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() }) //nolint:errcheck // some tests close it themselves
	return s
}

// exec runs SQL behind the store's back.
func (f *fixture) exec(statement string, args ...any) {
	f.t.Helper()
	require.NoError(f.t, f.Gorm().Exec(statement, args...).Error)
}

// count counts the rows of a table that a condition holds for.
func (f *fixture) count(table, where string, args ...any) (n int) {
	f.t.Helper()
	if where == "" {
		where = "1 = 1"
	}
	require.NoError(f.t, f.Gorm().Raw("SELECT count(*) FROM "+table+" WHERE "+where, args...).Scan(&n).Error)
	return n
}

// spoil makes a kind of change of a table fail, as a full disk would.
func (f *fixture) spoil(change, table string) {
	f.t.Helper()
	if f.Postgres() {
		f.exec("CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'spoilt'; END $$")
		f.exec("CREATE TRIGGER spoil BEFORE " + change + " ON " + table + " FOR EACH ROW EXECUTE FUNCTION spoil()")
		return
	}
	f.exec("CREATE TRIGGER spoil BEFORE " + change + " ON " + table + " BEGIN SELECT RAISE(ABORT, 'spoilt'); END")
}

// mend takes spoil back.
func (f *fixture) mend(table string) {
	f.t.Helper()
	if f.Postgres() {
		f.exec("DROP TRIGGER spoil ON " + table)
		return
	}
	f.exec("DROP TRIGGER spoil")
}

// waiters waits until n others wait for a lock. (On SQLite all do, for the turn.)
func (f *fixture) waiters(n int) {
	f.t.Helper()
	if f.Postgres() {
		require.Eventually(f.t, func() bool {
			return f.count("pg_stat_activity", "datname = current_database() AND wait_event_type = 'Lock'") >= n
		}, time.Minute, 5*time.Millisecond)
	}
}

// together runs a function n times at once and gives the errors.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-gate
			errs[i] = do(i)
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	return errs
}

func requireNoErrors(t *testing.T, errs []error) {
	t.Helper()
	for i, err := range errs {
		require.NoError(t, err, "number %d", i)
	}
}
