package simulator

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"hoso/internal/webhook"
)

const (
	inFlight    = 16                     // callbacks on their way at once
	sendTimeout = 10 * time.Second       // for one attempt
	firstWait   = 100 * time.Millisecond // before the second attempt; doubled each time
	longestWait = 4 * time.Second        // between attempts, however long it takes
)

// Callback is one event to tell, signed, until the receiver says 2xx.
type Callback struct {
	Lane   string // callbacks of one lane go out one after the other, in order
	ID     string // the event's id, the same in every attempt
	URL    string
	Secret []byte
	Body   []byte
	Lines  int64  // of the ledger when it was told, the event's among them
	Times  int    // how often to tell it; 0 means once
	Done   func() // called once it was told so often; may be nil
}

// Sender delivers callbacks at least once: lanes beside each other, a lane's
// callbacks in the order they were put, a failed one again after a pause that
// grows to a few seconds. Which are outstanding is for the ledger to know; the
// sender forgets them when it stops.
type Sender struct {
	clock Clock
	steps *Scheduler
	load  *load
	log   *slog.Logger
	http  *http.Client
	// durable is called before each delivery, with the lines that must stand: nothing
	// is told that a power cut could still undo.
	durable func(lines int64) error

	mu    sync.Mutex
	lanes map[string]*lane
	ready []*lane // have a callback to send now
	busy  int
	ctx   context.Context // of run; nil before and after
	idle  sync.WaitGroup
}

type lane struct {
	name   string
	queue  []Callback
	failed int // attempts in a row
}

func newSender(clock Clock, steps *Scheduler, load *load, log *slog.Logger, durable func(lines int64) error) *Sender {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = inFlight
	return &Sender{
		clock: clock, steps: steps, load: load, log: log, durable: durable, lanes: map[string]*lane{},
		http: &http.Client{
			Transport:     transport,
			Timeout:       sendTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Put queues callbacks. It may be called before the sender runs.
func (s *Sender) Put(callbacks ...Callback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cb := range callbacks {
		s.load.add(1)
		l := s.lanes[cb.Lane]
		if l == nil {
			l = &lane{name: cb.Lane}
			s.lanes[cb.Lane] = l
			s.ready = append(s.ready, l)
		}
		cb.Times = max(cb.Times, 1)
		l.queue = append(l.queue, cb)
	}
	s.dispatch()
}

// run delivers until stop is closed, lets what is on its way arrive, and cuts
// it off when the context ends.
func (s *Sender) run(ctx context.Context, stop <-chan struct{}) {
	s.mu.Lock()
	s.ctx = ctx
	s.dispatch()
	s.mu.Unlock()

	<-stop
	s.mu.Lock()
	s.ctx = nil
	s.mu.Unlock()
	s.idle.Wait()
	s.http.CloseIdleConnections()
}

// dispatch sends as many ready lanes' first callbacks as may be on their way.
// The mutex is held.
func (s *Sender) dispatch() {
	for s.ctx != nil && s.busy < inFlight && len(s.ready) > 0 {
		l := s.ready[0]
		s.ready = s.ready[1:]
		s.busy++
		s.idle.Add(1)
		go s.deliver(s.ctx, l, l.queue[0])
	}
}

// deliver makes one attempt and decides how its lane goes on.
func (s *Sender) deliver(ctx context.Context, l *lane, cb Callback) {
	defer s.idle.Done()
	err := s.post(ctx, cb)
	last := err == nil && cb.Times == 1
	if last && cb.Done != nil {
		cb.Done()
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	if err != nil {
		s.backOff(l, cb, err)
		s.dispatch()
		return
	}
	l.failed = 0
	l.queue[0].Times--
	if last {
		l.queue = l.queue[1:]
		s.load.add(-1)
	}
	if len(l.queue) > 0 {
		s.ready = append(s.ready, l)
	} else {
		delete(s.lanes, l.name)
	}
	s.dispatch()
}

// backOff puts a lane aside for a while. Only its first failure is worth a line
// in the log: a receiver that is away would fill it.
func (s *Sender) backOff(l *lane, cb Callback, err error) {
	if l.failed++; l.failed == 1 {
		s.log.Warn("callback not taken, trying on", "event", cb.ID, "error", err)
	}
	wait := min(firstWait<<min(l.failed-1, 10), longestWait)
	s.steps.At(s.clock.Now().Add(wait), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ready = append(s.ready, l)
		s.dispatch()
	})
}

func (s *Sender) post(ctx context.Context, cb Callback) error {
	if err := s.durable(cb.Lines); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, cb.URL, bytes.NewReader(cb.Body))
	if err != nil {
		return fmt.Errorf("build callback: %w", err)
	}
	req.Header = webhook.Sign(cb.Secret, cb.ID, s.clock.Now(), cb.Body)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
