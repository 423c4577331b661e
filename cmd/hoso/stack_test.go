package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/program"
)

// A folder is either the embedded mode's or a stack's: each says so and leaves
// the other's alone.
func TestAFolderIsOneOrTheOther(t *testing.T) {
	t.Parallel()
	server := filepath.Join(t.TempDir(), "hoso-devserver")
	require.NoError(t, os.WriteFile(server, []byte("#!/bin/sh\n"), 0o700)) //nolint:gosec // must be executable
	s := newShell(t, "HOSO_DEVSERVER="+server)
	require.NoError(t, program.WriteEnvFile(s.data, map[string]string{"HOSO_DATABASE_URL": "postgres://hoso@127.0.0.1:1/hoso"}))
	s.fails("belongs to a stack", "up")

	embedded := newShell(t, "HOSO_DEVSERVER="+server)
	require.NoError(t, os.WriteFile(filepath.Join(embedded.data, "hoso.db"), nil, 0o600))
	embedded.fails("belongs to hoso up", "stack")
}

func TestMistakesAboutAStackAreOneLine(t *testing.T) {
	t.Parallel()
	s := newShell(t, "HOSO_DEVSERVER=/none")
	s.fails("--temporal-roles must be one or split", "stack", "--temporal-roles", "three")
	s.fails("HOSO_DEVSERVER", "stack")
	server := filepath.Join(t.TempDir(), "hoso-devserver")
	require.NoError(t, os.WriteFile(server, []byte("#!/bin/sh\n"), 0o700)) //nolint:gosec // must be executable
	there := newShell(t, "HOSO_DEVSERVER="+server)
	there.fails("--portal-knobs: stat "+there.data+"/none: no such file", "stack", "--portal-knobs", there.data+"/none")
	s.fails("--dossiers, --at-once and --turns must be positive", "bench", "--turns", "0")
	s.fails("nothing runs on "+s.data, "bench", "--data", s.data)
}

// What a data folder says of itself is beneath the environment, and above the
// defaults.
func TestCommandsFindAStackByItsFolder(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	require.NoError(t, program.WriteEnvFile(s.data, map[string]string{"HOSO_DATABASE_URL": "postgres://hoso@127.0.0.1:1/hoso", "TEMPORAL_ADDRESS": "127.0.0.1:2"}))
	set := &settings{environ: s.environ}
	c, err := set.config()
	require.NoError(t, err)
	require.Equal(t, "postgres://hoso@127.0.0.1:1/hoso", c.DatabaseURL)
	require.Equal(t, "127.0.0.1:1", c.Temporal.HostPort, "the environment outranks it")

	elsewhere := &settings{environ: []string{"HOSO_DATABASE_URL=postgres://other@127.0.0.1:3/hoso"}, data: s.data}
	c, err = elsewhere.config()
	require.NoError(t, err)
	require.Equal(t, "postgres://other@127.0.0.1:3/hoso", c.DatabaseURL)
	require.Equal(t, "127.0.0.1:2", c.Temporal.HostPort)
}
