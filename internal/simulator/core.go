package simulator

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// grace is how long callbacks on their way may take when a simulator stops.
const grace = 2 * time.Second

// Core is the frame of a simulator: its ledger, its clock, what is due, what is
// to be told, and the way from start to stop.
type Core struct {
	Ledger *Ledger
	Clock  Clock
	Log    *slog.Logger
	Steps  *Scheduler
	Calls  *Sender

	token    string
	load     *load
	stopping chan struct{}
	stop     sync.Once
	ended    chan struct{} // run has returned; nil before it began
	mu       sync.Mutex    // of ended
}

// NewCore opens the ledger, replays it and prepares the rest; nothing runs yet.
// A nil clock is the system's, a nil log writes nothing.
func NewCore(ledgerPath, token string, clock Clock, log *slog.Logger, replay func(Entry) error) (*Core, error) {
	if clock == nil {
		clock = SystemClock()
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	ledger, err := OpenLedger(ledgerPath, replay)
	if err != nil {
		return nil, err
	}
	load := new(load)
	steps := newScheduler(clock, load)
	return &Core{
		Ledger: ledger, Clock: clock, Log: log, Steps: steps, token: token, load: load, stopping: make(chan struct{}),
		Calls: newSender(clock, steps, load, log, ledger.SyncTo),
	}, nil
}

// Run does what is due and sends callbacks until the context ends or Shutdown
// is called, which is its good end, or until the disk fails, which is an error.
// It runs once.
func (c *Core) Run(ctx context.Context) error {
	c.mu.Lock()
	if c.ended != nil {
		c.mu.Unlock()
		return errors.New("simulator: runs already")
	}
	c.ended = make(chan struct{})
	c.mu.Unlock()
	defer close(c.ended)

	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stopSending, sent, stepped := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stepped)
		c.Steps.run(work)
	}()
	go func() {
		defer close(sent)
		c.Calls.run(work, stopSending)
	}()

	var failed error
	select {
	case <-ctx.Done():
	case <-c.stopping:
	case <-c.Ledger.Broken():
		// Closed is not broken: a Shutdown may have been faster than this.
		if failed = c.Ledger.Err(); errors.Is(failed, ErrLedgerClosed) {
			failed = nil
		}
	}
	c.stop.Do(func() { close(c.stopping) })
	close(stopSending)
	select {
	case <-sent:
	case <-time.After(grace):
	}
	cancel()
	<-sent
	<-stepped
	return failed
}

// Shutdown stops what runs, lets callbacks on their way arrive for a moment and
// closes the ledger. The handler answers 503 from then on. What was not told
// yet is told after the next start.
func (c *Core) Shutdown(ctx context.Context) error {
	c.stop.Do(func() { close(c.stopping) })
	c.mu.Lock()
	ended := c.ended
	c.mu.Unlock()
	if ended != nil {
		select {
		case <-ended:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), c.Ledger.Close())
		}
	}
	return c.Ledger.Close()
}

// Settled waits until nothing is due and nothing is left to tell: what remains
// waits for the other side, or is held.
func (c *Core) Settled(ctx context.Context) error { return c.load.wait(ctx) }

// Serve carries one call from its faults to its answer: what strikes first, the
// effect, the fsync, what spoils the answer, the answer.
func (c *Core) Serve(w http.ResponseWriter, r *http.Request, f Faults, do func() (status int, answer any, err error)) {
	if f.Strike(w, r, c.stopping) {
		return
	}
	status, answer, err := do()
	if err == nil {
		err = c.Ledger.Sync()
	}
	if err != nil {
		c.Log.Error("ledger fails", "error", err)
		Refuse(w, http.StatusInternalServerError, "internal_error")
		return
	}
	if !f.Spoil(w, r, c.Clock, c.stopping) {
		Answer(w, status, answer)
	}
}

// Now is the clock's time as the ledger writes it.
func (c *Core) Now() time.Time { return c.Clock.Now().In(Zone).Truncate(time.Millisecond) }

// Guard lets through who bears the token, while the simulator is up.
func (c *Core) Guard(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte("Bearer " + c.token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		switch {
		case r.URL.Path == "/healthz":
			c.health(w)
		case c.token != "" && subtle.ConstantTimeCompare(got[:], want[:]) != 1:
			Refuse(w, http.StatusUnauthorized, "unauthenticated")
		case c.Ledger.Err() != nil:
			later(w, http.StatusServiceUnavailable, "unavailable", Duration(time.Second))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (c *Core) health(w http.ResponseWriter) {
	if c.Ledger.Err() != nil {
		Refuse(w, http.StatusServiceUnavailable, "unavailable")
		return
	}
	Answer(w, http.StatusOK, map[string]string{"status": "ok"})
}
