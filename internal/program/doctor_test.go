package program

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
)

// examine runs the doctor and gives its findings by check.
func examine(t *testing.T, c Config) (bool, map[string]Finding) {
	t.Helper()
	found := map[string]Finding{}
	healthy := Doctor(t.Context(), c, func(f Finding) { found[f.Check] = f })
	return healthy, found
}

func TestDoctorOnASoundRegister(t *testing.T) {
	t.Parallel()
	_, c := newRegister(t) // whose Temporal is away
	healthy, found := examine(t, c)
	require.False(t, healthy)
	for _, check := range []string{"database", "durability", "migrations", "catalogue", "clock", "disk"} {
		require.Equal(t, OK, found[check].State, found[check])
	}
	require.Equal(t, "journal_mode wal, synchronous 2", found["durability"].Words)
	require.Equal(t, Failing, found["temporal"].State)
	require.Equal(t, "not checked: see above", found["namespace"].Words)
	require.Equal(t, Note, found["fonts"].State, "fonts never fail")
	for _, f := range found {
		require.NotContains(t, f.Words, "\n", "one line each")
	}
}

func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	t.Run("no register", func(t *testing.T) {
		t.Parallel()
		c := load(t, "HOSO_DATA="+filepath.Join(t.TempDir(), "none"), "TEMPORAL_ADDRESS=127.0.0.1:1")
		require.NoError(t, c.Check())
		healthy, found := examine(t, c)
		require.False(t, healthy)
		require.Contains(t, found["database"].Words, "there is no register")
		require.Equal(t, Failing, found["catalogue"].State)
	})
	t.Run("no database", func(t *testing.T) {
		t.Parallel()
		c := load(t, "HOSO_DATABASE_URL=postgres://hoso:sesame@127.0.0.1:1/hoso", "TEMPORAL_ADDRESS=127.0.0.1:1")
		require.NoError(t, c.Check())
		_, found := examine(t, c)
		require.Equal(t, Failing, found["database"].State)
		require.NotContains(t, found["database"].Words, "sesame")
	})
	t.Run("no migrations", func(t *testing.T) {
		t.Parallel()
		c := load(t, "HOSO_DATA="+t.TempDir(), "TEMPORAL_ADDRESS=127.0.0.1:1")
		require.NoError(t, c.Check())
		s, err := c.OpenRegister()
		require.NoError(t, err)
		require.NoError(t, s.Close())
		_, found := examine(t, c)
		require.Contains(t, found["migrations"].Words, "run `hoso migrate`")
	})
	t.Run("an empty catalogue", func(t *testing.T) {
		t.Parallel()
		c := load(t, "HOSO_DATA="+t.TempDir(), "TEMPORAL_ADDRESS=127.0.0.1:1")
		require.NoError(t, c.Check())
		s, err := c.OpenRegister()
		require.NoError(t, err)
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, s.Close())
		_, found := examine(t, c)
		require.Contains(t, found["catalogue"].Words, "run `hoso catalogue load`")
	})
	t.Run("unsafe durability", func(t *testing.T) {
		t.Parallel()
		c := load(t, "HOSO_DATABASE_URL="+unsafe(pgtest.URL(t)), "TEMPORAL_ADDRESS=127.0.0.1:1")
		require.NoError(t, c.Check())
		_, found := examine(t, c)
		require.Contains(t, found["durability"].Words, "synchronous_commit is off")
	})
	t.Run("a clock that cannot be right", func(t *testing.T) {
		t.Parallel()
		var got Finding
		d := doctor{healthy: true, tell: func(f Finding) { got = f }}
		d.clock(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))
		require.False(t, d.healthy)
		require.Contains(t, got.Words, "1970-01-01")
	})
}

func TestFreeSpaceIsKnown(t *testing.T) {
	t.Parallel()
	free, err := freeSpace(t.TempDir())
	require.NoError(t, err)
	require.Positive(t, free)
	require.LessOrEqual(t, free, int64(math.MaxInt64))
}
