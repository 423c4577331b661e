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
	resident    int64 // bytes
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
	if p.resident, err = resident(dir); err != nil {
		return p, false
	}
	line, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	p.args = strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
	return p, err == nil
}

// resident is the second number of /proc/<pid>/statm, in pages.
func resident(dir string) (int64, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "statm"))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 2 {
		return 0, fmt.Errorf("not a line of /proc/<pid>/statm")
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
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
