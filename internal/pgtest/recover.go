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
	for name, value := range map[string]string{"wal_level": "replica", "max_wal_senders": "3", "archive_mode": "on",
		"archive_command": "test ! -f " + dir + "/%f && cp %p " + dir + "/%f.part && mv " + dir + "/%f.part " + dir + "/%f"} {
		c.Set(name, value)
	}
	c.Stop(t)
	c.Restart(t)
}

// BaseBackup copies the data as an operator does, while the cluster runs.
func (c *Cluster) BaseBackup(t testing.TB) {
	t.Helper()
	// Its own connection needs an entry that the cluster's file does not have.
	if err := c.letIn("host replication postgres " + c.ip + "/32 password"); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	c.Stop(t)
	c.Restart(t)
	cmd := c.postgreSQL.Command(context.Background(), c.dir, "pg_basebackup", "-h", c.ip, "-p", strconv.Itoa(c.port), "-U", "postgres", "-D", filepath.Join(c.dir, "base"), "-X", "none", "-c", "fast")
	cmd.Env = append(cmd.Env, "PGPASSWORD="+c.password)
	c.mustRun(t, cmd.CombinedOutput)
}

// Recover throws the data away, log and all, puts the base backup in its place and
// lets the archive bring it on. The cluster has to be stopped or killed.
func (c *Cluster) Recover(t testing.TB) {
	t.Helper()
	data := filepath.Join(c.dir, "data")
	if err := os.RemoveAll(data); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	c.mustRun(t, c.command("/bin/cp", "-a", filepath.Join(c.dir, "base"), data).CombinedOutput)
	c.mustRun(t, c.command("/usr/bin/touch", filepath.Join(data, "recovery.signal")).CombinedOutput)
	c.Set("restore_command", "cp "+filepath.Join(c.dir, "archive")+"/%f %p")
	c.Restart(t)
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
