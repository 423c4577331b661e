package confined_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/confined"
)

// parentVariable makes the test's binary a parent that is going to be killed.
const parentVariable = "HOSO_TEST_PARENT"

// beParent starts a child that would sleep for ever and tells its number.
func beParent() {
	l := confined.DefaultLimits()
	l.WallMS, l.ClockMS = 600_000, 600_000
	c, err := confined.New(confined.Options{Limits: l})
	if err != nil {
		os.Exit(1)
	}
	c.State() // what it tries is over before the child that counts begins
	go func() {
		var out any
		c.Do(context.Background(), "sleep", []byte("a"), &out) //nolint:errcheck // it never ends
	}()
	for {
		if kids := confined.Kids(os.Getpid()); len(kids) > 0 {
			fmt.Println(kids[0])
			select {}
		}
		time.Sleep(time.Millisecond)
	}
}

// A child does not outlive its parent, however that ends.
func TestNoOrphans(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	require.NoError(t, err)
	parent := exec.Command(exe)
	parent.Env = append(os.Environ(), parentVariable+"=1")
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, _, err := bufio.NewReader(out).ReadLine()
	require.NoError(t, err)
	child, err := strconv.Atoi(string(line))
	require.NoError(t, err)
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // it was killed
	require.Eventually(t, func() bool { return confined.Gone(child) }, time.Minute, time.Millisecond)
}
