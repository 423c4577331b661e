//go:build unix

package supervise

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// LockData keeps a second engine off the same folder. The lock is the kernel's
// and ends with the process, however that ends; the file stays, and names the
// process for whoever is refused.
func LockData(dir string) (unlock func(), err error) {
	path := filepath.Join(dir, "hoso.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := os.ReadFile(path)
		f.Close() //nolint:errcheck // nothing was written
		return nil, fmt.Errorf("%s is in use by another hoso%s: stop it first, or name another folder with --data", dir, process(string(holder)))
	}
	if err != nil {
		f.Close() //nolint:errcheck // nothing was written
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if err := f.Truncate(0); err == nil {
		fmt.Fprintln(f, os.Getpid()) //nolint:errcheck // for people only
	}
	return func() {
		// Unlocked and not only closed: a process that is being started right now has
		// the file open too, until it becomes another program.
		_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
		f.Close() //nolint:errcheck // the lock ends with it either way
	}, nil
}

// Holder is the process that has a data folder, as its lock's file names it.
func Holder(dir string) (pid int, err error) {
	path := filepath.Join(dir, "hoso.lock")
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("nothing runs on %s: %w", dir, err)
	}
	if pid, err = strconv.Atoi(strings.TrimSpace(string(raw))); err != nil {
		return 0, fmt.Errorf("nothing runs on %s", dir)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		return 0, fmt.Errorf("nothing runs on %s any more", dir)
	}
	return pid, nil
}

func process(pid string) string {
	if pid = strings.TrimSpace(pid); pid == "" {
		return ""
	}
	return " (process " + pid + ")"
}
