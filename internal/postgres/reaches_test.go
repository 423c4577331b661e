//go:build unix

package postgres

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Root's folders are let into for the server's user alone, and one that is shut
// is named.
func TestTheServersUserIsLetIn(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		i := Installation{}
		require.NoError(t, i.Reaches("/root/data"), "where we are not root the server runs as ourselves")
		return
	}
	const uid, gid = 61234, 61235 // of nobody
	i := Installation{as: &syscall.Credential{Uid: uid, Gid: gid}}
	base, err := os.MkdirTemp("", "hoso-reaches-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(base)) })
	inner := filepath.Join(base, "stack")
	require.NoError(t, os.Mkdir(inner, 0o700))
	require.ErrorContains(t, i.Reaches(inner), "may not enter "+inner)
	require.NoError(t, i.LetIn(inner))
	require.ErrorContains(t, i.Reaches(inner), "may not enter "+base+":")
	require.NoError(t, i.LetIn(base))
	require.NoError(t, i.Reaches(inner))
	info, err := os.Stat(inner)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o710), info.Mode().Perm(), "and nobody else is")
}

func TestADurableServerIsCalledWithItsSettings(t *testing.T) {
	t.Parallel()
	settings := Durable()
	settings["jit"] = "off"
	require.Equal(t, []string{"-D", "d", "-p", "15432", "-c", "fsync=on", "-c", "full_page_writes=on", "-c", "jit=off", "-c", "synchronous_commit=on"},
		Arguments("d", 15432, settings))
}
