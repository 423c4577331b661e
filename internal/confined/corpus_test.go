package confined_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"hoso/internal/confined"
	"hoso/internal/scan"
	"hoso/internal/scan/hostile"
)

// plainChild builds a child as it is in production.
func plainChild(t testing.TB) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "child")
	out, err := exec.Command("go", "build", "-o", exe, "./testdata/child").CombinedOutput()
	require.NoError(t, err, string(out))
	return exe
}

// Every file of the corpus gets a verdict; no child holds more than it may, the
// parent hardly more than before. The time is the processor's, so that a busy
// machine changes nothing.
func TestHostileCorpus(t *testing.T) { // counts this process's memory, so not in parallel
	dir := t.TempDir()
	files := write(t, dir)
	require.GreaterOrEqual(t, len(files), 200)
	limits := confined.DefaultLimits()
	limits.WallMS = 120_000
	var mu sync.Mutex
	var worst confined.Usage
	ends := map[scan.Cause]int{}
	c := checker(t, limits, func(o *confined.Options) {
		o.Observe = func(u confined.Usage) {
			mu.Lock()
			defer mu.Unlock()
			worst.Peak, worst.Together, worst.Took = max(worst.Peak, u.Peak), max(worst.Together, u.Together), max(worst.Took, u.Took)
			ends[u.Ended]++
		}
	})
	c.Use(plainChild(t))
	debug.FreeOSMemory()
	before := confined.ResetPeak(t)
	var g errgroup.Group
	g.SetLimit(2)
	for _, f := range files {
		g.Go(func() error { judge(t, c, dir, f); return nil })
	}
	require.NoError(t, g.Wait())
	t.Logf("%d files; a child at most %d MB, with what it started %d MB, %v; ends: %v", len(files), worst.Peak>>20, worst.Together>>20, worst.Took, ends)
	if runtime.GOOS == "linux" {
		require.LessOrEqual(t, worst.Peak, limits.Memory)
		require.LessOrEqual(t, worst.Together, limits.Memory)
		grown := confined.PeakMemory() - before
		t.Logf("the parent grew by %d MB", grown>>20)
		if !confined.Race { // which multiplies what this process itself takes
			require.LessOrEqual(t, grown, int64(64<<20))
		}
	}
}

// judge sends one file through the wall.
func judge(t *testing.T, c *confined.Checker, dir string, file hostile.File) {
	f, err := os.Open(filepath.Join(dir, file.Name))
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	require.NoError(t, err)
	rep, err := c.Check(t.Context(), f, info.Size(), scan.DefaultProfile())
	require.NoError(t, err, string(file.Data))
	name := string(file.Data)
	require.Contains(t, []scan.Verdict{scan.Ready, scan.Doubtful, scan.Unreadable}, rep.Verdict, name)
	if file.Bad {
		require.NotEqual(t, scan.Ready, rep.Verdict, "%s: %+v", name, rep.Findings)
	}
	if rep.Verdict != scan.Ready {
		require.NotEmpty(t, rep.Findings, name)
	}
	for _, x := range rep.Findings {
		require.NotEmpty(t, x.MessageVI, name)
		require.NotEmpty(t, x.MessageEN, name)
	}
}

// write lays the corpus on disk and forgets it: what is measured is not its own.
// A file's Name becomes where it lies, its Data what it is called.
func write(t *testing.T, dir string) []hostile.File {
	t.Helper()
	files, err := hostile.Files()
	require.NoError(t, err)
	names := map[string]bool{}
	for i, f := range files {
		require.False(t, names[f.Name], "%s is there twice", f.Name)
		names[f.Name] = true
		at := strconv.Itoa(i)
		require.NoError(t, os.WriteFile(filepath.Join(dir, at), f.Data, 0o600))
		files[i] = hostile.File{Name: at, Data: []byte(f.Name), Bad: f.Bad}
	}
	return files
}
