package confined

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"hoso/internal/scan"
)

// watchEvery is how often the parent looks at a child's memory.
const watchEvery = 10 * time.Millisecond

// watchMargin is how far below the limit the parent ends a child: what grows goes
// on growing until the next look.
const watchMargin = 16 << 20

// run starts a child, gives it its order and waits for the answer, or for the
// reason why there is none. An error is nothing that the file did.
func (c *Checker) run(ctx context.Context, o order, file *os.File) (answer, Usage, error) {
	line, err := json.Marshal(o)
	if err != nil {
		return answer{}, Usage{}, err
	}
	began := time.Now()
	p, err := c.start(file, o.Room)
	if err != nil {
		return answer{}, Usage{}, fmt.Errorf("%w: %w", ErrBusy, err)
	}
	answered := make(chan reading, 1)
	go func() { answered <- p.read(append(line, '\n'), o.Limits.AnswerBytes) }()
	u, got, late := p.watch(ctx, o.Limits, began, answered)
	p.kill()
	if got == nil {
		p.hurry()
		r := <-answered
		got = &r
	}
	state := p.wait()
	u.Took = time.Since(began)
	if err := ctx.Err(); err != nil && (u.Ended != "" || got.err != nil) {
		return answer{}, u, fmt.Errorf("confined: %w", err)
	}
	var a answer
	switch {
	case late > 0 && cpuOf(state) < late:
		// The machine kept it waiting, for a processor, a disk, or somebody else: all
		// that a file can do is to keep its reader busy. What a file gets told must not
		// depend on the machine.
		return answer{}, Usage{Took: u.Took}, ErrBusy
	case u.Ended != "":
		return answer{}, u, nil
	case got.err == nil && json.Unmarshal(got.answer, &a) == nil:
		u.Peak = max(u.Peak, a.Peak)
		u.Together = max(u.Together, a.Peak)
		return a, u, nil
	case len(got.answer) == 0, endedByOthers(state, *got, o.Limits):
		return answer{}, Usage{Took: u.Took}, ErrBusy
	}
	u.Ended = causeOf(state, got.lastWords, o.Limits)
	return answer{}, u, nil
}

// causeOf says of a child that ended by itself what ended it.
func causeOf(state *os.ProcessState, lastWords []byte, l Limits) scan.Cause {
	switch {
	case bytes.Contains(lastWords, []byte("out of memory")), bytes.Contains(lastWords, []byte("cannot allocate memory")):
		return scan.OutOfMemory
	// The system ends who has used up the processor without a word. Its two ways of
	// counting differ by far on a busy machine, so half will do.
	case len(lastWords) == 0 && cpuOf(state) >= l.cpu()/2:
		return scan.OutOfTime
	}
	return scan.Crashed
}

// endedByOthers says of a child that we did not end, and that did not use up its
// processor time, whether somebody else ended it: the machine is being stopped, or
// has run out of memory. A file cannot have a child end like that.
func endedByOthers(state *os.ProcessState, r reading, l Limits) bool {
	if state == nil {
		return true
	}
	status, known := state.Sys().(syscall.WaitStatus)
	if !known || !status.Signaled() || r.tooLong {
		return false
	}
	switch status.Signal() {
	case syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP:
		return true
	case syscall.SIGKILL:
		return len(r.lastWords) == 0 && causeOf(state, nil, l) != scan.OutOfTime
	}
	return false
}

func cpuOf(state *os.ProcessState) time.Duration {
	if state == nil {
		return 0
	}
	return state.UserTime() + state.SystemTime()
}

// process is a child with its pipes.
type process struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	out, err *os.File
	given    atomic.Pointer[time.Time] // when it had its order; until then it waits for us
	over     chan struct{}             // closed when the child has been collected
}

// reading is what came out of a child. lastWords are never logged: they may
// quote the file.
type reading struct {
	answer, lastWords []byte
	tooLong           bool
	err               error
}

var errAnswer = errors.New("confined: no whole answer")

// start makes the child, with as little around it as the system allows.
func (c *Checker) start(file *os.File, room string) (*process, error) {
	how, err := c.confinement()
	if err != nil {
		return nil, err
	}
	return c.launch(file, how, room)
}

