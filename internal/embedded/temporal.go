package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"hoso/workflows"
)

// host is where the child listens: this machine only.
const host = "127.0.0.1"

// How the child is looked after.
const (
	stopWithin   = 15 * time.Second // an orderly stop; then it is ended
	settled      = 10 * time.Second // who lived that long has started well
	quickDeaths  = 6                // in a row, after which we give up
	shortPause   = 250 * time.Millisecond
	longestPause = 4 * time.Second
)

// child is the Temporal server as a process of ours. It is started again when it
// dies: workflows go on where its database stands.
type child struct {
	program Program
	port    int
	uiPort  int
	dir     string // of its database
	output  *os.File
	log     *slog.Logger
	pause   time.Duration // before it is started again, doubled each time; shortPause if 0

	pid atomic.Int64
}

// arguments speak "server start-dev", which the devserver and an installed
// temporal both understand.
func (c *child) arguments() []string {
	args := []string{
		"server", "start-dev", "--ip", host, "--port", strconv.Itoa(c.port), "--ui-port", strconv.Itoa(c.uiPort),
		"--db-filename", filepath.Join(c.dir, "temporal.db"), "--namespace", "default", "--log-level", "warn",
	}
	attributes := workflows.SearchAttributes()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		args = append(args, "--search-attribute", name+"="+attributes[name])
	}
	return append(args, c.program.Extra...)
}

// run keeps the child alive until the context ends, and then stops it.
func (c *child) run(ctx context.Context) error {
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
			return fmt.Errorf("Temporal does not stay up (%w); its words are in %s", err, c.output.Name()) //nolint:staticcheck // a name
		}
		c.log.WarnContext(ctx, "Temporal ended, starting it again", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		}
	}
}

// live is one life of the child; its end without our asking is an error.
func (c *child) live(ctx context.Context) error {
	cmd := exec.Command(c.program.Path, c.arguments()...)
	cmd.Stdout, cmd.Stderr = c.output, c.output
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.program.Path, err)
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
		c.log.Warn("asking Temporal to stop", "error", err)
	}
	select {
	case <-ended:
	case <-time.After(stopWithin):
		c.log.Warn("Temporal did not stop in time and was ended")
		cmd.Process.Kill() //nolint:errcheck // it may have ended just now
		<-ended
	}
	return nil
}

// orphanWithin is how long a Temporal whose engine was killed may still hold its
// port: it notices and stops by itself.
const orphanWithin = 12 * time.Second

// awaitPort waits for a while until nobody listens on a port. waiting is called
// once if there is something to wait for.
func awaitPort(ctx context.Context, name string, port int, within time.Duration, waiting func()) error {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	for end := time.Now().Add(within); ; {
		l, err := net.Listen("tcp", address)
		if err == nil {
			return l.Close()
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s is taken, and %s needs it: stop who listens there, or choose another port (--temporal-port, --ui-port)", address, name)
		}
		if waiting != nil {
			waiting()
			waiting = nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
