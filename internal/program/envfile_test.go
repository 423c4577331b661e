package program_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/program"
)

func TestADataFolderSaysWhatBelongsToIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	none, err := program.ReadEnvFile(dir)
	require.NoError(t, err)
	require.Empty(t, none)

	require.NoError(t, program.WriteEnvFile(dir, map[string]string{"HOSO_DATABASE_URL": "postgres://hoso:a=b@127.0.0.1:1/hoso?sslmode=disable", "HOSO_ADDR": "127.0.0.1:9"}))
	got, err := program.ReadEnvFile(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"HOSO_ADDR=127.0.0.1:9", "HOSO_DATABASE_URL=postgres://hoso:a=b@127.0.0.1:1/hoso?sslmode=disable"}, got)
	info, err := os.Stat(program.EnvFile(dir))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "passwords stand in it")

	require.NoError(t, os.Chmod(program.EnvFile(dir), 0o644)) //nolint:gosec // what is to be refused
	_, err = program.ReadEnvFile(dir)
	require.ErrorContains(t, err, "chmod 600")
}

func TestAnEnvironmentThatIsNoneNamesItsLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(program.EnvFile(dir), []byte("# by hand\n\nHOSO_LOG=info\nHOSO_ADDR 127.0.0.1:9\n"), 0o600))
	_, err := program.ReadEnvFile(dir)
	require.ErrorContains(t, err, "line 4: write NAME=value")
	require.NotContains(t, err.Error(), "127.0.0.1", "its values may be secrets")
}
