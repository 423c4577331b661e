package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// BenchmarkStand counts 100,000 open dossiers beside as many closed ones, and
// what waits to be passed on, as a scrape of /metrics does at most now and then.
func BenchmarkStand(b *testing.B) {
	const each = 100_000
	s, err := store.Open(pgtest.URL(b), store.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.Close() })
	ctx := context.Background()
	_, err = s.File(ctx, request("file"), filing(), render)
	require.NoError(b, err)
	columns := columnsOf(b, s)
	for _, closed := range []string{"NULL", "filed_at"} {
		require.NoError(b, s.Gorm().Exec(fmt.Sprintf(`INSERT INTO dossiers (code, track_token, closed_at, waiting_until, %[1]s)
			SELECT d.code || n || '%[2]s', d.track_token || n || '%[2]s', %[2]s, now() + interval '1 day', %[3]s FROM dossiers d, generate_series(1, %[4]d) n WHERE d.code NOT LIKE '%%NULL'`,
			columns, closed, columns, each)).Error)
	}
	require.NoError(b, s.Gorm().Exec("ANALYZE dossiers").Error)
	b.Run("open dossiers", func(b *testing.B) {
		for b.Loop() {
			st, err := s.Stand(ctx)
			require.NoError(b, err)
			require.EqualValues(b, each+1, st.Stages["intake"])
		}
	})
	b.Run("queues", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Queues(ctx)
			require.NoError(b, err)
		}
	})
}

// columnsOf are those of a dossier that are copied as they are.
func columnsOf(b *testing.B, s *store.Store) (columns string) {
	b.Helper()
	require.NoError(b, s.Gorm().Raw(`SELECT string_agg(column_name, ', ') FROM information_schema.columns
		WHERE table_name = 'dossiers' AND column_name NOT IN ('code', 'track_token', 'closed_at', 'waiting_until', 'portal_code')`).Scan(&columns).Error)
	return columns
}
