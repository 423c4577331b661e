// Package simbench has tests of simulators run one on loopback.
package simbench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome/outcometest"
	"hoso/internal/simulator"
)

// Server is a simulator of which one can wait until it rests.
type Server interface {
	simulator.Simulator
	Settled(ctx context.Context) error
}

// Bench is a simulator on loopback that can be killed and started again under
// the same address.
type Bench[S Server] struct {
	// URL is its address.
	URL string
	// Server is the one now running, Ledger its file.
	Server S
	Ledger string

	open  func(ledger string) (S, error)
	http  *httptest.Server
	front atomic.Value // the handler now answering
}

// New starts a simulator as open makes it from a ledger.
func New[S Server](t *testing.T, open func(ledger string) (S, error)) *Bench[S] {
	t.Helper()
	b := &Bench[S]{open: open}
	b.start(t, nil)
	b.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.front.Load().(http.HandlerFunc)(w, r)
	}))
	t.Cleanup(b.http.Close)
	b.URL = b.http.URL
	return b
}

func (b *Bench[S]) start(t *testing.T, ledger []byte) {
	t.Helper()
	b.Ledger = filepath.Join(t.TempDir(), "ledger.jsonl")
	require.NoError(t, os.WriteFile(b.Ledger, ledger, 0o600))
	s, err := b.open(b.Ledger)
	require.NoError(t, err)
	b.Server = s
	b.front.Store(http.HandlerFunc(s.Handler().ServeHTTP))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.Background()) }()
	t.Cleanup(func() {
		require.NoError(t, s.Shutdown(context.Background()))
		require.NoError(t, <-ended)
	})
}

// Kill leaves the running simulator behind and starts another from what a kill
// would have left on disk at this instant.
func (b *Bench[S]) Kill(t *testing.T) {
	t.Helper()
	left, err := os.ReadFile(b.Ledger)
	require.NoError(t, err)
	b.start(t, left)
}

// Unplug ends it for good, so that its address refuses connections.
func (b *Bench[S]) Unplug(*testing.T) { b.http.Close() }

// Settle waits until nothing more happens by itself.
func (b *Bench[S]) Settle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, b.Server.Settled(ctx))
}

// Count counts the ledger's lines of a sort.
func (b *Bench[S]) Count(t *testing.T, sort func(simulator.Entry) bool) int {
	t.Helper()
	entries, err := simulator.ReadLedger(b.Ledger)
	require.NoError(t, err)
	n := 0
	for _, e := range entries {
		if sort(e) {
			n++
		}
	}
	return n
}

// Faults are the ways to go wrong as a simulator knows them. Refusal is the code
// of a final no.
func Faults(refusal string) map[outcometest.Fault]*simulator.Faults {
	const seven = simulator.Duration(7e9)
	return map[outcometest.Fault]*simulator.Faults{
		outcometest.LoseAnswer:  {LoseAnswer: true},
		outcometest.FailAfter:   {Fail: simulator.After},
		outcometest.FailBefore:  {Fail: simulator.Before},
		outcometest.Hang:        {Hang: simulator.After},
		outcometest.Garbage:     {Garbage: true},
		outcometest.RateLimit:   {RateLimit: seven},
		outcometest.Unavailable: {Unavailable: seven},
		outcometest.Refuse:      {Refuse: refusal},
		outcometest.IgnoreKeys:  {IgnoreKeys: true},
	}
}
