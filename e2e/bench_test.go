package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBenchMeasuresBothShapes carries a handful of dossiers as `make bench` does,
// on a stack of the program's own. The counts are what they must be; times are not
// judged here.
func TestBenchMeasuresBothShapes(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	dir := filepath.Dir(s.data)
	table := s.bench(t, dir, "--dossiers", "4", "--at-once", "4", "--turns", "1")
	require.Equal(t, [2]float64{47, 24}, [2]float64{table["history events"][1], table["state transitions"][1]}, "the bare shape")
	// Fewest where all reports come in a row, most where each comes by itself.
	require.InDelta(t, 30, table["history events"][0], 8)
	require.InDelta(t, 12, table["state transitions"][0], 4)
	for name, of := range map[string]int{
		"completed per second": 0, "CPU-ms: Temporal server": 0, "CPU-ms: PostgreSQL for hoso": 0, "CPU-ms: API": 0, "CPU-ms: worker": 0,
		"CPU-ms: bare worker": 1, "CPU-ms: PostgreSQL for Temporal": 1, "commits: hoso": 0, "commits: temporal": 1, "WAL, kB": 1,
	} {
		require.Positive(t, table[name][of], name)
	}
	left, err := filepath.Glob(filepath.Join(dir, "data", "*"))
	require.NoError(t, err)
	require.Empty(t, left, "its own stack is cleared away")
}

// TestBenchLeavesDossiersOpen has a few dossiers stand at a portal that holds them.
func TestBenchLeavesDossiersOpen(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	dir := filepath.Dir(s.data)
	cmd := exec.Command(s.hoso, "bench", "open", "--dossiers", "5", "--every", "3", "--at-once", "2")
	cmd.Dir, cmd.Env = dir, s.env
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", said)
	var open []string
	for line := range strings.Lines(string(said)) {
		words := strings.Fields(line)
		if _, err := strconv.Atoi(words[0]); err != nil {
			continue
		}
		require.Len(t, words, 7, line)
		open = append(open, words[0])
		for _, column := range []int{2, 3, 4, 5} {
			megabytes, err := strconv.ParseFloat(words[column], 64)
			require.NoError(t, err, line)
			require.Greater(t, megabytes, 10.0, line)
		}
	}
	require.Equal(t, []string{"3", "5"}, open)
	left, err := filepath.Glob(filepath.Join(dir, "data", "*"))
	require.NoError(t, err)
	require.Empty(t, left, "its own stack is cleared away")
}

// bench runs the measurement in a folder and reads its table: both shapes by row.
func (s *stackRun) bench(t testing.TB, dir string, args ...string) map[string][2]float64 {
	t.Helper()
	cmd := exec.Command(s.hoso, append([]string{"bench"}, args...)...)
	cmd.Dir, cmd.Env = dir, s.env
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", said)
	if os.Getenv("HOSO_E2E_KEEP") != "" {
		t.Logf("%s", said)
	}
	table := map[string][2]float64{}
	for _, line := range strings.Split(string(said), "\n") {
		words := strings.Fields(line)
		if len(words) < 3 {
			continue
		}
		a, err1 := strconv.ParseFloat(words[len(words)-2], 64)
		b, err2 := strconv.ParseFloat(words[len(words)-1], 64)
		if err1 == nil && err2 == nil {
			table[strings.Join(words[:len(words)-2], " ")] = [2]float64{a, b}
		}
	}
	return table
}
