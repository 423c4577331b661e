package program

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A balancer reads /readyz; until it has, requests still come, and are answered.
func TestAnAPIThatStopsSaysSoBeforeItShuts(t *testing.T) {
	t.Parallel()
	_, c := newRegister(t, "HOSO_DRAIN=2s")
	_, err := c.DevKey()
	require.NoError(t, err)
	m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- m.RunAPI(ctx, func(a string) { ready <- a }) }()
	base := URLOf(<-ready)
	status, body := get(t, base+"/readyz", "")
	require.Equal(t, http.StatusOK, status, body)

	stop()
	begun := time.Now()
	require.Eventually(t, func() bool {
		status, body = get(t, base+"/readyz", "")
		return status == http.StatusServiceUnavailable
	}, time.Second, time.Millisecond)
	require.Contains(t, body, `"open":"failing"`)
	res, err := http.Get(base + "/healthz")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode, "alive, and answering")
	require.True(t, res.Close, "the last answer on this connection")

	require.NoError(t, <-ended)
	require.GreaterOrEqual(t, time.Since(begun), 1900*time.Millisecond)
	_, err = http.Get(base + "/healthz")
	require.True(t, errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET), "the door is shut: %v", err)
}
