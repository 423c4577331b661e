package embedded

import (
	"context"
	"fmt"
)

// part is something that runs until it is told to stop.
type part struct {
	name   string
	cancel context.CancelFunc
	done   chan struct{}
	err    error // set before done is closed
}

// parts are what runs, from the bottom up.
type parts struct {
	running []*part
	ended   chan *part
}

func newParts() *parts { return &parts{ended: make(chan *part, 16)} }

// start runs a part in its own time: it ends when it is told to, not when the
// caller's context does.
func (ps *parts) start(ctx context.Context, name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &part{name: name, cancel: cancel, done: make(chan struct{})}
	ps.running = append(ps.running, p)
	go func() {
		p.err = run(ctx)
		close(p.done)
		ps.ended <- p
	}()
}

// failure is the error of a part that ended without being told to.
func (p *part) failure() error {
	if p.err != nil {
		return p.err
	}
	return fmt.Errorf("%s ended by itself", p.name)
}

// stop stops every part from the top down, each before the next.
func (ps *parts) stop(stopping func(name string)) error {
	var first error
	for i := len(ps.running) - 1; i >= 0; i-- {
		p := ps.running[i]
		if stopping != nil {
			stopping(p.name)
		}
		p.cancel()
		<-p.done
		if p.err != nil && first == nil {
			first = fmt.Errorf("%s: %w", p.name, p.err)
		}
	}
	return first
}
