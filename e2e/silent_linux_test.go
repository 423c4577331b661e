//go:build linux

package e2e

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/store"
)

// TestASilentConnectionIsGivenUp cuts off a program in the middle of a transaction.
// Neither end is told, and neither statement has a limit: yet the program learns
// soon that the register is away, and the server lets go of what the transaction
// holds, on which everybody else waits.
func TestASilentConnectionIsGivenUp(t *testing.T) {
	t.Parallel()
	l := newLAN(t, "postgres", "away")
	url := l.postgres(t).URL()
	here, err := store.Open(url, store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = here.Close() })
	require.NoError(t, here.Migrate(t.Context()))
	others, err := here.Pool()
	require.NoError(t, err)
	const number = "INSERT INTO counters (scope, day, n) VALUES ('office:VNPHKI', '2025-02-05', 1) ON CONFLICT (scope, day) DO UPDATE SET n = counters.n + 1"

	var away *store.Store // its one connection is made where it is opened
	l.within(t, "away", func() { away, err = store.Open(url, store.Options{MaxOpen: 1}) })
	require.NoError(t, err)
	t.Cleanup(func() { _ = away.Close() })
	pool, err := away.Pool()
	require.NoError(t, err)
	tx, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), number)
	require.NoError(t, err)
	l.cut(t, "away")
	began := time.Now()

	given := make(chan result, 2)
	for name, statement := range map[string]func() (sql.Result, error){
		"the one that is cut off": func() (sql.Result, error) { return tx.ExecContext(context.Background(), number) },
		"the others":              func() (sql.Result, error) { return others.ExecContext(context.Background(), number) },
	} {
		go func() {
			_, err := statement()
			given <- result{name, time.Since(began), err}
		}()
	}
	limit := time.NewTimer(time.Minute) // as against a quarter of an hour, and two hours
	defer limit.Stop()
	for range cap(given) {
		select {
		case r := <-given:
			t.Logf("%s: %v after %s", r.who, r.err, r.after.Round(100*time.Millisecond))
			if r.who == "the others" {
				require.NoError(t, r.err)
			} else {
				require.True(t, store.Unavailable(r.err), "%v", r.err)
			}
		case <-limit.C:
			require.Fail(t, "a statement still waits on a connection that is silent")
		}
	}
	var n int
	require.NoError(t, others.QueryRowContext(t.Context(), "SELECT n FROM counters").Scan(&n))
	require.Equal(t, 1, n, "what was not committed is not there")
}

// result is how a statement ended.
type result struct {
	who   string
	after time.Duration
	err   error
}
