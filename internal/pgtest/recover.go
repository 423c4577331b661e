//go:build unix

package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Archive has the cluster keep its log in an archive beside its data, and starts
// it again.
func (c *Cluster) Archive(t testing.TB) {
	t.Helper()
	dir := c.ownDir(t, "archive")
	c.Set("archive_mode", "on")
	c.Set("archive_command", "test ! -f "+dir+"/%f && cp %p "+dir+"/%f.part && mv "+dir+"/%f.part "+dir+"/%f")
	c.keepsLog(t, "cp "+dir+"/%f %p")
}

// Receive has pg_receivewal take the cluster's log as it is written, into a folder
// beside its data, and starts the cluster again: no commit is acknowledged before it
// is there.
func (c *Cluster) Receive(t testing.TB) {
	t.Helper()
	dir := filepath.Join(c.dir, "received")
	c.Set("synchronous_standby_names", "pg_receivewal")
	c.keepsLog(t, "cp "+dir+"/%f %p || cp "+dir+"/%f.partial %p")
	c.receive(t)
}

// keepsLog starts the cluster again with a log that is kept, and can be had back by
// a command.
func (c *Cluster) keepsLog(t testing.TB, restore string) {
	t.Helper()
	c.Set("wal_level", "replica")
	c.Set("max_wal_senders", "3")
	c.restore = restore
	if err := c.letIn("host replication postgres " + c.ip + "/32 password"); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	c.Stop(t)
	c.Restart(t)
}

// receive starts pg_receivewal on an empty folder. It ends with the server.
func (c *Cluster) receive(t testing.TB) {
	t.Helper()
	c.ownDir(t, "received")
	c.mustRun(t, c.client("pg_receivewal", "-S", "received", "--create-slot", "--if-not-exists").CombinedOutput)
	c.listen(t)
}

// Deafen ends pg_receivewal, so that no commit is acknowledged any more, until what
// it gives is called.
func (c *Cluster) Deafen(t testing.TB) (hear func(testing.TB)) {
	t.Helper()
	if err := c.listener.Process.Kill(); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	<-c.receiver
	if err := c.until("SELECT NOT active FROM pg_replication_slots"); err != nil { // else the next one is refused
		t.Fatalf("pgtest: %v", err)
	}
	return c.listen
}

func (c *Cluster) listen(t testing.TB) {
	t.Helper()
	cmd := c.client("pg_receivewal", "-S", "received", "-D", filepath.Join(c.dir, "received"), "--synchronous", "--no-loop")
	if err := cmd.Start(); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait() //nolint:errcheck // that the server is gone is no error
		close(ended)
	}()
	c.receiver, c.listener = ended, cmd
}

// BaseBackup copies the data as an operator does, while the cluster runs. Its log
// has to be kept by then.
func (c *Cluster) BaseBackup(t testing.TB) {
	t.Helper()
	c.mustRun(t, c.client("pg_basebackup", "-D", filepath.Join(c.dir, "base"), "-X", "none", "-c", "fast").CombinedOutput)
}

// Recover throws the data away, log and all, puts the base backup in its place,
// lets the log that was kept bring it on, and waits until it can be written to. The
// cluster has to be stopped or killed.
func (c *Cluster) Recover(t testing.TB) {
	t.Helper()
	data := filepath.Join(c.dir, "data")
	if err := os.RemoveAll(data); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	c.mustRun(t, c.command("/bin/cp", "-a", filepath.Join(c.dir, "base"), data).CombinedOutput)
	c.mustRun(t, c.command("/usr/bin/touch", filepath.Join(data, "recovery.signal")).CombinedOutput)
	c.Set("restore_command", c.restore)
	c.Restart(t)
	if err := c.until("SELECT NOT pg_is_in_recovery()"); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	if c.receiver == nil {
		return
	}
	// The log goes on another way from here, which is another folder's.
	<-c.receiver
	if err := os.Rename(filepath.Join(c.dir, "received"), filepath.Join(c.dir, "received-before")); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	c.receive(t)
}

// client prepares one of PostgreSQL's programs that speaks to the cluster.
func (c *Cluster) client(name string, args ...string) *exec.Cmd {
	cmd := c.postgreSQL.Command(context.Background(), c.dir, name, append([]string{"-h", c.ip, "-p", strconv.Itoa(c.port), "-U", "postgres"}, args...)...)
	cmd.Env = append(cmd.Env, "PGPASSWORD="+c.password)
	return cmd
}

// command prepares another program to run as the server's user.
func (c *Cluster) command(path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir = c.dir
	cmd.Env = c.postgreSQL.Environ(c.dir)
	c.postgreSQL.Become(cmd)
	return cmd
}

// ownDir makes a directory of the server's.
func (c *Cluster) ownDir(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join(c.dir, name)
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		err = c.postgreSQL.Own(dir)
	}
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return dir
}

func (c *Cluster) mustRun(t testing.TB, run func() ([]byte, error)) {
	t.Helper()
	if out, err := run(); err != nil {
		t.Fatalf("pgtest: %v", fmt.Errorf("%w: %s", err, bytes.TrimSpace(out)))
	}
}
