package confined

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"

	"golang.org/x/sys/unix"
)

// spare is what is kept free below the memory limit: code that is still to be
// read in, stacks, and what the watching parent might miss between two looks.
const spare = 28 << 20

// confine takes from this process what a reader of files has no need of. What
// the system refuses is made good by the parent's watch.
func confine(o order) {
	l := o.Limits
	limit(unix.RLIMIT_CPU, l.CPUSeconds)
	if o.Room == "" {
		limit(unix.RLIMIT_FSIZE, 0)
	} else {
		limit(unix.RLIMIT_FSIZE, maxPicture)
	}
	limit(unix.RLIMIT_CORE, 0)
	limit(unix.RLIMIT_NOFILE, l.OpenFiles)
	m := memoryOf(os.Getpid())
	room := max(l.Memory-m.file-spare, 32<<20)
	if !raceDetector {
		limit(unix.RLIMIT_DATA, uint64(room))
	}
	debug.SetMemoryLimit(room * 3 / 4)
}

func limit(resource int, n uint64) {
	_ = unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n}) // lowering is always allowed
}

// memory is what a process holds, in bytes.
type memory struct {
	now, peak, file int64
}

// memoryOf asks the system about a process; zero where it is gone.
func memoryOf(pid int) memory {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return memory{}
	}
	at := func(name string) int64 {
		_, rest, _ := bytes.Cut(raw, []byte("\n"+name+":"))
		value, _, _ := bytes.Cut(rest, []byte(" kB"))
		n, _ := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
		return n << 10
	}
	return memory{now: at("VmRSS"), peak: at("VmHWM"), file: at("RssFile")}
}

func peakMemory() int64 { return memoryOf(os.Getpid()).peak }
