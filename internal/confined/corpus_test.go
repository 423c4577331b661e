package confined_test

import (
	"encoding/json"
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

// plain builds a program of testdata as it would be in production.
func plain(t testing.TB, name string) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), name)
	out, err := exec.Command("go", "build", "-o", exe, "./testdata/"+name).CombinedOutput()
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
	c.Use(plain(t, "child"))
	debug.FreeOSMemory()
	before := confined.ResetPeak(t)
	var g errgroup.Group
	g.SetLimit(2)
	for i, f := range files {
		g.Go(func() error { judge(t, c, filepath.Join(dir, strconv.Itoa(i)), f); return nil })
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
func judge(t *testing.T, c *confined.Checker, at string, file hostile.File) {
	f, err := os.Open(at)
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	require.NoError(t, err)
	rep, err := c.Check(t.Context(), f, info.Size(), scan.DefaultProfile())
	name := file.Name
	require.NoError(t, err, name)
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

// write lays the corpus on disk and reads what it is: the files themselves are
// not held here, where memory is counted.
func write(t *testing.T, dir string) []hostile.File {
	t.Helper()
	out, err := exec.Command(plain(t, "corpus"), dir).CombinedOutput()
	require.NoError(t, err, string(out))
	list, err := os.ReadFile(filepath.Join(dir, "list.json"))
	require.NoError(t, err)
	var files []hostile.File
	require.NoError(t, json.Unmarshal(list, &files))
	names := map[string]bool{}
	for _, f := range files {
		require.False(t, names[f.Name], "%s is there twice", f.Name)
		names[f.Name] = true
	}
	return files
}
