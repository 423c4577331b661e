//go:build unix

package pgtest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"hoso/internal/postgres"
)

// Cluster is a PostgreSQL of our own, on a free port of the loopback address (or
// of another) with a random password.
type Cluster struct {
	dir      string // all its files; the janitor removes it
	password string
	ip       string
	port     int
	settings map[string]string
	lock     *os.File  // held as long as the process lives
	leash    io.Closer // the janitor acts when it closes
	janitor  *exec.Cmd
	postgres *exec.Cmd
	ended    chan struct{} // closed when postgres has ended
	restore  string        // what gets a segment of its log back; "" where none is kept
	listener *exec.Cmd     // pg_receivewal; nil where it does not run
	receiver chan struct{} // closed when the listener has ended

	postgreSQL postgres.Installation
}

// Start gives a test a cluster of its own, to stop, kill and start again. It
// costs some seconds: use [URL] where one that runs is enough.
func Start(t testing.TB) *Cluster {
	t.Helper()
	return StartAt(t, loopback)
}

// StartAt is Start on another address. Where that is a network namespace's, call it
// from a thread that is in there.
func StartAt(t testing.TB, ip string) *Cluster {
	t.Helper()
	c, err := start(ip)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(c.remove)
	return c
}

// URL is the address of the cluster's own database "postgres", which is empty
// and not migrated. It stays the same when the cluster is started again.
func (c *Cluster) URL() string {
	return fmt.Sprintf("postgres://postgres:%s@%s:%d/postgres?sslmode=disable", c.password, c.ip, c.port)
}

// Stop shuts the cluster down as an operator would: sessions are ended, what was
// acknowledged is written.
func (c *Cluster) Stop(t testing.TB) {
	t.Helper()
	if err := c.end(syscall.SIGINT); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
}

// Kill ends the cluster without a word, as SIGKILL does, and waits until the
// sessions that were open have seen that it is gone; a statement under way may
// still be carried out.
func (c *Cluster) Kill(t testing.TB) {
	t.Helper()
	sessions := children(c.postgres.Process.Pid)
	if err := c.end(syscall.SIGKILL); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	if !gone(sessions, patience) {
		t.Fatalf("pgtest: sessions of a killed server live on")
	}
}

// Restart starts a stopped or killed cluster again.
func (c *Cluster) Restart(t testing.TB) {
	t.Helper()
	// After a kill the server's children need a moment to see that it is gone.
	err := errors.New("not tried")
	for deadline := time.Now().Add(patience); err != nil && time.Now().Before(deadline); {
		err = c.run()
	}
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
}

// Set changes a setting of the server, from the next start on.
func (c *Cluster) Set(name, value string) { c.settings[name] = value }

func start(ip string) (c *Cluster, err error) {
	c = &Cluster{password: rand.Text(), ip: ip, settings: postgres.Durable()}
	maps.Copy(c.settings, usual)
	c.Set("listen_addresses", ip)
	if c.postgreSQL, err = postgres.Find(""); err != nil {
		return nil, instead(err)
	}
	defer func() {
		if err != nil {
			c.remove()
		}
	}()
	if err := c.settle(); err != nil {
		return c, fmt.Errorf("making a directory for PostgreSQL: %w", err)
	}
	if err := c.hireJanitor(); err != nil {
		return c, fmt.Errorf("starting the janitor: %w", err)
	}
	if err := c.initdb(); err != nil {
		return c, err
	}
	// Somebody else may take the port between our look and our bind.
	for range 5 {
		if c.port, err = freePort(ip); err != nil {
			return c, err
		}
		if err = c.run(); err == nil {
			return c, nil
		}
	}
	return c, err
}

// instead says what does instead of PostgreSQL's programs.
func instead(err error) error {
	if errors.Is(err, postgres.ErrMissing) {
		return fmt.Errorf("%w, or set %s to the address of a server whose user may create databases", err, EnvServer)
	}
	return err
}

// remove ends the cluster and waits until its files are gone.
func (c *Cluster) remove() {
	if c.postgres != nil {
		c.end(syscall.SIGQUIT) //nolint:errcheck // the janitor tries again
		if _, err := os.Stat(filepath.Join(c.dir, "data", "postmaster.pid")); err == nil && c.run() == nil {
			c.end(syscall.SIGQUIT) //nolint:errcheck // it was killed: only a new start lets go of the kernel's shared memory
		}
	}
	if c.janitor != nil {
		c.leash.Close()  //nolint:errcheck // the only way to let go
		c.janitor.Wait() //nolint:errcheck // it has nothing to report
	} else if c.dir != "" {
		os.RemoveAll(c.dir) //nolint:errcheck // the next process tries again
	}
	if c.lock != nil {
		c.lock.Close() //nolint:errcheck // only a lock
	}
}
