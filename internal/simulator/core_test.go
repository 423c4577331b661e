package simulator

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStepsComeAtTheirTime(t *testing.T) {
	t.Parallel()
	c, clock := running(t, nil)
	var mu sync.Mutex
	var order []string
	say := func(what string) func() {
		return func() {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, what)
		}
	}
	c.Steps.At(start.Add(2*time.Second), say("third"))
	c.Steps.At(start.Add(time.Second), say("first"))
	c.Steps.At(start.Add(time.Second), say("second"))
	c.Steps.At(start.Add(time.Hour), say("late"))
	clock.AwaitWaiter(time.Second)
	clock.Advance(time.Second)
	clock.AwaitWaiter(time.Second)
	clock.Advance(time.Second)
	clock.AwaitWaiter(time.Minute)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []string{"first", "second", "third"}, order)
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, c.Settled(short), context.DeadlineExceeded, "one is still to come")
}

func TestSystemClock(t *testing.T) {
	t.Parallel()
	clock := SystemClock()
	at := <-clock.Reach(clock.Now().Add(time.Millisecond))
	require.False(t, at.IsZero())
}

func call(c *Core, method, path, token string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(""))
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	c.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })).ServeHTTP(w, r)
	return w
}

func TestGuard(t *testing.T) {
	t.Parallel()
	c, err := NewCore(ledgerPath(t), "token", nil, nil, func(Entry) error { return nil })
	require.NoError(t, err)
	require.Equal(t, http.StatusTeapot, call(c, "GET", "/v1/acts/k", "Bearer token").Code)
	require.Equal(t, http.StatusOK, call(c, "GET", "/healthz", "").Code)
	for _, token := range []string{"", "token", "Bearer", "Bearer ", "Bearer tokens", "bearer token", "Bearer toke"} {
		require.Equal(t, http.StatusUnauthorized, call(c, "GET", "/admin/knobs", token).Code, token)
	}
	require.NoError(t, c.Shutdown(t.Context()))
	closed := call(c, "POST", "/v1/x", "Bearer token")
	require.Equal(t, http.StatusServiceUnavailable, closed.Code)
	require.Equal(t, "1", closed.Header().Get("Retry-After"))
	require.Equal(t, http.StatusServiceUnavailable, call(c, "GET", "/healthz", "").Code)
}

// An effect whose fsync fails is not answered as done.
func TestAnswerWaitsForTheDisk(t *testing.T) {
	t.Parallel()
	c, err := NewCore(ledgerPath(t), "", nil, nil, func(Entry) error { return nil })
	require.NoError(t, err)
	d := &disk{file: c.Ledger.f, room: -1}
	c.Ledger.f = d
	serve := func() int {
		w := httptest.NewRecorder()
		c.Serve(w, httptest.NewRequest("POST", "/", nil), Faults{}, func() (int, any, error) {
			_, err := c.Ledger.Append(effect("k"))
			return http.StatusCreated, "done", err
		})
		return w.Code
	}
	require.Equal(t, http.StatusCreated, serve())
	require.EqualValues(t, 1, d.syncs.Load())
	d.failSync.Store(true)
	require.Equal(t, http.StatusInternalServerError, serve())
	require.Equal(t, http.StatusInternalServerError, serve())
}

// idle is a simulator that does nothing but hang.
type idle struct{ *Core }

func (i idle) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Faults{Hang: Before}.Strike(w, r, i.stopping)
	})
}

func TestServeStopsCleanlyEvenWhileCallsHang(t *testing.T) {
	t.Parallel()
	c, err := NewCore(ledgerPath(t), "", nil, nil, func(Entry) error { return nil })
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, idle{c}) }()

	conn, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = conn.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	require.NoError(t, err)
	stop()
	require.NoError(t, <-ended)
	require.ErrorIs(t, c.Ledger.Err(), ErrLedgerClosed)
}

func TestServeReportsWhatFailed(t *testing.T) {
	t.Parallel()
	c, err := NewCore(ledgerPath(t), "", nil, nil, func(Entry) error { return nil })
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Error(t, Serve(t.Context(), l, idle{c}))
}

func TestRetryAfterIsInWholeSeconds(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	Faults{RateLimit: Duration(1200 * time.Millisecond)}.Strike(w, httptest.NewRequest("POST", "/", nil), nil)
	require.Equal(t, "2", w.Header().Get("Retry-After"))
}

// TestShutBeforeItRan: whoever stops a simulator before it has begun is not told
// of a broken ledger.
func TestShutBeforeItRan(t *testing.T) {
	t.Parallel()
	for range 20 { // which of two things that have both happened is seen first is the dice's
		c, err := NewCore(filepath.Join(t.TempDir(), "ledger.jsonl"), "token", nil, nil, func(Entry) error { return nil })
		require.NoError(t, err)
		require.NoError(t, c.Shutdown(context.Background()))
		require.NoError(t, c.Run(context.Background()))
	}
}
