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
type confinement struct {
	flags uintptr // namespaces of its own
	fence bool    // around the files that it has a need of
}

// limited says that children have limits here.
const limited = true

// attr gives the child a group of its own, ends it with its parent and, where
// allowed, puts it into a namespace without a network and without processes but
// its own: it is the first there, and all others end with it. No user is known
// there, so it is nobody.
func (c confinement) attr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: c.flags}
}

// confinements are tried in turn; the last always goes.
var confinements = []confinement{
	{syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC, true},
	{syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC, true},
	{syscall.CLONE_NEWNET, true},
	{0, true},
	{syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC, false},
	{syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC, false},
	{syscall.CLONE_NEWNET, false},
	{0, false},
}

// noNetwork says whether a child has none.
func (c confinement) noNetwork() bool { return c.flags&syscall.CLONE_NEWNET != 0 }

// noFiles says whether a child can open none but those that it needs.
func (c confinement) noFiles() bool { return c.fence }

// build makes the wall that has to be there before the child is.
func (c confinement) build(readable []string, room string) error {
	if !c.fence {
		return nil
	}
	return fence(readable, room)
}

// kill ends the child and all that it started.
func (p *process) kill() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

// onlooker is how the parent sees a child and all that it has started.
type onlooker struct {
	pid   int
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

// clock is how long the child has been at it since a time, less what it waited for a
// processor; not known where the system does not count that.
func (o *onlooker) clock(since time.Time) (on time.Duration, known bool) {
	now := time.Now()
	on = now.Sub(since)
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
