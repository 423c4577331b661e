package recording

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAReleaseIsRecordedOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, keep(dir, "v0.1.0", "happy", []byte("first")))
	require.ErrorContains(t, keep(dir, "v0.1.0", "happy", []byte("second")), "happy of v0.1.0 is recorded already")
	require.NoError(t, keep(dir, "v0.2.0", "happy", []byte("second")))
	raw, err := os.ReadFile(filepath.Join(dir, "v0.1.0", "happy.json"))
	require.NoError(t, err)
	require.Equal(t, "first", string(raw))
	for _, release := range []string{"1", "0.1.0", "v0.1", "../v0.1.0"} {
		require.ErrorContains(t, keep(dir, release, "happy", nil), "name the release", release)
	}
}
