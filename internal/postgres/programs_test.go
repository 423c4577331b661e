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
	_, err := programs()
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
	dir, err := programs()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(root, "17", "bin"), dir)
}
