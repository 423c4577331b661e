//go:build unix

package supervise

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup keeps a terminal's Ctrl-C from reaching the child: it is to stop
// last, when we say so.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// interrupt asks a child to stop in order.
func interrupt(p *os.Process) error { return p.Signal(os.Interrupt) }
