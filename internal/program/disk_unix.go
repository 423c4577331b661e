//go:build unix

package program

import "golang.org/x/sys/unix"

// freeSpace is how many bytes we could still write to the folder's disk.
func freeSpace(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:gosec,unconvert // both are small and differ by system
}
