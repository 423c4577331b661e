package benchmark

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// flight keeps so many dossiers open at once until all have been carried.
type flight struct {
	n     int
	seats chan struct{} // one for each open dossier

	mu   sync.Mutex
	open map[string]bool
	done map[string]bool // ended, perhaps before we knew the id
	err  error
	over chan struct{} // closed when all are done, or something failed
	left int
}

func newFlight(n, atOnce int) *flight {
	return &flight{n: n, left: n, seats: make(chan struct{}, atOnce), open: map[string]bool{}, done: map[string]bool{}, over: make(chan struct{})}
}

// stuck is how long nothing may end before we give up.
const stuck = 2 * time.Minute

// fly begins one dossier after the other, as seats become free, and waits until
// all have ended.
func (f *flight) fly(ctx context.Context, begin func(context.Context, int) (string, error)) ([]string, error) {
	ids := make([]string, f.n)
	for i := range f.n {
		select {
		case f.seats <- struct{}{}:
		case <-f.over:
			return nil, f.failure()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		go func() {
			id, err := begin(ctx, i)
			if err != nil {
				f.fail(err)
				return
			}
			ids[i] = id
			f.opened(id)
		}()
	}
	select {
	case <-f.over:
		return ids, f.failure()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (f *flight) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *flight) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil && f.left > 0 {
		f.err = err
		close(f.over)
	}
}

func (f *flight) opened(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[id] = true
	if f.done[id] {
		f.leave(id)
	}
}

// ended gives a dossier's seat back.
func (f *flight) ended(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done[id] = true
	if f.open[id] {
		f.leave(id)
	}
}

// leave is called with the lock held.
func (f *flight) leave(id string) {
	delete(f.open, id)
	<-f.seats
	if f.left--; f.left == 0 && f.err == nil {
		close(f.over)
	}
}

// watch asks again and again which of the open dossiers have ended.
func (f *flight) watch(ctx context.Context, ended func(context.Context, []string) ([]string, error)) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-f.over:
			return
		case <-tick.C:
		}
		codes := f.waiting()
		done, err := ended(ctx, codes)
		if err == nil && len(done) == 0 && time.Since(last) > stuck {
			err = fmt.Errorf("%d dossiers are open and none has ended for %s", len(codes), stuck)
		}
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				f.fail(err)
			}
			return
		}
		for _, id := range done {
			last = time.Now()
			f.ended(id)
		}
	}
}

func (f *flight) waiting() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	ids := make([]string, 0, len(f.open))
	for id := range f.open {
		ids = append(ids, id)
	}
	return ids
}
