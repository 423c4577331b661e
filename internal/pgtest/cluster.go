//go:build unix

package pgtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Cluster is a PostgreSQL of our own, on a free port of the loopback address
// with a random password.
type Cluster struct {
	dir      string // all its files; the janitor removes it
	programs string
	password string
	port     int
	settings map[string]string
	as       *syscall.Credential // nil: as the caller
	lock     *os.File            // held as long as the process lives
	leash    io.Closer           // the janitor acts when it closes
	janitor  *exec.Cmd
	postgres *exec.Cmd
	ended    chan struct{} // closed when postgres has ended
}

// usual are settings that are safe where durability is at stake, small and
// quick elsewhere.
var usual = map[string]string{
	"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
	"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "300",
	"shared_buffers": "32MB", "max_wal_size": "256MB", "wal_level": "minimal", "max_wal_senders": "0",
	"dynamic_shared_memory_type": "mmap", "autovacuum": "off", "jit": "off", "timezone": "Asia/Ho_Chi_Minh", "log_timezone": "UTC",
}

// Start gives a test a cluster of its own, to stop, kill and start again. It
// costs some seconds: use [URL] where one that runs is enough.
func Start(t testing.TB) *Cluster {
	t.Helper()
	c, err := start()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(c.remove)
	return c
}

// URL is the address of the cluster's own database "postgres", which is empty
// and not migrated. It stays the same when the cluster is started again.
func (c *Cluster) URL() string {
	return fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/postgres?sslmode=disable", c.password, c.port)
}

// Stop shuts the cluster down as an operator would: sessions are ended, what was
// acknowledged is written.
func (c *Cluster) Stop(t testing.TB) {
	t.Helper()
	if err := c.end(syscall.SIGINT); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
}

// Kill ends the cluster without a word, as SIGKILL does.
func (c *Cluster) Kill(t testing.TB) {
	t.Helper()
	if err := c.end(syscall.SIGKILL); err != nil {
		t.Fatalf("pgtest: %v", err)
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

func start() (c *Cluster, err error) {
	c = &Cluster{password: rand.Text(), settings: maps.Clone(usual)}
	if c.programs, err = programs(); err != nil {
		return nil, err
	}
	if c.as, err = serverUser(); err != nil {
		return nil, err
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
		if c.port, err = freePort(); err != nil {
			return c, err
		}
		if err = c.run(); err == nil {
			return c, nil
		}
	}
	return c, err
}

// serverUser is whom the server runs as: it refuses to run as root.
func serverUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errors.New("PostgreSQL refuses to run as root and there is no user postgres: create one, or run the tests as another user")
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

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
	if c.as != nil {
		return os.Chown(c.dir, int(c.as.Uid), int(c.as.Gid))
	}
	return nil
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

// program prepares one of PostgreSQL's programs to run as the server's user.
func (c *Cluster) program(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.programs, name), args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + c.dir, "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: c.as}
	return cmd
}

func (c *Cluster) initdb() error {
	secret := filepath.Join(c.dir, "password")
	if err := os.WriteFile(secret, []byte(c.password), 0o600); err != nil {
		return err
	}
	if c.as != nil {
		if err := os.Chown(secret, int(c.as.Uid), int(c.as.Gid)); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// The password goes over the loopback in the clear: SCRAM costs milliseconds
	// per connection and guards nothing here. Nothing is synced yet: a cluster
	// that does not survive its making is made again.
	out, err := c.program(ctx, "initdb", "-D", filepath.Join(c.dir, "data"), "-U", "postgres", "--auth=password", "--pwfile="+secret,
		"--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// run starts postgres and waits until it answers.
func (c *Cluster) run() error {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the server has its own descriptor
	args := []string{"-D", filepath.Join(c.dir, "data"), "-p", strconv.Itoa(c.port)}
	for name, value := range c.settings {
		args = append(args, "-c", name+"="+value)
	}
	cmd := c.program(context.Background(), "postgres", args...)
	// A file, so that no copying goroutine and no `go test` waits for the server's output.
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.postgres, c.ended = cmd, make(chan struct{})
	go func(ended chan struct{}) {
		cmd.Wait() //nolint:errcheck // how it ended stands in its log
		close(ended)
	}(c.ended)
	if err := c.ready(); err != nil {
		c.end(syscall.SIGQUIT) //nolint:errcheck // the first error counts
		return err
	}
	return nil
}

// ready waits until the server takes connections.
func (c *Cluster) ready() error {
	db, err := sql.Open("pgx", c.URL())
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is lost with it
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for db.PingContext(ctx) != nil {
		select {
		case <-again.C:
		case <-c.ended:
			return fmt.Errorf("postgres ended at once: %s", c.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %s", c.lastWords())
		}
	}
	return nil
}

func (c *Cluster) lastWords() string {
	raw, err := os.ReadFile(filepath.Join(c.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(raw[max(0, len(raw)-1000):]))
}

// end sends postgres a signal and waits until it has ended.
func (c *Cluster) end(sig syscall.Signal) error {
	select {
	case <-c.ended:
		return nil
	default:
	}
	if err := c.postgres.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-c.ended:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("postgres does not end: %s", c.lastWords())
	}
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

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close() //nolint:errcheck // only looked
	return l.Addr().(*net.TCPAddr).Port, nil
}
