package supervise

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync/atomic"
	"time"
)

// How a child is looked after.
const (
	stopWithin   = 15 * time.Second // an orderly stop; then it is ended
	settled      = 10 * time.Second // who lived that long has started well
	quickDeaths  = 6                // in a row, after which we give up
	shortPause   = 250 * time.Millisecond
	longestPause = 4 * time.Second
)

// Child is a program as a process of ours. It is started again when it dies.
type Child struct {
	Name string // as people call it
	Path string
	Args []string
	// Env is its environment; nil means ours.
	Env []string
	// Output takes all that it says.
	Output *os.File
	Log    *slog.Logger
	// Within is how long an orderly stop may take; 15 s if 0. Then it is ended.
	Within time.Duration
	// Prepare changes the command before each start; nil means nothing to change.
	Prepare func(*exec.Cmd)

	pause time.Duration // before it is started again, doubled each time; shortPause if 0
	pid   atomic.Int64
}

// PID is the process as it is now, 0 while there is none.
func (c *Child) PID() int { return int(c.pid.Load()) }

// Run keeps the child alive until the context ends, and then stops it. It is an
// error only that the child does not stay up.
func (c *Child) Run(ctx context.Context) error {
	first := cmp.Or(c.pause, shortPause)
	pause := first
	for quick := 0; ; {
		begun := time.Now()
		err := c.live(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(begun) > settled {
			quick, pause = 0, first
		}
		if quick++; quick >= quickDeaths {
			return fmt.Errorf("%s does not stay up (%w): %s; its words are in %s", c.Name, err, c.lastLine(), c.Output.Name())
		}
		c.Log.WarnContext(ctx, "a part ended, starting it again", "part", c.Name, "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		}
	}
}

// lastLine is the last thing that the child said.
func (c *Child) lastLine() string {
	raw, err := os.ReadFile(c.Output.Name())
	if err != nil {
		return "its words cannot be read"
	}
	raw = bytes.TrimSpace(raw)
	return string(raw[bytes.LastIndexByte(raw, '\n')+1:])
}

// live is one life of the child; its end without our asking is an error.
func (c *Child) live(ctx context.Context) error {
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env = c.Env
	cmd.Stdout, cmd.Stderr = c.Output, c.Output
	ownGroup(cmd)
	if c.Prepare != nil {
		c.Prepare(cmd)
	}
	defer followParent(cmd)()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.Path, err)
	}
	c.pid.Store(int64(cmd.Process.Pid))
	defer c.pid.Store(0)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			err = errors.New("it ended by itself")
		}
		return err
	case <-ctx.Done():
	}
	if err := interrupt(cmd.Process); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.Log.Warn("asking a part to stop", "part", c.Name, "error", err)
	}
	select {
	case <-ended:
	case <-time.After(cmp.Or(c.Within, stopWithin)):
		c.Log.Warn("a part did not stop in time and was ended", "part", c.Name)
		cmd.Process.Kill() //nolint:errcheck // it may have ended just now
		<-ended
	}
	return nil
}
