//go:build unix

package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// Installation is a PostgreSQL that can be run here.
type Installation struct {
	programs string              // the folder
	as       *syscall.Credential // whom its programs run as; nil: as ourselves
}

// Find finds a PostgreSQL, or says how to get one: the version that made the
// cluster in a folder, the newest where there is none or none is named.
func Find(cluster string) (Installation, error) {
	dir, err := programsFor(cluster)
	if err != nil {
		return Installation{}, err
	}
	as, err := serverUser()
	return Installation{programs: dir, as: as}, err
}

// serverUser is whom the server runs as: it refuses to run as root.
func serverUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errors.New("PostgreSQL refuses to run as root and there is no user postgres: create one, or do this as another user")
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

// Program is the path of one of PostgreSQL's programs.
func (i Installation) Program(name string) string { return filepath.Join(i.programs, name) }

// Environ is all that the programs need to know of ours; home is a folder that
// they may read.
func (i Installation) Environ(home string) []string {
	return []string{"PATH=/usr/bin:/bin", "HOME=" + home, "LC_ALL=C"}
}

// Command prepares one of the programs to run as the server's user, beyond a
// terminal's Ctrl-C.
func (i Installation) Command(ctx context.Context, home, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, i.Program(name), args...)
	cmd.Dir = home
	cmd.Env = i.Environ(home)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	i.Become(cmd)
	return cmd
}

// Become lets a command run as the server's user.
func (i Installation) Become(cmd *exec.Cmd) {
	if i.as == nil {
		return
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = i.as
}

// Own gives a file or folder to the server's user.
func (i Installation) Own(path string) error {
	if i.as == nil {
		return nil
	}
	return os.Chown(path, int(i.as.Uid), int(i.as.Gid))
}

// LetIn lets the server's user pass through a folder of ours, and see nothing in
// it: the folder goes to that user's group, which may enter it.
func (i Installation) LetIn(dir string) error {
	if i.as == nil {
		return nil
	}
	if err := os.Chown(dir, -1, int(i.as.Gid)); err != nil {
		return err
	}
	return os.Chmod(dir, 0o710)
}

// Reaches says in one line which folder on the way to a place the server's user
// cannot enter.
func (i Installation) Reaches(path string) error {
	if i.as == nil {
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if !i.enters(info) {
			return fmt.Errorf("PostgreSQL runs as user postgres, who may not enter %s: do this as another user than root, or name a folder elsewhere with --data", dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func (i Installation) enters(dir os.FileInfo) bool {
	owner, ok := dir.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return true
	case owner.Uid == i.as.Uid:
		return dir.Mode().Perm()&0o100 != 0
	case owner.Gid == i.as.Gid:
		return dir.Mode().Perm()&0o010 != 0
	}
	return dir.Mode().Perm()&0o001 != 0
}

// InitDB makes a cluster in the folder data, which lies in home, with the
// administrator "postgres". The password is in home for as long as initdb reads it.
func (i Installation) InitDB(ctx context.Context, home, data, password string, args ...string) error {
	secret := filepath.Join(home, "initdb-password")
	defer os.Remove(secret) //nolint:errcheck // it may not have been made
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return err
	}
	if err := i.Own(secret); err != nil {
		return err
	}
	args = append([]string{"-D", data, "-U", "postgres", "--pwfile=" + secret, "--encoding=UTF8", "--locale=C"}, args...)
	out, err := i.Command(ctx, home, "initdb", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}
