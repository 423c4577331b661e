package store_test

import (
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// That a silent end is given up is tried with networks that are cut, in e2e.

func TestASessionGivesUpASilentClient(t *testing.T) {
	t.Parallel()
	address := pgtest.Empty(t)
	for name, c := range map[string]struct {
		address string
		want    []string
	}{
		"by itself":                {address, []string{"5", "5", "2", "15000"}},
		"what the address chooses": {also(t, address, "tcp_keepalives_idle=77&tcp_user_timeout=0"), []string{"77", "5", "2", "0"}},
	} {
		s, err := store.Open(c.address, store.Options{MaxOpen: 1})
		require.NoError(t, err, name)
		pool, err := s.Pool()
		require.NoError(t, err, name)
		var got [4]string
		for i, setting := range []string{"tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout"} {
			require.NoError(t, pool.QueryRowContext(t.Context(), "SHOW "+setting).Scan(&got[i]), name)
		}
		require.Equal(t, c.want, got[:], name)
		require.NoError(t, s.Close())
	}
}

// TestConnectingHasAnEnd opens a register where connections are taken and nobody
// says a word, as behind a wall that swallows what it does not like.
func TestConnectingHasAnEnd(t *testing.T) {
	t.Parallel()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer mute.Close()
	opened := make(chan error, 1)
	go func() {
		_, err := store.Open("postgres://hoso@"+mute.Addr().String()+"/hoso?sslmode=disable", store.Options{})
		opened <- err
	}()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	select {
	case err := <-opened:
		require.True(t, store.Unavailable(err), "%v", err)
	case <-limit.C:
		require.Fail(t, "it still waits for a word")
	}
}

// A connection keeps what it needs: prepared statements, unless the address asks
// for statements that are only described (as some poolers need).
func TestAConnectionKeepsOneKindOfStatements(t *testing.T) {
	t.Parallel()
	address := pgtest.Empty(t)
	for mode, described := range map[string]bool{"": false, "default_query_exec_mode=cache_describe": true} {
		s, err := store.Open(also(t, address, mode), store.Options{})
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

// also adds settings to an address, which may have some.
func also(t *testing.T, address, settings string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	u.RawQuery = strings.Trim(u.RawQuery+"&"+settings, "&")
	return u.String()
}
