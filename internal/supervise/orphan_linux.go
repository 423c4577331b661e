package supervise

import (
	"os/exec"
	"runtime"
	"syscall"
)

// followParent has the kernel ask a child to stop when we are gone, however that
// came. The kernel means the thread that started it: so this goroutine keeps its
// thread until the child has ended.
func followParent(cmd *exec.Cmd) (release func()) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
