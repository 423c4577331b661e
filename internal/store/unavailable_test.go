package store_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/store"
)

func TestUnavailable(t *testing.T) {
	t.Parallel()
	postgres := func(code string) error { return &pgconn.PgError{Severity: "ERROR", Code: code, Message: "m"} }
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":                 {nil, false},
		"not found":               {store.ErrNotFound, false},
		"key reused":              {store.ErrKeyReused, false},
		"event changed":           {store.ErrEventChanged, false},
		"superseded":              {fmt.Errorf("%w: step 3 after 1", store.ErrSuperseded), false},
		"published":               {store.ErrPublished, false},
		"not migrated":            {store.ErrNotMigrated, false},
		"unsafe":                  {store.ErrUnsafe, false},
		"duplicate":               {gorm.ErrDuplicatedKey, false},
		"the caller went away":    {context.Canceled, false},
		"unique violation":        {postgres("23505"), false},
		"no such table":           {postgres("42P01"), false},
		"bad text":                {postgres("22021"), false},
		"bad sql in a bad state":  {postgres("25P02"), false},
		"out of time":             {fmt.Errorf("reading: %w", context.DeadlineExceeded), true},
		"bad connection":          {driver.ErrBadConn, true},
		"connection failure":      {postgres("08006"), true},
		"disk full":               {postgres("53100"), true},
		"too many connections":    {postgres("53300"), true},
		"shut down":               {fmt.Errorf("x: %w", postgres("57P01")), true},
		"crashed":                 {postgres("57P02"), true},
		"starting up":             {postgres("57P03"), true},
		"serialization":           {postgres("40001"), true},
		"deadlock":                {postgres("40P01"), true},
		"read-only after a move":  {postgres("25006"), true},
		"i/o error of the server": {postgres("58030"), true},
		"network":                 {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, true},
		"cut off":                 {fmt.Errorf("receiving: %w", io.ErrUnexpectedEOF), true},
		"sqlite locked":           {errors.New("database is locked (5) (SQLITE_BUSY)"), true},
		"sqlite disk full":        {errors.New("database or disk is full (13)"), true},
		"sqlite i/o":              {errors.New("disk I/O error (1034)"), true},
		"sqlite unique":           {errors.New("constraint failed: UNIQUE constraint failed: dossiers.code (1555)"), false},
	} {
		require.Equal(t, c.want, store.Unavailable(c.err), name)
	}
}

// Refusals of a database that works must not look like one that is away.
func TestRefusalsAreNotUnavailable(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		for name, statement := range map[string]string{
			"unique": "INSERT INTO texts SELECT * FROM (SELECT 'x' AS id, '' AS dossier_code, '' AS body, filed_at FROM dossiers) AS a UNION ALL SELECT 'x', '', '', filed_at FROM dossiers",
			"null":   "INSERT INTO counters (scope, day, n) VALUES (NULL, NULL, NULL)",
			"syntax": "SELEKT 1",
			"table":  "SELECT * FROM nowhere",
			"parent": "INSERT INTO components (id, dossier_code, component, form, operation_id, state, created_at) SELECT 'x', 'nowhere', '', '', '', '', filed_at FROM dossiers",
		} {
			err := f.Gorm().Exec(statement).Error
			require.Error(t, err, name)
			require.False(t, store.Unavailable(err), "%s: %v", name, err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := f.Dossier(gone, all, d.Code)
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, store.Unavailable(err))
		out, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		_, err = f.Dossier(out, all, d.Code)
		require.True(t, store.Unavailable(err), "%v", err)
		require.NoError(t, f.Ping(t.Context()))
		require.NoError(t, f.Close())
		require.True(t, store.Unavailable(f.Ping(t.Context())))
		_, err = f.Dossier(t.Context(), all, d.Code)
		require.True(t, store.Unavailable(err), "%v", err)
	})
}

// calls are functions of every shape: a read, a list, a write, a transaction.
func (f *fixture) calls(ctx context.Context, code string) map[string]error {
	f.t.Helper()
	_, read := f.Dossier(ctx, all, code)
	_, list := f.Dossiers(ctx, all, store.Filter{Limit: 10})
	_, file := f.File(ctx, request("file"), filing(), render)
	_, _, effect := f.BeginEffect(ctx, "k", code, "submit")
	_, snapshot := f.Snapshot(ctx, code)
	_, lease := f.LeaseStarts(ctx, 1, time.Second)
	return map[string]error{"ping": f.Ping(ctx), "read": read, "list": list, "file": file, "effect": effect, "snapshot": snapshot, "lease": lease,
		"durable": f.CheckDurable(ctx), "migrated": f.CheckMigrated(ctx)}
}

