package supervise

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
)

// newChild is a child that the test program plays.
func newChild(t *testing.T, role string) *Child {
	t.Helper()
	dir := t.TempDir()
	output, err := os.Create(filepath.Join(dir, "temporal.log"))
	require.NoError(t, err)
	t.Cleanup(func() { output.Close() })
	self, err := os.Executable()
	require.NoError(t, err)
	script := filepath.Join(dir, "temporal")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\n"+asChild+"="+role+" exec "+self+"\n"), 0o700))
	return &Child{Name: "Temporal", Path: script, Output: output, Log: slog.New(slog.DiscardHandler), pause: time.Millisecond}
}

// said waits until the child's output has so many lines that begin so.
func (c *Child) said(t *testing.T, word string, times int) {
	t.Helper()
	require.Eventually(t, func() bool {
		raw, err := os.ReadFile(c.Output.Name())
		return err == nil && strings.Count("\n"+string(raw), "\n"+word) >= times
	}, 20*time.Second, 5*time.Millisecond)
}

func TestAChildIsAskedToStopAndWaitedFor(t *testing.T) {
	t.Parallel()
	c := newChild(t, "serve")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	c.said(t, "serving", 1)
	stop()
	require.NoError(t, <-ended)
	c.said(t, "stopped", 1)
}

func TestAChildIsStartedAgainWhenItDies(t *testing.T) {
	t.Parallel()
	c := newChild(t, "serve")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	c.said(t, "serving", 1)
	require.NoError(t, syscall.Kill(c.PID(), syscall.SIGKILL))
	c.said(t, "serving", 2)
	stop()
	require.NoError(t, <-ended)
}

func TestAChildThatDoesNotStayUpIsGivenUp(t *testing.T) {
	t.Parallel()
	c := newChild(t, "die")
	err := c.Run(t.Context())
	require.ErrorContains(t, err, "Temporal does not stay up (exit status 3): died;")
	require.ErrorContains(t, err, c.Output.Name(), "it says where to read on")
	c.said(t, "died", quickDeaths)
}
