package confined

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Kids lists what a process has started.
func Kids(pid int) []int { return kidsOf(pid) }

// Gone says whether a process has ended, be it that nobody has collected it yet.
func Gone(pid int) bool {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, state, _ := bytes.Cut(raw, []byte(") "))
	return err != nil || bytes.HasPrefix(state, []byte("Z"))
}

// ResetPeak begins counting this process's most memory anew and gives what it
// holds now.
func ResetPeak(t testing.TB) int64 {
	t.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	return ownMemory().now
}

// PeakMemory is the most that this process has held since.
func PeakMemory() int64 { return peakMemory() }

// Alone says whether children have processes of their own only.
func (c *Checker) Alone() bool {
	how, err := c.confinement()
	return err == nil && how.flags&syscall.CLONE_NEWPID != 0
}

// Unconfined leaves children all that can be taken from them.
func (c *Checker) Unconfined() { c.how = &confinement{} }

// ClockOf is what a parent's clock shows of a process, ended or not, that was
// started a while ago and was last seen to run some time after.
func ClockOf(pid int, ago, moved time.Duration) time.Duration {
	now := time.Now()
	o := onlooker{pid: pid, ran: 1, moved: now.Add(-moved)}
	on, _ := o.clock(now.Add(-ago))
	return on
}
