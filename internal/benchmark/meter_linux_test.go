package benchmark

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALineOfStatIsRead(t *testing.T) {
	t.Parallel()
	parent, u, err := parseStat("4711 (a (odd) name) S 17 4711 4711 0 -1 4194368 109 0 0 0 250 30 7 5 20 0 1 0 69321 5521408 714")
	require.NoError(t, err)
	require.Equal(t, 17, parent)
	require.Equal(t, used{own: 2800 * time.Millisecond, ended: 120 * time.Millisecond}, u)
	_, _, err = parseStat("4711 (short) S 17")
	require.Error(t, err)

	self, ok := readProcess(filepath.Join("/proc", strconv.Itoa(os.Getpid())))
	require.True(t, ok)
	require.Equal(t, os.Getppid(), self.parent)
	require.NotEmpty(t, self.args)
	require.Positive(t, self.held.Own)
	require.Greater(t, self.held.Resident, self.held.Own)
}

func TestALineOfStatmIsRead(t *testing.T) {
	t.Parallel()
	h, err := parseStatm("331022 26712 16729 7730 0 51339 0", 4096)
	require.NoError(t, err)
	require.Equal(t, Held{Resident: 26712 * 4096, Own: (26712 - 16729) * 4096}, h)
	for _, bad := range []string{"331022 26712", "331022 26712 many 7730", ""} {
		_, err = parseStatm(bad, 4096)
		require.Error(t, err, bad)
	}
	require.Equal(t, h, h.larger(Held{Resident: 5, Own: 5}))
	require.Equal(t, h, Held{Resident: 5, Own: 5}.larger(h))
}

func TestPartsAreToldByHowTheyAreCalled(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"postgres": {"/usr/lib/postgresql/15/bin/postgres", "-D", "d"}, "temporal": {"bin/hoso-devserver", "server", "start", "--postgres-db", "temporal"},
		"api": {"bin/hoso", "api", "--addr", "x"}, "worker": {"bin/hoso", "worker", "--data", "d"}, "courier-sim": {"bin/hoso", "courier-sim"},
		"bare worker": {"bin/hoso", "bench", "bare-worker"},
	} {
		require.Equal(t, want, part(args))
	}
}

// What a session used is its database's while it lives; of one that has ended
// only the server's own account knows, and what had been counted before is taken
// out of that.
func TestASessionsTimeIsItsDatabases(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	before := reading{
		processor: map[string]time.Duration{partAPI: 100 * ms}, commits: map[string]int64{"hoso": 10}, bytes: map[string]int64{"hoso": 1000}, wal: 7,
		sessions: map[int]session{1: {used: 50 * ms}, 2: {"hoso", 20 * ms}, 3: {"temporal", 30 * ms}},
	}
	after := reading{
		processor: map[string]time.Duration{partAPI: 180 * ms}, commits: map[string]int64{"hoso": 25}, bytes: map[string]int64{"hoso": 1400}, wal: 107,
		// 3 has ended with 34 ms in all, which the server (1) now counts; 4 is new.
		sessions: map[int]session{1: {used: (50 + 34 + 5) * ms}, 2: {"hoso", 60 * ms}, 4: {"temporal", 9 * ms}},
	}
	s := after.since(before)
	require.Equal(t, map[string]time.Duration{partAPI: 80 * ms, postgresOf + "hoso": 40 * ms, postgresOf + "temporal": 9 * ms, postgresOther: (34 + 5 - 30) * ms}, s.processor)
	require.Equal(t, int64(15), s.commits["hoso"])
	require.Equal(t, int64(400), s.bytes["hoso"])
	require.Equal(t, int64(100), s.wal)
	var sum spent
	sum.add(s)
	sum.add(s)
	require.Equal(t, 160*ms, sum.processor[partAPI])
	require.Equal(t, int64(200), sum.wal)
}
