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
	"path/filepath"
	"syscall"
	"time"

	"hoso/internal/postgres"
)

// usual are settings that are small and quick where durability is not at stake.
var usual = map[string]string{
	"unix_socket_directories": "", "max_connections": "300",
	"shared_buffers": "32MB", "max_wal_size": "256MB", "wal_level": "minimal", "max_wal_senders": "0",
	"dynamic_shared_memory_type": "mmap", "autovacuum": "off", "jit": "off", "timezone": "Asia/Ho_Chi_Minh", "log_timezone": "UTC",
}

// initdb makes the cluster. The password goes over the network in the clear, which
// is the test's own: SCRAM costs milliseconds per connection and guards nothing
// here. Nothing is synced yet: a cluster that does not survive its making is made
// again.
func (c *Cluster) initdb() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	data := filepath.Join(c.dir, "data")
	if err := c.postgreSQL.InitDB(ctx, c.dir, data, c.password, "--auth=password", "--no-sync"); err != nil || c.ip == loopback {
		return err
	}
	return c.letIn("host all all samenet password")
}

// letIn adds a line to the cluster's list of who may connect, for its next start.
func (c *Cluster) letIn(line string) error {
	file, err := os.OpenFile(filepath.Join(c.dir, "data", "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, line)
	return errors.Join(err, file.Close())
}

// run starts postgres and waits until it answers.
func (c *Cluster) run() error {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the server has its own descriptor
	cmd := c.postgreSQL.Command(context.Background(), c.dir, "postgres", postgres.Arguments(filepath.Join(c.dir, "data"), c.port, c.settings)...)
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
func (c *Cluster) ready() error { return c.until("SELECT true") }

// until waits until the server answers a question with true.
func (c *Cluster) until(question string) error {
	db, err := sql.Open("pgx", c.URL())
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is lost with it
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		var yes bool
		err := db.QueryRowContext(ctx, question).Scan(&yes)
		if err == nil && yes {
			return nil
		}
		select {
		case <-again.C:
		case <-c.ended:
			return fmt.Errorf("postgres ended: %s", c.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("%s: not yet: %w: %s", question, errors.Join(err, ctx.Err()), c.lastWords())
		}
	}
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

func freePort(ip string) (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close() //nolint:errcheck // only looked
	return l.Addr().(*net.TCPAddr).Port, nil
}
