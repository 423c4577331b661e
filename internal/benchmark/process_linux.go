package benchmark

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc: Linux shows hundredths of a second
// on every machine.
const tick = 10 * time.Millisecond

// used is the processor time that a process has used, and that its children have
// which ended and were waited for.
type used struct{ own, ended time.Duration }

// process is what /proc says of one.
type process struct {
	pid, parent int
	args        []string
	used        used
	held        Held
}

// processes lists what runs.
func processes() ([]process, error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var all []process
	for _, dir := range dirs {
		if p, ok := readProcess(dir); ok {
			all = append(all, p)
		}
	}
	return all, nil
}

// readProcess reads one; it may have ended just now.
func readProcess(dir string) (p process, ok bool) {
	raw, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return p, false
	}
	if p.pid, err = strconv.Atoi(filepath.Base(dir)); err != nil {
		return p, false
	}
	if p.parent, p.used, err = parseStat(string(raw)); err != nil {
		return p, false
	}
	if raw, err = os.ReadFile(filepath.Join(dir, "statm")); err != nil {
		return p, false
	}
	if p.held, err = parseStatm(string(raw), int64(os.Getpagesize())); err != nil {
		return p, false
	}
	line, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	p.args = strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
	return p, err == nil
}

// parseStatm reads /proc/<pid>/statm, which counts in pages: the second number is
// all that is resident, the third of it what files and shared memory are behind.
func parseStatm(line string, page int64) (h Held, err error) {
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return h, fmt.Errorf("not a line of /proc/<pid>/statm")
	}
	var n [2]int64
	for i := range n {
		if n[i], err = strconv.ParseInt(fields[i+1], 10, 64); err != nil {
			return h, err
		}
	}
	return Held{Resident: n[0] * page, Own: (n[0] - n[1]) * page}, nil
}

// parseStat reads a line of /proc/<pid>/stat. The second field is the program's
// name in brackets and may hold blanks.
func parseStat(line string) (parent int, u used, err error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 15 {
		return 0, u, fmt.Errorf("not a line of /proc/<pid>/stat")
	}
	var n [5]int64
	for i, field := range []int{1, 11, 12, 13, 14} { // ppid, utime, stime, cutime, cstime
		if n[i], err = strconv.ParseInt(fields[field], 10, 64); err != nil {
			return 0, u, err
		}
	}
	return int(n[0]), used{own: time.Duration(n[1]+n[2]) * tick, ended: time.Duration(n[3]+n[4]) * tick}, nil
}

// part names the part of a stack that a child of its supervisor is.
func part(args []string) string {
	if len(args) == 0 {
		return ""
	}
	switch name := filepath.Base(args[0]); {
	case name == "postgres":
		return partPostgres
	case len(args) < 2:
		return name
	case slices.Contains(args, "--postgres-db"):
		return partTemporal
	case args[1] == "bench":
		return partBareWorker
	default:
		return args[1] // api, worker, portal-sim, courier-sim
	}
}
