package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/identity"
	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// BenchmarkDossier carries happy dossiers through the whole on PostgreSQL, all
// processes on this machine, and prints what one costs: history events, state
// transitions, commits of hoso's database; and how fast the API acknowledges
// while everything runs.
func BenchmarkDossier(b *testing.B) {
	n := number(b, "HOSO_BENCH", 60)
	y := newSystem(b, setup{database: pgtest.URL(b)})
	clerk := y.as(b, identity.Subject{ID: "clerk-bench", Role: identity.Clerk, Office: "VNPHKI"})
	register := y.register(b)
	for b.Loop() {
		before, start := commits(b, register), time.Now()
		codes := fileMany(b, clerk, n)
		filed := time.Since(start)
		y.allReturned(b, register, codes, 5*time.Minute)
		took := time.Since(start)
		b.ReportMetric(float64(commits(b, register)-before)/float64(n), "commits/dossier")
		b.ReportMetric(float64(n)/filed.Seconds(), "filed/s")
		b.ReportMetric(float64(n)/took.Seconds(), "returned/s")
		y.reportHistories(b, codes)
	}
}

// commits reads how often the register's database has committed; the test's own
// readings are among them.
func commits(b *testing.B, s *store.Store) int64 {
	b.Helper()
	pool, err := s.Pool()
	require.NoError(b, err)
	var n int64
	require.NoError(b, pool.QueryRowContext(context.Background(), `SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()`).Scan(&n))
	return n
}

func (y *system) reportHistories(b *testing.B, codes []string) {
	b.Helper()
	c := y.dial(b)
	var events, transitions, most int64
	for _, code := range codes {
		d, err := c.DescribeWorkflowExecution(context.Background(), code, "")
		require.NoError(b, err)
		info := d.GetWorkflowExecutionInfo()
		events += info.GetHistoryLength()
		transitions += info.GetStateTransitionCount()
		most = max(most, info.GetStateTransitionCount())
	}
	b.ReportMetric(float64(events)/float64(len(codes)), "events/dossier")
	b.ReportMetric(float64(transitions)/float64(len(codes)), "transitions/dossier")
	b.ReportMetric(float64(most), "transitions-most")
}

// BenchmarkUp starts everything as `hoso up` does, on an empty folder, and
// prints how long it takes to be ready and what it occupies when idle.
func BenchmarkUp(b *testing.B) {
	repo, err := filepath.Abs("..")
	require.NoError(b, err)
	bin := filepath.Dir(built(b, "hoso", repo, "./cmd/hoso"))
	devserver := built(b, "hoso-devserver", filepath.Join(repo, "devserver"), ".")
	for b.Loop() {
		b.ReportMetric(upOnce(b, bin, devserver), "ready-s")
	}
}

func upOnce(b *testing.B, bin, devserver string) float64 {
	b.Helper()
	addr := freeAddr(b)
	cmd := exec.Command(filepath.Join(bin, "hoso"), "up", "--data", b.TempDir(), "--addr", addr, "--temporal-port", port(b), "--ui-port", port(b),
		"--portal-sim-addr", freeAddr(b), "--courier-sim-addr", freeAddr(b))
	cmd.Env = append(os.Environ(), "HOSO_DEVSERVER="+devserver)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	start := time.Now()
	require.NoError(b, cmd.Start())
	require.NoError(b, eventually(30*time.Second, answers("http://"+addr+"/readyz")))
	ready := time.Since(start).Seconds()
	require.NoError(b, eventually(30*time.Second, func(context.Context) error {
		if kids(cmd.Process.Pid) == nil {
			return fmt.Errorf("the development server is not there yet")
		}
		return nil
	}))
	b.ReportMetric(settledMemory(cmd.Process.Pid), "idle-MB")
	require.NoError(b, cmd.Process.Signal(syscall.SIGINT))
	require.NoError(b, cmd.Wait())
	return ready
}

func port(b *testing.B) string {
	b.Helper()
	_, p, err := net.SplitHostPort(freeAddr(b))
	require.NoError(b, err)
	return p
}

// settledMemory adds up the resident memory of a process and its children over
// ten seconds of idling, and gives the highest sum in MB.
func settledMemory(pid int) float64 {
	var most float64
	_ = eventually(10*time.Second, func(context.Context) error {
		sum := resident(pid)
		for _, kid := range kids(pid) {
			sum += resident(kid)
		}
		most = max(most, sum)
		return fmt.Errorf("go on measuring")
	})
	return most
}

func kids(pid int) []int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var out []int
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, t := range tasks {
		if raw, err = os.ReadFile(t); err != nil {
			continue
		}
		for _, word := range strings.Fields(string(raw)) {
			if kid, err := strconv.Atoi(word); err == nil {
				out = append(out, kid)
			}
		}
	}
	return out
}

func resident(pid int) float64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}
