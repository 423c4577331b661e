package embedded

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/workflows"
)

// newChild is a child that the test program plays.
func newChild(t *testing.T, role string) *child {
	t.Helper()
	dir := t.TempDir()
	output, err := os.Create(filepath.Join(dir, "temporal.log"))
	require.NoError(t, err)
	t.Cleanup(func() { output.Close() })
	self, err := os.Executable()
	require.NoError(t, err)
	script := filepath.Join(dir, "temporal")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\n"+asChild+"="+role+" exec "+self+"\n"), 0o700))
	return &child{program: Program{Path: script}, port: 1, uiPort: 2, dir: dir, output: output, log: slog.New(slog.DiscardHandler), pause: time.Millisecond}
}

// said waits until the child's output has so many lines that begin so.
func (c *child) said(t *testing.T, word string, times int) {
	t.Helper()
	require.Eventually(t, func() bool {
		raw, err := os.ReadFile(c.output.Name())
		return err == nil && strings.Count("\n"+string(raw), "\n"+word) >= times
	}, 20*time.Second, 5*time.Millisecond)
}

func TestTemporalIsAskedToStopAndWaitedFor(t *testing.T) {
	t.Parallel()
	c := newChild(t, "serve")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.run(ctx) }()
	c.said(t, "serving", 1)
	stop()
	require.NoError(t, <-ended)
	c.said(t, "stopped", 1)
}

func TestTemporalIsStartedAgainWhenItDies(t *testing.T) {
	t.Parallel()
	c := newChild(t, "serve")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.run(ctx) }()
	c.said(t, "serving", 1)
	require.NoError(t, syscall.Kill(int(c.pid.Load()), syscall.SIGKILL))
	c.said(t, "serving", 2)
	stop()
	require.NoError(t, <-ended)
}

func TestTemporalThatDoesNotStayUpIsGivenUp(t *testing.T) {
	t.Parallel()
	c := newChild(t, "die")
	err := c.run(t.Context())
	require.ErrorContains(t, err, "does not stay up")
	require.ErrorContains(t, err, c.output.Name(), "it says where to read on")
	c.said(t, "died", quickDeaths)
}

func TestTemporalIsToldEverythingItMustKnow(t *testing.T) {
	t.Parallel()
	c := child{program: Program{Extra: []string{"--exit-with-parent"}}, port: 7233, uiPort: 8233, dir: "d"}
	line := strings.Join(c.arguments(), " ")
	require.True(t, strings.HasPrefix(line, "server start-dev --ip 127.0.0.1 --port 7233 --ui-port 8233 --db-filename d/temporal.db"))
	require.True(t, strings.HasSuffix(line, "--exit-with-parent"))
	for name, kind := range workflows.SearchAttributes() {
		require.Contains(t, line, "--search-attribute "+name+"="+kind)
	}
}
