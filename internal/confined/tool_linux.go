package confined

import (
	"math"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// toolAttr ends a program with the child that started it.
func toolAttr() *syscall.SysProcAttr {
	// A program that would write a file is told that it cannot, and lives on.
	signal.Ignore(unix.SIGXFSZ)
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// toolCode is about what a program's own code takes of memory.
const toolCode = 32 << 20

// limitTool leaves a program what the child has not used itself. The other
// limits it has inherited.
func (c *child) limitTool(pid int) {
	room := uint64(max(c.Limits.Memory-ownMemory().now-spare-toolCode, 32<<20))
	_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: room, Max: room}, nil)
	// A program that uses up its time is ended, and the child is there to say so.
	left := uint64(max(1, math.Ceil((c.Limits.beginPage() + toolGrace - used()).Seconds())))
	_ = unix.Prlimit(pid, unix.RLIMIT_CPU, &unix.Rlimit{Cur: left, Max: left}, nil)
	_ = unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{}, nil)
}
