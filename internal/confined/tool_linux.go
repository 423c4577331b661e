package confined

import (
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
func limitTool(pid int, l Limits) {
	room := uint64(max(l.Memory-ownMemory().now-spare-toolCode, 32<<20))
	_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: room, Max: room}, nil)
	_ = unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{}, nil)
}
