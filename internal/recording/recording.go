// Package recording keeps the histories that a release's program has made, for
// the replay test of every later program. It is for tests only.
package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// Variable names the release that is recorded, such as v0.1.0; without it nothing is.
const Variable = "HOSO_RECORD"

var releaseName = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// Wanted says whether this run of the tests records, and logs that it does not.
func Wanted(t testing.TB) bool {
	t.Helper()
	if os.Getenv(Variable) != "" {
		return true
	}
	t.Logf("%s is not set: nothing recorded", Variable)
	return false
}

// Keep writes a history into the release's folder below dir, which is
// workflows/testdata/replay seen from the test.
func Keep(t testing.TB, dir, name string, h *history.History) {
	t.Helper()
	raw, err := protojson.MarshalOptions{Indent: " "}.Marshal(h)
	require.NoError(t, err)
	require.NoError(t, keep(dir, os.Getenv(Variable), name, append(raw, '\n')))
}

// keep refuses to touch what is there: a release's program is what it is.
func keep(dir, release, name string, raw []byte) error {
	if !releaseName.MatchString(release) {
		return fmt.Errorf("%s=%s: name the release that is recorded, such as v0.1.0", Variable, release)
	}
	folder := filepath.Join(dir, release)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(folder, name+".json"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s of %s is recorded already: a release's histories are never touched", name, release)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	return errors.Join(err, f.Close())
}
