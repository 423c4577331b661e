package confined

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a child may do with the files that it is let to: read is for folders of
// programs, libraries and fonts, write for the folder that is its own. A single file
// takes no rights of folders.
const (
	mayReadFile = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE
	mayRead     = mayReadFile | unix.LANDLOCK_ACCESS_FS_READ_DIR
	mayUseFile  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE
	mayWrite    = mayUseFile | unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
)

// fenceVersion is how much of Landlock the system has; 0 is none.
func fenceVersion() int {
	n, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// fenced is all that a fence of a version keeps away.
func fenced(version int) unix.LandlockRulesetAttr {
	all := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1}
	if version >= 2 {
		all.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		all.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 4 {
		all.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if version >= 5 {
		all.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= 6 {
		all.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	return all
}

// fence keeps this thread, and what it starts from now on, from all files but those
// that it may read and the one folder that it may write to. There is no way back: the
// thread has to end with its work.
func fence(readable []string, room string) (err error) {
	version := fenceVersion()
	if version == 0 {
		return unix.ENOSYS
	}
	all := fenced(version)
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&all)), unsafe.Sizeof(all), 0)
	if errno != 0 {
		return fmt.Errorf("confined: landlock: %w", errno)
	}
	rules := os.NewFile(fd, "landlock")
	defer func() { err = errors.Join(err, rules.Close()) }()
	allow := func(path string, folder, file uint64) error {
		return allow(rules, path, folder&all.Handled_access_fs, file&all.Handled_access_fs)
	}
	for _, path := range readable {
		err = errors.Join(err, allow(path, mayRead, mayReadFile))
	}
	err = errors.Join(err, allow(os.DevNull, 0, mayUseFile))
	if room != "" {
		err = errors.Join(err, allow(room, mayWrite, 0))
	}
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("confined: landlock: %w", err)
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, rules.Fd(), 0, 0); errno != 0 {
		return fmt.Errorf("confined: landlock: %w", errno)
	}
	return nil
}

// allow lets what lies below a path, or the file that it is, be used. What is not
// there needs no leave.
func allow(rules *os.File, path string, folder, file uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.EACCES) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("confined: landlock: %w", err)
	}
	defer unix.Close(fd) //nolint:errcheck // only a name
	var is unix.Stat_t
	if err := unix.Fstat(fd, &is); err != nil {
		return fmt.Errorf("confined: landlock: %w", err)
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: file, Parent_fd: int32(fd)}
	if is.Mode&unix.S_IFMT == unix.S_IFDIR {
		rule.Allowed_access = folder
	}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, rules.Fd(), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("confined: landlock: %w", errno)
	}
	return nil
}
