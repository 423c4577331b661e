//go:build unix

package pgtest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// usual are settings that are safe where durability is at stake, small and
// quick elsewhere.
var usual = map[string]string{
	"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
	"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "300",
	"shared_buffers": "32MB", "max_wal_size": "256MB", "wal_level": "minimal", "max_wal_senders": "0",
	"dynamic_shared_memory_type": "mmap", "autovacuum": "off", "jit": "off", "timezone": "Asia/Ho_Chi_Minh", "log_timezone": "UTC",
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

// program prepares one of PostgreSQL's programs, or another by its path, to run as
// the server's user.
func (c *Cluster) program(ctx context.Context, name string, args ...string) *exec.Cmd {
	if !filepath.IsAbs(name) {
		name = filepath.Join(c.programs, name)
	}
	cmd := exec.CommandContext(ctx, name, args...)
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

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close() //nolint:errcheck // only looked
	return l.Addr().(*net.TCPAddr).Port, nil
}
