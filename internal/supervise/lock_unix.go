//go:build unix

package supervise

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

func process(pid string) string {
	if pid = strings.TrimSpace(pid); pid == "" {
		return ""
	}
	return " (process " + pid + ")"
}
