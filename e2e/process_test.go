package e2e

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"hoso/internal/pgtest"
)

// process is one program that can be killed and started again as it was.
type process struct {
	name    string
	path    string
	args    []string
	through []string // what starts the program, with its arguments; empty for nothing
	env     []string
	log     string
	ready   func(context.Context) error

	mu  sync.Mutex
	cmd *exec.Cmd
}

// start runs the program and waits until it is ready.
func (p *process) start(t testing.TB) {
	t.Helper()
	p.launch(t)
	p.await(t)
}

func (p *process) launch(t testing.TB) {
	t.Helper()
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer log.Close()
	argv := slices.Concat(p.through, []string{p.path}, p.args)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start(), p.name)
	p.mu.Lock()
	p.cmd = cmd
	p.mu.Unlock()
}

// await polls the readiness check until it passes; a bound, not a sleep, ends it.
func (p *process) await(t testing.TB) {
	t.Helper()
	if p.ready == nil {
		return
	}
	if err := eventually(60*time.Second, p.ready); err != nil {
		said, _ := os.ReadFile(p.log)
		require.NoError(t, err, "%s is not ready: %s", p.name, said[max(0, len(said)-2000):])
	}
}

// kill ends the program at once, without a chance to tidy up.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	_ = p.cmd.Wait()
	p.cmd = nil
}

// stop asks the program to end and gives its exit code.
func (p *process) stop() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
	code := p.cmd.ProcessState.ExitCode()
	p.cmd = nil
	return code
}

// eventually repeats a check until it passes or the time is over.
func eventually(within time.Duration, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil && !timedOut(err) {
			last = err // what was wrong, not that time ran out while asking
		}
		select {
		case <-ctx.Done():
			return cmp.Or(last, err)
		case <-tick.C:
		}
	}
}

// timedOut says that an error is a deadline's; a call's own may come a hair before
// the context's.
func timedOut(err error) bool {
	var late *serviceerror.DeadlineExceeded
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late)
}

// answers is ready when the address answers 200.
func answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, res.Status)
		}
		return nil
	}
}

// listens is ready when the address takes connections.
func listens(addr string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
}

// freeAddr is a loopback address that nobody listens on.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// built finds a built program, or builds it, once for all tests.
func built(t testing.TB, name, dir, pkg string) string {
	t.Helper()
	if there, err := filepath.Abs(filepath.Join("..", "bin", name)); err == nil {
		if _, err := os.Stat(there); err == nil && os.Getenv("HOSO_E2E_BUILD") == "" && name == "hoso-devserver" {
			return there
		}
	}
	builds.Lock()
	defer builds.Unlock()
	out := filepath.Join(builds.dir, name)
	if _, err := os.Stat(out); err == nil {
		return out
	}
	making := out + ".making" // a build that was interrupted is none
	cmd := exec.Command("go", "build", "-o", making, pkg)
	cmd.Dir = dir
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
	require.NoError(t, os.Rename(making, out))
	return out
}

// builds are the programs that this run of the tests has built.
var builds struct {
	sync.Mutex
	dir string
}

func TestMain(m *testing.M) {
	var err error
	if builds.dir, err = os.MkdirTemp("", "hoso-e2e-build-"); err != nil {
		panic(err)
	}
	code := m.Run()
	pgtest.Close()
	_ = os.RemoveAll(builds.dir)
	os.Exit(code)
}
