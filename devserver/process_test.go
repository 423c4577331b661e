package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/server/common/testing/freeport"
)

// The tests below start the real program as a real process: this test binary,
// which becomes the program when this variable is set. What they find holds for
// signals, exit codes and restarts on a file, which one process could only act.
const programMode = "HOSO_DEVSERVER_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programMode) != "" {
		main()
		os.Exit(0)
	}
	_ = os.Setenv(programMode, "1") // for every child, the SDK's included
	os.Exit(m.Run())
}

// patience is how long a test waits for what should take a second or two.
const patience = 90 * time.Second

// process is one running server.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	errors *lockedBuffer
	exited chan error

	frontend, ui string
}

// start runs "server start-dev" on free ports and waits for the ready line.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	port, uiPort := freeport.MustGetFreePort(), freeport.MustGetFreePort()
	p := launch(t, append([]string{"--port", fmt.Sprint(port), "--ui-port", fmt.Sprint(uiPort)}, args...)...)
	p.frontend, p.ui = fmt.Sprintf("127.0.0.1:%d", port), fmt.Sprintf("http://127.0.0.1:%d", uiPort)
	return p
}

func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{
		t:      t,
		cmd:    exec.Command(os.Args[0], append([]string{"server", "start-dev"}, args...)...),
		errors: &lockedBuffer{},
		exited: make(chan error, 1),
	}
	p.cmd.Stderr = p.errors
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = p.cmd.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	ready := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		ready <- line
		p.exited <- p.cmd.Wait()
	}()
	select {
	case line := <-ready:
		if !strings.HasPrefix(line, "ready: ") {
			t.Fatalf("instead of the ready line: %q, and %s", line, p.errors)
		}
	case <-time.After(patience):
		t.Fatalf("not ready after %s: %s", patience, p.errors)
	}
	return p
}

// stop asks the process to end and fails the test if it does not do so in order.
func (p *process) stop(signal syscall.Signal) {
	p.t.Helper()
	err := p.cmd.Process.Signal(signal)
	if err != nil {
		p.t.Fatal(err)
	}
	err = p.wait()
	if err != nil {
		p.t.Errorf("stopped with %s: %v, want exit code 0; %s", signal, err, p.errors)
	}
}

// kill ends the process as a power failure would, as far as it can tell.
func (p *process) kill() {
	p.t.Helper()
	_ = p.cmd.Process.Kill()
	_ = p.wait()
}

func (p *process) wait() error {
	p.t.Helper()
	select {
	case err := <-p.exited:
		return err
	case <-time.After(patience):
		p.t.Fatalf("still running after %s", patience)
		return nil
	}
}

func (p *process) client(namespace string) client.Client {
	p.t.Helper()
	c, err := client.Dial(client.Options{HostPort: p.frontend, Namespace: namespace, Logger: silent()})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(c.Close)
	return c
}

func silent() log.Logger { return log.NewStructuredLogger(slog.New(slog.DiscardHandler)) }

// fail runs the program with a command line it must refuse and returns what it
// says, which is one line.
func fail(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, os.Args[0], append([]string{"server", "start-dev"}, args...)...)
	cmd.Stderr = &stderr
	err := cmd.Run()
	if cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%q: %v, want exit code 1", args, err)
	}
	text := stderr.String()
	if strings.Count(text, "\n") != 1 {
		t.Errorf("%q says %q, want one line", args, text)
	}
	return text
}

// lockedBuffer keeps what a process says, readable while it speaks.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
