package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/scan/samplepage"
)

// TestStackFilesHereAndReturnsThere runs `hoso stack`: a dossier filed at one API
// is seen returned at the other while a worker and an API are killed and come
// back; a second stack on the data is refused; stopped and started again it goes
// on with what is there.
func TestStackFilesHereAndReturnsThere(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	began := time.Now()
	s.start(t)
	clerk := caller{base: "http://" + s.apis[0], token: s.token(t, "--role", "clerk", "--office", "VNPHKI")}
	page, err := samplepage.JPEG(samplepage.Page(samplepage.Options{Title: "TỜ KHAI", DPI: 150, Seed: 1}), 85)
	require.NoError(t, err)
	document := clerk.upload(t, "scan", page)

	s.killed(t, "worker 1")
	var filed dossierAnswer
	require.NoError(t, json.Unmarshal(clerk.post(t, "/v1/dossiers", "file", canary(1).filing(document), http.StatusCreated), &filed))
	s.killed(t, "API 1")
	other := caller{base: "http://" + s.apis[1], token: clerk.token}
	require.NoError(t, eventually(time.Minute, func(context.Context) error {
		if d := other.dossier(t, filed.Code); d.Status.Code != 10 {
			return fmt.Errorf("%s is %d, waiting for %s %s", d.Code, d.Status.Code, d.WaitingFor.Who, d.WaitingFor.What)
		}
		return nil
	}))
	require.NoError(t, eventually(time.Minute, answers("http://"+s.apis[0]+"/readyz")), "the killed API is back")
	t.Logf("filed, returned, and two parts killed within %s of the start", time.Since(began).Round(time.Second))

	second := s.command()
	said, err := second.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(said), "is in use by another hoso (process "+strconv.Itoa(s.cmd.Process.Pid)+")")
	require.Equal(t, 1, bytes.Count(said, []byte("\n")), "in one line: %s", said)

	s.stop(t)
	s.start(t)
	require.Equal(t, 10, other.dossier(t, filed.Code).Status.Code, "it goes on with what is there")
	s.stop(t)
}

// TestStackWithTemporalsRolesApart runs each of Temporal's roles as a process, and
// carries a dossier through all of them; what one costs is measured on it, too.
func TestStackWithTemporalsRolesApart(t *testing.T) {
	t.Parallel()
	s := newStack(t, "--temporal-roles", "split", "--workers", "1", "--history-shards", "2")
	s.start(t)
	for _, role := range []string{"frontend", "history", "matching", "worker"} {
		require.Positive(t, s.pid(t, "Temporal "+role))
	}
	clerk := caller{base: "http://" + s.apis[0], token: s.token(t, "--role", "clerk", "--office", "VNPHKI")}
	page, err := samplepage.JPEG(samplepage.Page(samplepage.Options{Title: "TỜ KHAI", DPI: 150, Seed: 1}), 85)
	require.NoError(t, err)
	var filed dossierAnswer
	require.NoError(t, json.Unmarshal(clerk.post(t, "/v1/dossiers", "file", canary(2).filing(clerk.upload(t, "scan", page)), http.StatusCreated), &filed))
	require.NoError(t, eventually(time.Minute, func(context.Context) error {
		if d := clerk.dossier(t, filed.Code); d.Status.Code != 10 {
			return fmt.Errorf("%s is %d", d.Code, d.Status.Code)
		}
		return nil
	}))
	table := s.bench(t, t.TempDir(), "--data", s.data, "--dossiers", "2", "--at-once", "2", "--turns", "1")
	require.Positive(t, table["CPU-ms: Temporal server"][1], "measured on the stack that runs, its four roles together")
	s.stop(t)
}

// stackRun is `hoso stack` on free ports and a folder of its own.
type stackRun struct {
	hoso string
	data string
	args []string
	env  []string
	apis []string

	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended
	said  string        // the file with what it said since its last start
}

