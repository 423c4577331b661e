package walls_test

import (
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
	for file, words := range map[string]string{"Makefile": "-tags=" + lean, "Dockerfile": "RUN go build -tags " + lean + " "} {
		raw, err := os.ReadFile(filepath.Join("..", "..", file))
		require.NoError(t, err)
		require.Contains(t, string(raw), words, file)
	}
}
