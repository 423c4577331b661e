package confined

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
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

// onlooker is how the parent sees a child and all that it has started.
type onlooker struct {
	pid   int
	since time.Time
	turns map[int]turns // by thread, also of those that have ended
	ran   time.Duration // all threads together
	moved time.Time     // when one was last seen to have run
}

// turns are what one thread has had of processors, and how long it was ready to run
// and had none.
type turns struct{ ran, waited time.Duration }

// look takes everything in anew, and tells what the child holds itself, and together
// with all that it started.
func (o *onlooker) look() (own memory, all int64) {
	if o.turns == nil {
		o.turns = map[int]turns{}
	}
	own, all = o.visit(o.pid)
	var ran time.Duration
	for _, t := range o.turns {
		ran += t.ran
	}
	if ran > o.ran || o.moved.IsZero() {
		o.ran, o.moved = ran, time.Now()
	}
	return own, all
}

func (o *onlooker) visit(pid int) (own memory, all int64) {
	own = memoryOf(pid)
	all = own.now
	eachThread(pid, func(tid int, dir string) {
		if t, ok := turnsIn(dir); ok {
			o.turns[tid] = t
		}
		for _, kid := range kidsIn(dir) {
			_, more := o.visit(kid)
			all += more
		}
	})
	return own, all
}

// clock is how long the child has been there, less what it waited for a processor;
// not known where the system does not count that.
func (o *onlooker) clock() (on time.Duration, known bool) {
	now := time.Now()
	on = now.Sub(o.since)
	for _, t := range o.turns {
		on -= t.waited
	}
	// The system counts what was waited when the waiting is over.
	if o.ran > 0 && now.Sub(o.moved) > watchEvery && o.ready(o.pid) {
		on -= now.Sub(o.moved)
	}
	return on, o.ran > 0
}

// ready says whether a thread of a process or of what it started could run.
func (o *onlooker) ready(pid int) (ready bool) {
	eachThread(pid, func(_ int, dir string) {
		raw, _ := os.ReadFile(dir + "/stat") //nolint:errcheck // one that is gone is not ready
		_, state, _ := bytes.Cut(raw, []byte(") "))
		ready = ready || bytes.HasPrefix(state, []byte("R")) || slices.ContainsFunc(kidsIn(dir), o.ready)
	})
	return ready
}

// turnsIn reads what the scheduler tells of a thread: what it ran and what it
// waited, in nanoseconds.
func turnsIn(dir string) (t turns, ok bool) {
	raw, err := os.ReadFile(dir + "/schedstat")
	if err != nil {
		return turns{}, false
	}
	words := strings.Fields(string(raw))
	if len(words) < 2 {
		return turns{}, false
	}
	ran, err := strconv.ParseInt(words[0], 10, 64)
	waited, werr := strconv.ParseInt(words[1], 10, 64)
	return turns{time.Duration(ran), time.Duration(waited)}, err == nil && werr == nil
}

// eachThread calls f for all threads of a process.
func eachThread(pid int, f func(tid int, dir string)) {
	dir := "/proc/" + strconv.Itoa(pid) + "/task/"
	threads, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, t := range threads {
		if tid, err := strconv.Atoi(t.Name()); err == nil {
			f(tid, dir+t.Name())
		}
	}
}

// kidsOf lists what any thread of a process has started.
func kidsOf(pid int) (kids []int) {
	eachThread(pid, func(_ int, dir string) { kids = append(kids, kidsIn(dir)...) })
	return kids
}

func kidsIn(dir string) (kids []int) {
	raw, err := os.ReadFile(dir + "/children")
	if err != nil {
		return nil
	}
	for _, word := range strings.Fields(string(raw)) {
		if n, err := strconv.Atoi(word); err == nil {
			kids = append(kids, n)
		}
	}
	return kids
}
