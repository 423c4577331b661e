package simulator

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/simulator/simtest"
)

var (
	start  = time.Date(2025, 2, 5, 9, 30, 0, 0, Zone)
	secret = []byte("a secret for tests and nothing else")
)

// running starts a core on a clock moved by hand.
func running(t *testing.T, log *slog.Logger) (*Core, *simtest.Clock) {
	t.Helper()
	clock := simtest.NewClock(start)
	c, err := NewCore(ledgerPath(t), "token", clock, log, func(Entry) error { return nil })
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(context.Background()) }()
	t.Cleanup(func() {
		require.NoError(t, c.Shutdown(context.Background()))
		require.NoError(t, <-ended)
	})
	return c, clock
}

func receiver(t *testing.T, clock Clock) *simtest.Receiver {
	t.Helper()
	return simtest.NewReceiver(t, clock.Now, func(string) []byte { return secret })
}

func callback(r *simtest.Receiver, lane string, n int) Callback {
	return Callback{Lane: lane, ID: fmt.Sprintf("%s-%d", lane, n), URL: r.URL + "/hook", Secret: secret, Body: fmt.Appendf(nil, `{"n":%d}`, n)}
}

func ids(took []simtest.Delivery) []string {
	var list []string
	for _, d := range took {
		list = append(list, d.ID)
	}
	return list
}

// A lane keeps its order whatever fails in it, and lanes do not wait for each
// other.
func TestLanesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	c, clock := running(t, nil)
	r := receiver(t, clock)
	var failures sync.Map
	r.Answer(func(d simtest.Delivery) int {
		// Every callback of lane a fails once; those of the others never.
		if _, again := failures.LoadOrStore(d.ID, true); strings.HasPrefix(d.ID, "a-") && !again {
			return http.StatusServiceUnavailable
		}
		return http.StatusNoContent
	})
	for n := 1; n <= 3; n++ {
		for _, lane := range []string{"a", "b", "c"} {
			c.Calls.Put(callback(r, lane, n))
		}
	}
	r.Await(t, 6)
	for range 3 {
		clock.AwaitWaiter(firstWait)
		clock.Advance(firstWait)
	}
	took := r.Await(t, 9)
	require.NoError(t, c.Settled(t.Context()))
	for _, lane := range []string{"a", "b", "c"} {
		var own []string
		for _, id := range ids(took) {
			if strings.HasPrefix(id, lane) {
				own = append(own, id)
			}
		}
		require.Equal(t, []string{lane + "-1", lane + "-2", lane + "-3"}, own)
	}
	require.Zero(t, r.Forged())
}

