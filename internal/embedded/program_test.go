package embedded

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnInstalledTemporalIsRefusedWhen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		version, help, want string
	}{
		"it is too old":              {"temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)", "--sqlite-pragma", "hoso needs 1.32.0 or newer"},
		"it cannot write durably":    {"temporal version 1.9.0 (Server 1.33.0, UI 2.60.0)", "--db-filename", "lost in a power cut"},
		"it does not say what it is": {"temporal", "--sqlite-pragma", "does not say which Temporal server"},
		"":                           {"temporal version 1.8.0 (Server 1.32.1, UI 2.55.0)", "--sqlite-pragma strings", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "temporal")
			script := "#!/bin/sh\nif [ \"$1\" = --version ]; then echo '" + c.version + "'; else echo '" + c.help + "'; fi\n"
			require.NoError(t, os.WriteFile(path, []byte(script), 0o700))
			p, err := Usable(t.Context(), path)
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []string{"--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full"}, p.Extra)
		})
	}
}

func TestVersionsAreComparedAsNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version string
		older   bool
	}{{"Server 1.32.0", false}, {"Server 1.4.9", true}, {"Server v1.100.0", false}, {"Server 2.0.0", false}, {"Server 1.31.99", true}} {
		v, err := serverVersion(c.version)
		require.NoError(t, err)
		require.Equal(t, c.older, older(v, oldest), c.version)
	}
}

func TestANamedDevserverMustExist(t *testing.T) {
	t.Parallel()
	_, err := Devserver(filepath.Join(t.TempDir(), "none"))
	require.ErrorContains(t, err, "HOSO_DEVSERVER")
}
