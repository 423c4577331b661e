package postgres

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoPostgreSQLInstalled(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	before := places
	places = []string{filepath.Join(t.TempDir(), "*")}
	defer func() { places = before }()
	_, err := programsFor("")
	require.ErrorIs(t, err, ErrMissing)
	require.ErrorContains(t, err, "apt-get install postgresql")
}

func TestNewestVersionFirst(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	root := t.TempDir()
	for _, v := range []string{"9.6", "17", "15", "18"} {
		dir := filepath.Join(root, v, "bin")
		require.NoError(t, os.MkdirAll(dir, 0o700))
		for _, program := range []string{"initdb", "postgres"} {
			if v != "18" || program != "postgres" { // a client's package only
				require.NoError(t, os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\n"), 0o700)) //nolint:gosec // must be executable
			}
		}
	}
	before := places
	places = []string{root + "/*/bin"}
	defer func() { places = before }()
	cluster := t.TempDir()
	dir, err := programsFor(cluster)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(root, "17", "bin"), dir)

	// Once there is a cluster, only the version that made it starts on it.
	file := filepath.Join(cluster, "PG_VERSION")
	require.NoError(t, os.WriteFile(file, []byte("15\n"), 0o600))
	dir, err = programsFor(cluster)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(root, "15", "bin"), dir)
	require.NoError(t, os.WriteFile(file, []byte("16\n"), 0o600))
	_, err = programsFor(cluster)
	require.ErrorContains(t, err, "was made by PostgreSQL 16, which is not here: install it (Debian, Ubuntu: apt-get install postgresql-16)")
}
