package program

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/confined"
	"hoso/internal/pgtest"
	"hoso/internal/store"
	"hoso/workflows"
)

func TestMain(m *testing.M) {
	confined.Serve() // so that the API and the doctor have children here as well
	pgtest.Main(m)
}

func TestARegisterThatIsNotThereIsNotMade(t *testing.T) {
	t.Parallel()
	c := load(t, "HOSO_DATA="+filepath.Join(t.TempDir(), "mistyped"))
	require.NoError(t, c.Check())
	_, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "run `hoso migrate`")
	require.NoDirExists(t, c.Data)
}

func TestARegisterThatIsNotMigratedIsRefused(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"sqlite": "", "postgres": pgtest.Empty(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := load(t, "HOSO_DATA="+t.TempDir(), "HOSO_DATABASE_URL="+url)
			require.NoError(t, c.Check())
			s, err := c.OpenRegister()
			require.NoError(t, err)
			t.Cleanup(func() { s.Close() })
			_, err = Open(t.Context(), c, slog.New(slog.DiscardHandler))
			require.ErrorIs(t, err, store.ErrNotMigrated)

			done, err := Migrate(t.Context(), s)
			require.NoError(t, err)
			require.Greater(t, done.Loaded, 500, "an empty register gets the built-in catalogue")
			done, err = Migrate(t.Context(), s)
			require.NoError(t, err)
			require.Zero(t, done.Loaded, "one with a catalogue keeps it")
			m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			require.NoError(t, m.Close())
		})
	}
}

func TestTheRegisterIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	_, c := newRegister(t)
	info, err := os.Stat(strings.TrimPrefix(c.DatabaseURL, "sqlite:"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestAPostgresThatCouldLoseWhatItAcknowledgedIsRefused(t *testing.T) {
	t.Parallel()
	c := load(t, "HOSO_DATA="+t.TempDir(), "HOSO_DATABASE_URL="+unsafe(pgtest.URL(t)))
	require.NoError(t, c.Check())
	_, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, store.ErrUnsafe)
	s, err := c.OpenRegister()
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	_, err = Migrate(t.Context(), s)
	require.ErrorIs(t, err, store.ErrUnsafe, "not even migrated")
}

// unsafe asks for connections that do not wait for the disk.
func unsafe(url string) string {
	sign := "?"
	if strings.Contains(url, "?") {
		sign = "&"
	}
	return url + sign + "synchronous_commit=off"
}

func TestEverySearchAttributeHasATypeThatTemporalKnows(t *testing.T) {
	t.Parallel()
	for name, kind := range workflows.SearchAttributes() {
		require.Contains(t, attributeTypes, kind, name)
	}
}
