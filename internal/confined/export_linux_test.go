package confined

import (
	"bytes"
	"os"
	"strconv"
)

// Kids lists what a process has started.
func Kids(pid int) []int { return kidsOf(pid) }

// Gone says whether a process has ended, be it that nobody has collected it yet.
func Gone(pid int) bool {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, state, _ := bytes.Cut(raw, []byte(") "))
	return err != nil || bytes.HasPrefix(state, []byte("Z"))
}
