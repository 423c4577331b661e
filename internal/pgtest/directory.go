//go:build unix

package pgtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// dirPattern names our directories; each holds a file "lock" that its process
// keeps locked.
const dirPattern = "hoso-pgtest-"

// settle makes the cluster's directory, and removes those of dead processes
// whose janitors were killed as well.
func (c *Cluster) settle() error {
	base := roomyDir()
	old, _ := filepath.Glob(filepath.Join(base, dirPattern+"*", "lock"))
	for _, file := range old {
		if lock, err := lockFile(file, os.O_RDWR); err == nil {
			os.RemoveAll(filepath.Dir(file)) //nolint:errcheck // the next process tries again
			lock.Close()                     //nolint:errcheck // only a lock
		}
	}
	var err error
	if c.dir, err = os.MkdirTemp(base, dirPattern); err != nil {
		return err
	}
	if c.lock, err = lockFile(filepath.Join(c.dir, "lock"), os.O_RDWR|os.O_CREATE|os.O_EXCL); err != nil {
		return err
	}
	return c.postgreSQL.Own(c.dir)
}

func lockFile(name string, flag int) (*os.File, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close() //nolint:errcheck // the lock's error says it all
		return nil, err
	}
	return f, nil
}

// janitorScript waits for the end of its input, which comes with the end of the
// process that holds the other end of the pipe, and clears up.
const janitorScript = `
trap '' INT TERM HUP
cat >/dev/null
if read -r server 2>/dev/null <"$1/data/postmaster.pid"; then
	kill -QUIT "$server" 2>/dev/null
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -e "$1/data/postmaster.pid" ] || break
		sleep 0.25
	done
fi
rm -rf "$1"
`

func (c *Cluster) hireJanitor() error {
	// As the caller and not as the server's user: root may remove all of it.
	c.janitor = exec.Command("/bin/sh", "-c", janitorScript, "janitor", c.dir)
	c.janitor.Dir = "/"
	c.janitor.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // beyond a terminal's Ctrl-C
	leash, err := c.janitor.StdinPipe()
	if err != nil {
		return err
	}
	c.leash = leash
	if err := c.janitor.Start(); err != nil {
		c.janitor = nil
		return err
	}
	return nil
}