func (c *Checker) launch(file *os.File, how confinement, room string) (*process, error) {
	outR, outW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, outR.Close(), outW.Close())
	}
	cmd := exec.Command(c.exe, childArg)
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=none", "LANG=C.UTF-8", "HOME=/nonexistent", "TMPDIR=/nonexistent"}
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = outW, errW, []*os.File{file}
	cmd.SysProcAttr = how.attr()
	p := &process{cmd: cmd, out: outR, err: errR, over: make(chan struct{})}
	p.in, err = cmd.StdinPipe()
	if err == nil {
		err = p.begin(how, c.readable(), room)
	}
	err = errors.Join(err, outW.Close(), errW.Close())
	if err != nil {
		return nil, errors.Join(err, outR.Close(), errR.Close())
	}
	return p, nil
}

// readable is what a child has to read besides its file: itself, and what the
// programs that it starts need.
func (c *Checker) readable() []string {
	paths := append([]string{c.exe}, c.o.Limits.Readable...)
	for _, tool := range []string{c.o.Tools.PDFToPPM, c.o.Tools.ZBarImg} {
		if tool != "" {
			paths = append(paths, tool)
		}
	}
	return paths
}

// begin starts the child on a thread of its own. That thread gets the child's walls,
// and the system kills the child when the thread ends; so it is nobody else's, and
// waits for the child.
func (p *process) begin(how confinement, readable []string, room string) error {
	begun := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with this function
		err := how.build(readable, room)
		if err == nil {
			err = p.cmd.Start()
		}
		begun <- err
		if err == nil {
			<-p.over
		}
	}()
	return <-begun
}

// read gives the order and takes the answer. The way in stays open until then:
// its end tells the child that its parent is gone.
func (p *process) read(order []byte, most int64) reading {
	words := make(chan []byte, 1)
	go func() {
		last, _ := io.ReadAll(io.LimitReader(p.err, 4096)) //nolint:errcheck // what came is what there is
		io.Copy(io.Discard, p.err)                         //nolint:errcheck // so that the child can go on
		words <- last
	}()
	var r reading
	if _, err := p.in.Write(order); err != nil {
		r.err = err
	}
	now := time.Now()
	p.given.Store(&now)
	out, err := io.ReadAll(io.LimitReader(p.out, most+1))
	r.tooLong = int64(len(out)) > most
	if err != nil || r.tooLong || len(out) == 0 {
		r.err = errors.Join(errAnswer, err)
	}
	p.kill() // what is not done now was not asked for
	p.hurry()
	r.answer, r.lastWords = out, <-words
	return r
}

// runawayGrace is how long the pipes of a child that was killed stay open: they
// close with it, unless something that it started has got away and holds them.
const runawayGrace = 2 * time.Second

// hurry ends the wait for whatever else might come out of a child that was killed.
func (p *process) hurry() {
	soon := time.Now().Add(runawayGrace)
	_ = errors.Join(p.out.SetReadDeadline(soon), p.err.SetReadDeadline(soon)) // where there are none the pipes close anyway
}

// watch waits for the answer, for time, for too much memory, or for the end of
// the request, whichever is first. If it was time, late is how much of the
// processor blames the file.
func (p *process) watch(ctx context.Context, l Limits, began time.Time, answered <-chan reading) (u Usage, got *reading, late time.Duration) {
	see := onlooker{pid: p.cmd.Process.Pid}
	timeout := time.NewTimer(time.Until(began.Add(l.wall())))
	defer timeout.Stop()
	look := time.NewTicker(watchEvery)
	defer look.Stop()
	for {
		select {
		case r := <-answered:
			return u, &r, 0
		case <-ctx.Done():
			return u, nil, 0
		case <-timeout.C:
			u.Ended = scan.OutOfTime
			return u, nil, l.cpu()
		case <-look.C:
			own, all := see.look()
			u.Peak, u.Together = max(u.Peak, own.peak), max(u.Together, all)
			if all > l.Memory-watchMargin {
				u.Ended = scan.OutOfMemory
				return u, nil, 0
			}
			if !p.overdue(&see, l) {
				continue
			}
			select {
			case r := <-answered: // while we were looking
				return u, &r, 0
			default:
				u.Ended = scan.OutOfTime
				return u, nil, l.cpu() / 2 // as in causeOf
			}
		}
	}
}

// overdue says whether the child has had its time, not counting what it waited for a
// processor.
func (p *process) overdue(see *onlooker, l Limits) bool {
	given := p.given.Load()
	if given == nil {
		return false
	}
	on, known := see.clock(*given)
	return known && on > l.clock()
}

// wait collects the dead child.
func (p *process) wait() *os.ProcessState {
	_ = p.cmd.Wait() // its end is what the state says
	close(p.over)
	_ = errors.Join(p.out.Close(), p.err.Close())
	return p.cmd.ProcessState
}
