package confined

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// spare is what is kept free below the memory limit for code that is still to be
// read in, for stacks, and for what the watching parent leaves.
const spare = 24<<20 + watchMargin

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
	m := ownMemory()
	room := max(l.Memory-m.now-spare, 32<<20) // what may still come
	if !raceDetector {
		limit(unix.RLIMIT_DATA, uint64(m.data+room))
	}
	debug.SetMemoryLimit(room)
}

func limit(resource int, n uint64) {
	_ = unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n}) // lowering is always allowed
}

// spent says whether this process and what it started have used what there is of
// the processor for beginning anything more. A busy machine changes nothing.
func (c *child) spent() bool { return used() >= c.Limits.beginPage() }

func used() time.Duration {
	var all time.Duration
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		_ = unix.Getrusage(who, &u) // it knows both
		all += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return all
}

// memory is what a process holds, in bytes.
type memory struct {
	now, peak int64 // resident
	data      int64 // what could be written to, used or not
}

// memoryOf asks the system about a process; zero where it is gone.
func memoryOf(pid int) memory {
	return memoryIn("/proc/" + strconv.Itoa(pid))
}

// ownMemory is this process's, which need not know by what number /proc calls it.
func ownMemory() memory { return memoryIn("/proc/self") }

func memoryIn(dir string) memory {
	raw, err := os.ReadFile(dir + "/status")
	if err != nil {
		return memory{}
	}
	at := func(name string) int64 {
		_, rest, _ := bytes.Cut(raw, []byte("\n"+name+":"))
		value, _, _ := bytes.Cut(rest, []byte(" kB"))
		n, _ := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
		return n << 10
	}
	return memory{now: at("VmRSS"), peak: at("VmHWM"), data: at("VmData")}
}

func peakMemory() int64 { return ownMemory().peak }
