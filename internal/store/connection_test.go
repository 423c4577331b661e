package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// A connection keeps what it needs: prepared statements, unless the address asks
// for statements that are only described (as some poolers need).
func TestAConnectionKeepsOneKindOfStatements(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	for mode, described := range map[string]bool{"": false, "&default_query_exec_mode=cache_describe": true} {
		s, err := store.Open(url+mode, store.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { s.Close() })
		require.NoError(t, s.Ping(t.Context()))
		pool, err := s.Pool()
		require.NoError(t, err)
		c, err := pool.Conn(t.Context())
		require.NoError(t, err)
		require.NoError(t, c.Raw(func(driver any) error {
			config := driver.(*stdlib.Conn).Conn().Config()
			require.Equal(t, described, config.DescriptionCacheCapacity > 0, mode)
			require.Positive(t, config.StatementCacheCapacity)
			return nil
		}))
		require.NoError(t, c.Close())
	}
}
