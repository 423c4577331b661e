package confined_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	stdstrings "strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"hoso/internal/confined"
	"hoso/internal/scan"
)

// How long a child may go on by the clock in these tests, and how long the one
// that waits for a processor does.
const shortClock, longWait = 2 * time.Second, 5 * time.Second

func init() { confined.Job("starve", starve) }

// starve shares a processor with somebody who leaves it next to nothing, until it
// has waited for it for long.
func starve(_ context.Context, file []byte) (any, error) {
	runtime.LockOSThread()
	if err := pin(string(file)); err != nil {
		return nil, err
	}
	if err := unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0); err != nil {
		return nil, err
	}
	for waited() < longWait { //nolint:revive // it is to be ready to run all the time
	}
	return "done", nil
}

// waited is how long this thread was ready to run and had no processor.
func waited() time.Duration {
	raw, _ := os.ReadFile("/proc/thread-self/schedstat")
	if words := stdstrings.Fields(string(raw)); len(words) > 1 {
		n, _ := strconv.ParseInt(words[1], 10, 64)
		return time.Duration(n)
	}
	return 0
}

// pin keeps this thread on one processor.
func pin(number string) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	var one unix.CPUSet
	one.Set(n)
	return unix.SchedSetaffinity(0, &one)
}

// crowd keeps a processor busy until the test is over, and says which.
func crowd(t *testing.T) string {
	t.Helper()
	var allowed unix.CPUSet
	require.NoError(t, unix.SchedGetaffinity(0, &allowed))
	n := 0
	for !allowed.IsSet(n) {
		n++
	}
	over, ended, pinned := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		defer close(ended)
		runtime.LockOSThread() // and never unlocked: the thread ends with this
		pinned <- pin(strconv.Itoa(n))
		for {
			select {
			case <-over:
				return
			default:
			}
		}
	}()
	require.NoError(t, <-pinned)
	t.Cleanup(func() { close(over); <-ended })
	return strconv.Itoa(n)
}

// The clock stands still while a child waits for a processor, and goes on while it
// sleeps.
func TestWaitingForAProcessorIsNotCounted(t *testing.T) {
	t.Parallel()
	l := roomy()
	l.ClockMS = shortClock.Milliseconds()
	var took time.Duration
	c := checker(t, l, func(o *confined.Options) { o.Observe = func(u confined.Usage) { took = u.Took } })
	if _, err := os.Stat("/proc/thread-self/schedstat"); err != nil {
		t.Skip("this system does not tell how long anybody waits")
	}
	var said string
	cause, err := c.Do(t.Context(), "starve", []byte(crowd(t)), &said)
	require.NoError(t, err)
	require.Empty(t, cause)
	require.Equal(t, "done", said)
	require.Greater(t, took, longWait, "by the clock it took more than it may")

	_, err = c.Do(t.Context(), "sleep", []byte("a"), &said)
	require.ErrorIs(t, err, confined.ErrBusy)
	require.Less(t, took, time.Duration(l.WallMS)*time.Millisecond/2, "it was ended long before anybody stops waiting")
}

// A file that keeps its reader busy all that time is to blame, by whichever limit it
// is ended.
func TestBusyAllTheTime(t *testing.T) {
	t.Parallel()
	l := roomy()
	l.ClockMS, l.CPUSeconds = 1900, 2 // the clock is first, or nearly
	var out any
	cause, err := checker(t, l).Do(t.Context(), "spin", []byte("a"), &out)
	require.NoError(t, err)
	require.Equal(t, scan.OutOfTime, cause)
}

// The system tells of a wait when it is over. Who is ready to run and has not run
// since is still waiting; who sleeps is not.
func TestAWaitThatIsNotOver(t *testing.T) {
	t.Parallel()
	const ago, still = 10 * time.Second, 8 * time.Second
	require.InDelta(t, ago-still, confined.ClockOf(os.Getpid(), ago, still), float64(still/2), "who asks is running")
	asleep := exec.Command("sleep", "600")
	require.NoError(t, asleep.Start())
	defer func() { _ = errors.Join(asleep.Process.Kill(), asleep.Wait()) }()
	require.Eventually(t, func() bool {
		return confined.ClockOf(asleep.Process.Pid, ago, still) >= ago
	}, time.Minute, time.Millisecond)
}