func newStack(t testing.TB, more ...string) *stackRun {
	t.Helper()
	repo, err := filepath.Abs("..")
	require.NoError(t, err)
	s := &stackRun{hoso: built(t, "hoso", repo, "./cmd/hoso"), apis: []string{freeAddr(t), freeAddr(t)}}
	// Beneath the test's own folder, which is shut to the user that PostgreSQL runs as.
	base, err := os.MkdirTemp("", "hoso-e2e-stack-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	require.NoError(t, os.Chmod(base, 0o711)) //nolint:gosec // to be passed through
	s.data = filepath.Join(base, "data")
	s.env = append(os.Environ(), "HOSO_DEVSERVER="+built(t, "hoso-devserver", filepath.Join(repo, "devserver"), "."))
	s.args = append([]string{"stack", "--data", s.data, "--api", strings.Join(s.apis, ","), "--postgres-port", freePort(t), "--temporal-port", freePort(t),
		"--ui-port", freePort(t), "--portal-sim-addr", freeAddr(t), "--courier-sim-addr", freeAddr(t)}, more...)
	return s
}

func freePort(t testing.TB) string {
	t.Helper()
	_, port, err := net.SplitHostPort(freeAddr(t))
	require.NoError(t, err)
	return port
}

func (s *stackRun) command() *exec.Cmd {
	cmd := exec.Command(s.hoso, s.args...)
	cmd.Env = s.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
	return cmd
}

// start starts the stack and waits for its table.
func (s *stackRun) start(t testing.TB) {
	t.Helper()
	out, err := os.CreateTemp(t.TempDir(), "said")
	require.NoError(t, err)
	defer out.Close()
	s.cmd, s.said = s.command(), out.Name()
	s.cmd.Stdout, s.cmd.Stderr = out, out
	require.NoError(t, s.cmd.Start())
	cmd, ended := s.cmd, make(chan struct{})
	s.ended = ended
	go func() { // a stack that fails is not waited for
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		<-ended
	})
	require.NoError(t, eventually(2*time.Minute, func(context.Context) error {
		select {
		case <-ended:
			return nil
		default:
		}
		if !strings.Contains(s.words(), "Ctrl-C stops everything.") {
			return fmt.Errorf("the stack is not ready: %s", s.words())
		}
		return nil
	}))
	require.Contains(t, s.words(), "the stack is ready after", "it ended instead; logs: %s", s.logs())
	first, _, _ := strings.Cut(s.words(), "\n")
	t.Log(first)
}

func (s *stackRun) words() string {
	raw, _ := os.ReadFile(s.said)
	return string(raw)
}

// logs are the last words of every part.
func (s *stackRun) logs() string {
	var all strings.Builder
	files, _ := filepath.Glob(filepath.Join(s.data, "log", "*"))
	for _, file := range files {
		raw, _ := os.ReadFile(file)
		fmt.Fprintf(&all, "%s: %s\n", filepath.Base(file), raw[max(0, len(raw)-500):])
	}
	return all.String()
}

// stop stops the stack as systemd would, and wants a clean end of all of it.
func (s *stackRun) stop(t testing.TB) {
	t.Helper()
	parts, began := kids(s.cmd.Process.Pid), time.Now()
	require.NotEmpty(t, parts)
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, eventually(time.Minute, func(context.Context) error {
		if !strings.HasSuffix(s.words(), "stopped\n") {
			return fmt.Errorf("not stopped: %s", s.words())
		}
		for _, pid := range parts {
			if err := syscall.Kill(pid, 0); err == nil {
				return fmt.Errorf("process %d is still there", pid)
			}
		}
		return nil
	}))
	<-s.ended
	t.Logf("stopped after %s", time.Since(began).Round(time.Second))
	require.Equal(t, 0, s.cmd.ProcessState.ExitCode())
}

// token gets one as the table says.
func (s *stackRun) token(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(s.hoso, append([]string{"token", "--data", s.data}, args...)...)
	out, err := cmd.Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// pid reads a part's process from the table.
func (s *stackRun) pid(t testing.TB, part string) int {
	t.Helper()
	found := regexp.MustCompile(`(?m)^  ` + part + ` +(\d+)`).FindStringSubmatch(s.words())
	require.NotNil(t, found, "%s is not in the table: %s", part, s.words())
	pid, err := strconv.Atoi(found[1])
	require.NoError(t, err)
	return pid
}

// killed kills a part without a word, and waits until its supervisor has started
// another one in its place.
func (s *stackRun) killed(t testing.TB, part string) {
	t.Helper()
	pid, parts := s.pid(t, part), len(kids(s.cmd.Process.Pid))
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.NoError(t, eventually(time.Minute, func(context.Context) error {
		now := kids(s.cmd.Process.Pid)
		for _, p := range now {
			if p == pid {
				return fmt.Errorf("process %d is still there", pid)
			}
		}
		if len(now) != parts {
			return fmt.Errorf("%d parts of %d run", len(now), parts)
		}
		return nil
	}))
}
