package confined

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// self is this program, even after its file was replaced by a newer one.
func self() (string, error) { return "/proc/self/exe", nil }

// confinement is what the system allows us to take from a child.
type confinement struct{ flags uintptr }

// limited says that children have limits here.
const limited = true

// nobody is who the child is within its own walls.
const nobody = 65534

// attr gives the child a group of its own, ends it with its parent and, where
// allowed, puts it into a namespace without a network and without processes but
// its own: it is the first there, and all others end with it.
func (c confinement) attr() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: c.flags}
	if c.flags&syscall.CLONE_NEWUSER != 0 {
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getgid(), Size: 1}}
	}
	return a
}

// confinements are tried in turn; the last always goes.
var confinements = []confinement{
	{syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC},
	{syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC},
	{syscall.CLONE_NEWNET},
	{},
}

// noNetwork says whether a child has none.
func (c confinement) noNetwork() bool { return c.flags&syscall.CLONE_NEWNET != 0 }

// kill ends the child and all that it started.
func (p *process) kill() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

// held is what a child holds itself, and together with all that it started.
func held(pid int) (own memory, all int64) {
	own = memoryOf(pid)
	all = own.now
	for _, kid := range kidsOf(pid) {
		_, more := held(kid)
		all += more
	}
	return own, all
}

// kidsOf lists what any thread of a process has started.
func kidsOf(pid int) []int {
	dir := "/proc/" + strconv.Itoa(pid) + "/task/"
	threads, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var kids []int
	for _, t := range threads {
		raw, err := os.ReadFile(dir + t.Name() + "/children")
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(bytes.TrimSpace(raw))) {
			if n, err := strconv.Atoi(word); err == nil {
				kids = append(kids, n)
			}
		}
	}
	return kids
}
