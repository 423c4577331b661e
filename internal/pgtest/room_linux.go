package pgtest

import (
	"os"
	"syscall"
)

// enough is the memory that a cluster may need under many tests at once.
const enough = 2 << 30

// roomyDir is where clusters live: in memory where there is room, since a test's
// time is spent on fsync otherwise. TMPDIR overrides it.
func roomyDir() string {
	const memory = "/dev/shm"
	var fs syscall.Statfs_t
	info, err := os.Stat(memory)
	if os.Getenv("TMPDIR") != "" || err != nil || info.Mode().Perm()&0o007 != 0o007 || syscall.Statfs(memory, &fs) != nil ||
		fs.Bavail*uint64(fs.Bsize) < enough {
		return os.TempDir()
	}
	return memory
}
