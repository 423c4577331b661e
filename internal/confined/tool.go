package confined

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"runtime/debug"
	"time"
)

// toolGrace is what a program may use of the processor after the last page may be
// begun.
const toolGrace = 750 * time.Millisecond

var errTool = errors.New("confined: program failed")

// tool runs another program from within the child and takes at most most bytes
// of what it writes. It ends with the child, and gets what the child has left.
func (c *child) tool(ctx context.Context, in io.Reader, most int64, path string, args ...string) ([]byte, error) {
	if path == "" {
		return nil, errNoTool
	}
	ctx, cancel := context.WithDeadline(ctx, c.began.Add(c.Limits.wall())) // when the parent ends all this
	defer cancel()
	debug.FreeOSMemory()
	runtime.LockOSThread() // the program is to die with this thread's process, not sooner
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, path, args...)
	// Every thread would take its share of the memory before there is any work.
	cmd.Env = []string{"LANG=C.UTF-8", "HOME=/nonexistent", "OMP_NUM_THREADS=1"}
	cmd.Stdin = in
	cmd.SysProcAttr = toolAttr()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errTool, err)
	}
	c.limitTool(cmd.Process.Pid)
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(out, most+1))
	if err != nil || n > most {
		_ = cmd.Process.Kill()
	}
	if werr := cmd.Wait(); err == nil && n <= most && werr == nil {
		return b.Bytes(), nil
	} else if n > most {
		werr = errors.New("it writes too much")
	} else if err == nil {
		err = werr
	}
	return b.Bytes(), fmt.Errorf("%w: %w", errTool, err)
}
