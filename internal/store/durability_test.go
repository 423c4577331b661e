package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
	"hoso/internal/store"
)

func TestSafeAsItComes(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		require.NoError(t, f.CheckDurable(t.Context()))
		settings, err := f.Durability(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, settings)
		for _, s := range settings {
			require.True(t, s.Safe, "%+v", s)
		}
	})
}

func TestUnsafeSQLiteIsRefused(t *testing.T) {
	t.Parallel()
	for setting, safe := range map[string]bool{
		"synchronous = OFF": false, "synchronous = NORMAL": false, "synchronous = FULL": true, "synchronous = EXTRA": true, "journal_mode = DELETE": false,
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			s := openAt(t, migratedSQLite(t), newClock().Now, 1) // one connection, so that it keeps the setting
			require.NoError(t, s.Gorm().Exec("PRAGMA "+setting).Error)
			err := s.CheckDurable(t.Context())
			if safe {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, store.ErrUnsafe)
			require.ErrorContains(t, err, strings.Fields(setting)[0], "says what is wrong")
		})
	}
}

// Each connection of the pool must be set, not only the first.
func TestEverySQLiteConnectionIsSafe(t *testing.T) {
	t.Parallel()
	pool, err := openAt(t, migratedSQLite(t), newClock().Now, 0).Pool()
	require.NoError(t, err)
	for range 8 {
		c, err := pool.Conn(t.Context())
		require.NoError(t, err)
		defer c.Close() //nolint:errcheck // closed with the pool
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000"} {
			var got string
			require.NoError(t, c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
			require.Equal(t, want, got, pragma)
		}
	}
	require.Equal(t, 8, pool.Stats().OpenConnections)
}

func TestUnsafePostgresIsRefused(t *testing.T) {
	t.Parallel()
	for setting, safe := range map[string]bool{"off": false, "local": true, "remote_write": true, "remote_apply": true, "on": true} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			var database string
			admin := openAt(t, url, newClock().Now, 1)
			require.NoError(t, admin.Gorm().Raw("SELECT current_database()").Scan(&database).Error)
			require.NoError(t, admin.Gorm().Exec("ALTER DATABASE "+database+" SET synchronous_commit = "+setting).Error)
			err := openAt(t, url, newClock().Now, 1).CheckDurable(t.Context())
			if safe {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, store.ErrUnsafe)
			require.ErrorContains(t, err, "synchronous_commit is off")
		})
	}
}

// TestUnsafePostgresServerIsRefused changes what only a whole server can be set to.
func TestUnsafePostgresServerIsRefused(t *testing.T) {
	t.Parallel()
	c := pgtest.Start(t)
	for _, setting := range []string{"fsync", "full_page_writes"} {
		c.Stop(t)
		c.Set(setting, "off")
		c.Restart(t)
		err := openAt(t, c.URL(), newClock().Now, 1).CheckDurable(t.Context())
		require.ErrorIs(t, err, store.ErrUnsafe)
		require.ErrorContains(t, err, setting+" is off: set "+setting+" = on for the server")
		c.Set(setting, "on")
	}
}

// A data directory may have any name that the file system takes.
func TestSQLiteFileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"hoso.db", "hồ sơ của tôi.db", "50%.db", "%41.db", "a?b=c.db", "a#b.db", "a&b=c.db", "a+b.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openAt(t, "sqlite:"+filepath.Join(dir, name), newClock().Now, 2)
			require.NoError(t, s.Migrate(t.Context()))
			require.NoError(t, s.CheckDurable(t.Context()))
			require.NoError(t, s.Close())
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, entries, 1)
			require.Equal(t, name, entries[0].Name())
		})
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "mysql://localhost/hoso", "hoso.db", "host=localhost"} {
		_, err := store.Open(url, store.Options{})
		require.ErrorContains(t, err, "postgres://", url)
	}
}
