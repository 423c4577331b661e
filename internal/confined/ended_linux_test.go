package confined_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/confined"
	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

func init() {
	confined.Job("interrupted", func(context.Context, []byte) (any, error) {
		for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
			if err := syscall.Kill(os.Getpid(), s); err != nil {
				return nil, err
			}
		}
		return "still here", nil
	})
	confined.Job("who", func(context.Context, []byte) (any, error) { return []int{os.Getpid(), os.Getppid()}, nil })
	confined.Job("get away", getAway)
	confined.Spent()
}

// getAway leaves behind a process that is in no group of the child's, holds a
// pipe of its and does not end with it. It tells how the rest of the world calls it.
func getAway(context.Context, []byte) (any, error) {
	cmd := exec.Command("/bin/sleep", "600")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	self, err := os.Readlink("/proc/self")
	if err != nil {
		return nil, err
	}
	pid, err := strconv.Atoi(self)
	if kids := confined.Kids(pid); err == nil && len(kids) == 1 {
		return kids[0], nil
	}
	return nil, errors.Join(err, errors.New("no child"))
}

// A machine that is being stopped tells all processes, and kills what stays. No
// file is blamed for it.
func TestStoppingIsNotTheFilesFault(t *testing.T) { // not in parallel: it kills every child of this process
	c := checker(t, roomy())
	var said string
	cause, err := c.Do(t.Context(), "interrupted", []byte("a"), &said)
	require.NoError(t, err)
	require.Empty(t, cause)
	require.Equal(t, "still here", said)

	ended := make(chan error, 1)
	go func() {
		var out any
		_, err := c.Do(t.Context(), "sleep", []byte("a"), &out)
		ended <- err
	}()
	var kids []int
	require.Eventually(t, func() bool { kids = confined.Kids(os.Getpid()); return len(kids) > 0 }, time.Minute, time.Millisecond)
	require.NoError(t, syscall.Kill(kids[0], syscall.SIGKILL))
	require.ErrorIs(t, <-ended, confined.ErrBusy)
}

// A child that ends before it knows what to do never saw the file.
func TestEndedBeforeItBegan(t *testing.T) {
	t.Parallel()
	c := checker(t, roomy())
	words, _ := c.State()
	nothing, err := exec.LookPath("true")
	require.NoError(t, err)
	c.Use(nothing)
	var out any
	_, err = c.Do(t.Context(), "echo", []byte("a"), &out)
	require.ErrorIs(t, err, confined.ErrBusy)

	// What fails for want of something is no refusal: it is tried again.
	late := checker(t, roomy())
	late.Use(filepath.Join(t.TempDir(), "not yet"))
	_, err = late.Do(t.Context(), "echo", []byte("a"), &out)
	require.ErrorIs(t, err, confined.ErrBusy)
	late.Use("/proc/self/exe")
	_, err = late.Do(t.Context(), "echo", []byte("a"), &out)
	require.NoError(t, err)
	now, _ := late.State()
	require.Equal(t, words, now)
}

// Nothing that a child started outlives it, where it has processes of its own;
// and nowhere does anybody wait for what got away.
func TestNothingGetsAway(t *testing.T) {
	t.Parallel()
	c := checker(t, roomy())
	c.State()
	if c.Alone() {
		var who []int
		_, err := c.Do(t.Context(), "who", []byte("a"), &who)
		require.NoError(t, err)
		require.Equal(t, []int{1, 0}, who, "it sees no process but its own")
		var pid int
		_, err = c.Do(t.Context(), "get away", []byte("a"), &pid)
		require.NoError(t, err)
		require.Eventually(t, func() bool { return confined.Gone(pid) }, time.Minute, time.Millisecond)
	}
	c.Unconfined()
	var pid int
	_, err := c.Do(t.Context(), "get away", []byte("a"), &pid)
	require.NoError(t, err)
	require.False(t, confined.Gone(pid), "nobody waited for it")
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
}

// How much of a file is looked at goes by what it used of the processor, not by
// how long that took on a busy machine.
func TestTimeIsTheProcessors(t *testing.T) {
	t.Parallel()
	l := roomy()
	l.BeginPageMS = 3000
	var early bool
	_, err := checker(t, l).Do(t.Context(), "spent", []byte("a"), &early)
	require.NoError(t, err)
	require.False(t, early)

	l.BeginPageMS = 1 // less than it takes to start
	pdf, err := samplepage.PDF(withCode(t, "", 0))
	require.NoError(t, err)
	rep, err := checker(t, l).Check(t.Context(), bytes.NewReader(pdf), int64(len(pdf)), scan.DefaultProfile())
	require.NoError(t, err)
	require.Equal(t, scan.Doubtful, rep.Verdict)
	require.Equal(t, scan.CodeTooManyPages, rep.Findings[0].Code, "%+v", rep.Findings)
}
