package supervise

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestASecondEngineOnTheSameDataIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unlock, err := LockData(dir)
	require.NoError(t, err)
	_, err = LockData(dir)
	require.ErrorContains(t, err, "in use by another hoso (process ")
	require.NotContains(t, err.Error(), "\n")
	pid, err := Holder(dir)
	require.NoError(t, err)
	require.Equal(t, os.Getpid(), pid)
	_, err = Holder(t.TempDir())
	require.ErrorContains(t, err, "nothing runs on ")
	unlock()
	again, err := LockData(dir)
	require.NoError(t, err, "the file stays, the lock does not")
	again()
}

func TestATakenPortIsWaitedForAndThenNamed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	waiting := make(chan struct{})
	free := make(chan error, 1)
	go func() {
		free <- AwaitPort(t.Context(), "Temporal", l.Addr().String(), "--temporal-port", time.Minute, func() { close(waiting) })
	}()
	<-waiting
	require.NoError(t, l.Close())
	require.NoError(t, <-free, "who held it went away")
}

func TestThePortThatIsTakenIsSaid(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	err = AwaitPort(t.Context(), "Temporal", l.Addr().String(), "--temporal-port", time.Millisecond, nil)
	require.ErrorContains(t, err, l.Addr().String()+" is taken, and Temporal needs it")
	require.ErrorContains(t, err, "--temporal-port")
}

// An address that cannot be had at all is not waited for, and is not called taken.
func TestAnAddressThatIsNotOursIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	err := AwaitPort(t.Context(), "API 1", "192.0.2.1:8080", "--api", time.Hour, func() { t.Error("waited for") }) // RFC 5737: nobody's
	require.ErrorContains(t, err, "API 1 cannot listen on 192.0.2.1:8080 (cannot assign requested address): choose another address (--api)")
}
