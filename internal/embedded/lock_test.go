package embedded

import (
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestASecondEngineOnTheSameDataIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unlock, err := lockData(dir)
	require.NoError(t, err)
	_, err = lockData(dir)
	require.ErrorContains(t, err, "in use by another hoso (process ")
	require.NotContains(t, err.Error(), "\n")
	unlock()
	again, err := lockData(dir)
	require.NoError(t, err, "the file stays, the lock does not")
	again()
}

func TestATakenPortIsWaitedForAndThenNamed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	_, text, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	port, err := strconv.Atoi(text)
	require.NoError(t, err)

	waiting := make(chan struct{})
	free := make(chan error, 1)
	go func() { free <- awaitPort(t.Context(), "Temporal", port, time.Minute, func() { close(waiting) }) }()
	<-waiting
	require.NoError(t, l.Close())
	require.NoError(t, <-free, "who held it went away")
}

func TestThePortThatIsTakenIsSaid(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	defer l.Close()
	_, text, _ := strings.Cut(l.Addr().String(), ":")
	port, err := strconv.Atoi(text)
	require.NoError(t, err)
	err = awaitPort(t.Context(), "Temporal", port, time.Millisecond, nil)
	require.ErrorContains(t, err, l.Addr().String()+" is taken")
}
