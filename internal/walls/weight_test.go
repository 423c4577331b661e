package walls_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// lean is the build tag that the program is built with.
const lean = "nomsgpack"

// ballast is not linked into the program: every process would carry it.
var ballast = map[string]string{
	"github.com/ugorji/go/codec":       "MessagePack, which nobody here speaks: 6 MB of code and tables",
	"github.com/pdfcpu/pdfcpu/pkg/api": "all of that library; what we need of it is in the packages below",
	"github.com/mattn/go-runewidth":    "fills a table of 2.2 MB when the program starts",
	"net/http/pprof":                   "profiles, and 1.6 MB to keep them in",
}

func TestTheProgramCarriesNoBallast(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "list", "-deps", "-tags", lean, "./cmd/hoso")
	cmd.Dir = filepath.Join("..", "..")
	listed, err := cmd.Output()
	require.NoError(t, err)
	linked := strings.Fields(string(listed))
	require.Contains(t, linked, "hoso/internal/receipt")
	for _, name := range linked {
		require.Empty(t, ballast[name], name)
	}
}

// Who builds the program says so.
func TestTheProgramIsBuiltLean(t *testing.T) {
	t.Parallel()
	for file, words := range map[string]string{"Makefile": "LEAN := " + lean, "Dockerfile": "RUN go build -tags " + lean + " "} {
		raw, err := os.ReadFile(filepath.Join("..", "..", file))
		require.NoError(t, err)
		require.Contains(t, string(raw), words, file)
	}
}

// What somebody has told the Go tool, in the environment or by `go env -w`, holds
// beside the tag: -buildvcs=false, say, without which a build fails where the
// repository is another user's.
func TestMakeKeepsWhatTheGoToolWasTold(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("make")
	if err != nil {
		t.Skip("NOT TESTED: make is not installed")
	}
	for _, c := range []struct{ environment, written, want string }{
		{"", "", "-tags=" + lean},
		{"", "-buildvcs=false", "-buildvcs=false -tags=" + lean},
		{"-v", "-buildvcs=false", "-v -tags=" + lean},
		{"-tags=x,y -v", "", "-tags=" + lean + ",x,y -v"},
		{"-v -tags=" + lean, "", "-v -tags=" + lean},
	} {
		written := filepath.Join(t.TempDir(), "env")
		require.NoError(t, os.WriteFile(written, []byte("GOFLAGS="+c.written+"\n"), 0o600))
		cmd := exec.Command(program, "-s", "-f", "Makefile", "-f", "-", "told")
		cmd.Dir = filepath.Join("..", "..")
		cmd.Stdin = strings.NewReader("told: ; @echo \"$$GOFLAGS\"\n")
		cmd.Env = append(os.Environ(), "GOENV="+written, "GOFLAGS="+c.environment, "MAKEFLAGS=", "MFLAGS=")
		said, err := cmd.Output()
		require.NoError(t, err, c)
		require.Equal(t, c.want, strings.TrimSpace(string(said)), cmp.Or(c.environment, c.written))
	}
}
