package simulator

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Scheduler runs functions at their time, one after the other, the earliest
// first and those of one instant in the order they were given.
type Scheduler struct {
	clock Clock
	load  *load

	mu   sync.Mutex
	due  steps
	seq  int
	wake chan struct{}
}

type step struct {
	at  time.Time
	seq int
	do  func()
}

func newScheduler(clock Clock, load *load) *Scheduler {
	return &Scheduler{clock: clock, load: load, wake: make(chan struct{}, 1)}
}

// At has f run when the time has come, or soon if it has passed. It may be
// called before Run and from within f. F must be quick.
func (s *Scheduler) At(t time.Time, f func()) {
	s.load.add(1)
	s.mu.Lock()
	s.seq++
	heap.Push(&s.due, step{at: t, seq: s.seq, do: f})
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run works until the context ends. What is still due then is forgotten: the
// ledger knows it.
func (s *Scheduler) run(ctx context.Context) {
	for ctx.Err() == nil {
		do, at := s.take()
		if do != nil {
			do()
			s.load.add(-1)
			continue
		}
		var timer <-chan time.Time
		if !at.IsZero() {
			timer = s.clock.Reach(at)
		}
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer:
		}
	}
}

// take gives the function that is due, or else when the next one will be (zero:
// none is waiting).
func (s *Scheduler) take() (func(), time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.due) == 0 {
		return nil, time.Time{}
	}
	if s.due[0].at.After(s.clock.Now()) {
		return nil, s.due[0].at
	}
	return heap.Pop(&s.due).(step).do, time.Time{}
}

// steps is a heap by time, then by order of arrival.
type steps []step

func (s steps) Len() int      { return len(s) }
func (s steps) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s steps) Less(i, j int) bool {
	if !s[i].at.Equal(s[j].at) {
		return s[i].at.Before(s[j].at)
	}
	return s[i].seq < s[j].seq
}
func (s *steps) Push(x any) { *s = append(*s, x.(step)) }
func (s *steps) Pop() any {
	old := *s
	last := old[len(old)-1]
	old[len(old)-1] = step{}
	*s = old[:len(old)-1]
	return last
}

// load counts what is still to be done, and tells when nothing is.
type load struct {
	mu   sync.Mutex
	n    int
	zero chan struct{} // closed when n falls to 0; nil while nobody waits
}

func (l *load) add(delta int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n += delta
	if l.n == 0 && l.zero != nil {
		close(l.zero)
		l.zero = nil
	}
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

func (l *load) wait(ctx context.Context) error {
	l.mu.Lock()
	if l.n == 0 {
		l.mu.Unlock()
		return nil
	}
	if l.zero == nil {
		l.zero = make(chan struct{})
	}
	zero := l.zero
	l.mu.Unlock()
	select {
	case <-zero:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