// The pauses double up to a few seconds and no further, and a callback is tried
// until it is taken.
func TestBackOff(t *testing.T) {
	t.Parallel()
	var lines atomic.Int32
	c, clock := running(t, slog.New(slog.NewTextHandler(writer(func(p []byte) { lines.Add(1) }), nil)))
	r := receiver(t, clock)
	var attempts atomic.Int32
	r.Answer(func(simtest.Delivery) int {
		if attempts.Add(1) <= 12 {
			return http.StatusBadGateway
		}
		return http.StatusOK
	})
	done := make(chan struct{})
	cb := callback(r, "a", 1)
	cb.Done = func() { close(done) }
	c.Calls.Put(cb)
	for i := range 12 {
		wait := min(firstWait<<i, longestWait)
		clock.AwaitWaiter(wait)
		clock.Advance(wait - time.Millisecond)
		require.EqualValues(t, i+1, attempts.Load(), "not before its time")
		clock.Advance(time.Millisecond)
	}
	<-done
	require.NoError(t, c.Settled(t.Context()))
	require.EqualValues(t, 13, attempts.Load())
	require.EqualValues(t, 1, lines.Load(), "one line in the log for an absence")
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

func TestNoMoreThanSoManyAtOnce(t *testing.T) {
	t.Parallel()
	c, clock := running(t, nil)
	r := receiver(t, clock)
	gate := make(chan struct{})
	var inside atomic.Int32
	full := make(chan struct{})
	r.Answer(func(simtest.Delivery) int {
		if inside.Add(1) == inFlight {
			close(full)
		}
		<-gate
		return http.StatusOK
	})
	const lanes = 200
	for i := range lanes {
		c.Calls.Put(callback(r, fmt.Sprintf("lane%d", i), 1))
	}
	<-full
	c.Calls.mu.Lock()
	require.Equal(t, inFlight, c.Calls.busy, "the others wait")
	c.Calls.mu.Unlock()
	close(gate)
	r.Await(t, lanes)
	require.NoError(t, c.Settled(t.Context()))
	require.Equal(t, inFlight, r.Peak())
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	c, clock := running(t, nil)
	r := receiver(t, clock)
	cb := callback(r, "a", 1)
	cb.Times = 3
	var done atomic.Int32
	cb.Done = func() { done.Add(1) }
	c.Calls.Put(cb, callback(r, "a", 2))
	require.NoError(t, c.Settled(t.Context()))
	require.Equal(t, []string{"a-1", "a-1", "a-1", "a-2"}, ids(r.Took()))
	require.EqualValues(t, 1, done.Load())
}

// Redirects are not followed: a callback is for the address it was given.
func TestRedirectedCallbackIsNotTaken(t *testing.T) {
	t.Parallel()
	c, clock := running(t, nil)
	r := receiver(t, clock)
	var status atomic.Int32
	status.Store(http.StatusTemporaryRedirect)
	r.Answer(func(simtest.Delivery) int { return int(status.Load()) })
	c.Calls.Put(callback(r, "a", 1))
	clock.AwaitWaiter(firstWait)
	require.Empty(t, r.Took())
	status.Store(http.StatusAccepted)
	clock.Advance(firstWait)
	r.Await(t, 1)
}

// Nothing is told that is not on disk. Whoever tells an event has it as it was
// before the ledger numbered it.
func TestNothingIsToldBeforeItIsDurable(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(start)
	c, err := NewCore(ledgerPath(t), "", clock, nil, func(Entry) error { return nil })
	require.NoError(t, err)
	d := &disk{file: c.Ledger.f, room: -1}
	d.failSync.Store(true)
	c.Ledger.f = d
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := receiver(t, clock)
	r.Answer(func(simtest.Delivery) int {
		cancel() // it should not have come
		return http.StatusAccepted
	})
	e := Entry{At: start, Kind: KindEvent, Code: "a", EventID: "a-1", Data: []byte(`{"n":1}`)}
	_, err = c.Ledger.Append(e)
	require.NoError(t, err)
	c.Tell(new(Thread), e, r.URL+"/hook", secret)
	require.ErrorIs(t, c.Run(ctx), errDisk, "a broken disk ends the simulator")
	require.Empty(t, r.Took())
	require.ErrorContains(t, c.Run(t.Context()), "runs already")
}

// Shutdown lets what is on its way arrive.
func TestShutdownWaitsForWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(start)
	c, err := NewCore(ledgerPath(t), "", clock, nil, func(Entry) error { return nil })
	require.NoError(t, err)
	r := receiver(t, clock)
	arrived := make(chan struct{})
	r.Answer(func(simtest.Delivery) int {
		close(arrived)
		<-c.stopping
		return http.StatusOK
	})
	noted := false
	cb := callback(r, "a", 1)
	cb.Done = func() { noted = true }
	c.Calls.Put(cb, callback(r, "a", 2))
	ended := make(chan error, 1)
	go func() { ended <- c.Run(context.Background()) }()
	<-arrived
	require.NoError(t, c.Shutdown(t.Context()))
	require.NoError(t, <-ended)
	require.True(t, noted)
	require.Equal(t, []string{"a-1"}, ids(r.Took()), "but nothing new is begun")
}
