package supervise

import (
	"context"
	"fmt"
)

// part is something that runs until it is told to stop.
type part struct {
	name   string
	level  int
	cancel context.CancelFunc
	done   chan struct{}
	err    error // set before done is closed
}

// Parts are what runs, from the bottom up.
type Parts struct {
	running []*part
	ended   chan *part
}

// NewParts gives parts of which none runs yet.
func NewParts() *Parts { return &Parts{ended: make(chan *part, 64)} }

// Start runs a part on top of the others, in its own time: it ends when it is
// told to, not when the caller's context does.
func (ps *Parts) Start(ctx context.Context, name string, run func(context.Context) error) {
	ps.start(ctx, name, ps.top()+1, run)
}

// Beside runs a part that stands where the last one stands: both stop at once.
func (ps *Parts) Beside(ctx context.Context, name string, run func(context.Context) error) {
	ps.start(ctx, name, ps.top(), run)
}

func (ps *Parts) top() int {
	if len(ps.running) == 0 {
		return 0
	}
	return ps.running[len(ps.running)-1].level
}

func (ps *Parts) start(ctx context.Context, name string, level int, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &part{name: name, level: level, cancel: cancel, done: make(chan struct{})}
	ps.running = append(ps.running, p)
	go func() {
		p.err = run(ctx)
		close(p.done)
		ps.ended <- p
	}()
}

// Ended tells, once, the error of a part that ended without being told to.
func (ps *Parts) Ended() <-chan error {
	failed := make(chan error, 1)
	go func() { failed <- (<-ps.ended).failure() }()
	return failed
}

// Await waits for a word from a part that is starting, for the failure of any
// part, or for the context's end.
func Await[T any](ctx context.Context, ps *Parts, ready <-chan T) (word T, err error) {
	select {
	case word = <-ready:
		return word, nil
	case p := <-ps.ended:
		return word, p.failure()
	case <-ctx.Done():
		return word, context.Cause(ctx)
	}
}

// failure is the error of a part that ended without being told to.
func (p *part) failure() error {
	if p.err != nil {
		return p.err
	}
	return fmt.Errorf("%s ended by itself", p.name)
}

// Stop stops every part from the top down, each before what it stands on, and
// gives the first error of all. stopping hears each part's name.
func (ps *Parts) Stop(stopping func(name string)) error {
	var first error
	for len(ps.running) > 0 {
		level := ps.leave(stopping)
		for _, p := range level {
			<-p.done
			if p.err != nil && first == nil {
				first = fmt.Errorf("%s: %w", p.name, p.err)
			}
		}
	}
	return first
}

// leave tells the parts that stand highest to stop, and takes them off.
func (ps *Parts) leave(stopping func(name string)) (leaving []*part) {
	for level := ps.top(); len(ps.running) > 0 && ps.top() == level; {
		p := ps.running[len(ps.running)-1]
		ps.running = ps.running[:len(ps.running)-1]
		if stopping != nil {
			stopping(p.name)
		}
		p.cancel()
		leaving = append(leaving, p)
	}
	return leaving
}