// TestPostgresGoesAwayMidWay stops and kills the server in the middle of a
// filing. Nothing may be half-done, every error must say that it is for later,
// and all goes on when the server is back. (The session of a killed server may
// live long enough to commit; then the filing stands.)
func TestPostgresGoesAwayMidWay(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Start(t)
	f := &fixture{t: t, url: cluster.URL(), clock: newClock()}
	f.Store = f.open(4)
	ctx := t.Context()
	require.NoError(t, f.Migrate(ctx))
	want := f.file(filing())
	for n, end := range []func(testing.TB){cluster.Stop, cluster.Kill} {
		req := request("file")
		first, err := f.File(ctx, req, filing(), func(d store.Dossier) store.Answer {
			end(t)
			return render(d)
		})
		stands := err == nil
		require.True(t, stands && n == 1 || store.Unavailable(err), "%v", err)
		for name, err := range f.calls(ctx, want.Code) {
			require.True(t, store.Unavailable(err), "%s: %v", name, err)
		}
		_, err = store.Open(cluster.URL(), store.Options{})
		require.True(t, store.Unavailable(err), "%v", err)

		cluster.Restart(t)
		fresh := f.open(2)
		got, err := fresh.Dossier(ctx, all, want.Code)
		require.NoError(t, err)
		require.Equal(t, want, got)
		rows, err := fresh.Dossiers(ctx, all, store.Filter{Limit: 10})
		require.NoError(t, err)
		if stands {
			require.Len(t, rows, n+2)
			require.Equal(t, first.Location, rows[0].Code, "acknowledged is durable")
		} else {
			require.Len(t, rows, n+1, "nothing half-done")
		}
		// The old connections are found dead one by one, each with an error that
		// says to come back; then the same request succeeds, once.
		a, err := f.File(ctx, req, filing(), render)
		for tries := 0; err != nil && tries < 10; tries++ {
			require.True(t, store.Unavailable(err), "%v", err)
			a, err = f.File(ctx, req, filing(), render)
		}
		require.NoError(t, err)
		require.Equal(t, []int{n + 2}, numbers(t, []string{a.Location}), "no number is lost")
	}
}

func TestSQLiteIsLocked(t *testing.T) {
	t.Parallel()
	f := &fixture{t: t, url: migratedSQLite(t), clock: newClock()}
	f.Store = f.open(1)
	ctx := t.Context()
	d := f.file(filing())
	f.exec("PRAGMA busy_timeout = 1") // patience is the driver's own business

	pool, err := f.open(1).Pool()
	require.NoError(t, err)
	other, err := pool.Conn(ctx)
	require.NoError(t, err)
	defer other.Close() //nolint:errcheck // closed with the pool
	_, err = other.ExecContext(ctx, "BEGIN IMMEDIATE")
	require.NoError(t, err)
	_, err = f.File(ctx, request("file"), filing(), render)
	require.True(t, store.Unavailable(err), "%v", err)
	_, _, err = f.BeginEffect(ctx, "k", d.Code, "submit")
	require.True(t, store.Unavailable(err), "%v", err)
	got, err := f.Dossier(ctx, all, d.Code)
	require.NoError(t, err, "readers go on")
	require.Equal(t, d, got)
	_, err = other.ExecContext(ctx, "ROLLBACK")
	require.NoError(t, err)
	require.Contains(t, f.file(filing()).Code, "-0002-")
}

// Connections come back from a caller that went away in the middle.
func TestAbandonedTransactions(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		s := f.open(1)
		for range 5 {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := s.File(ctx, request("file"), filing(), func(d store.Dossier) store.Answer {
				cancel()
				return render(d)
			})
			require.Error(t, err)
		}
		a, err := s.File(t.Context(), request("file"), filing(), render)
		require.NoError(t, err)
		require.Contains(t, a.Location, "-0001-")
		require.Equal(t, dossier.Registered, f.row(a.Location).Status)
	})
}
