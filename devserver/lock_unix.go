//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockDatabase keeps a second server off the same file: SQLite would let both
// in, and each would believe the dossiers are its own to move. The lock is the
// kernel's and ends with the process, however that ends; the file stays.
func lockDatabase(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock database: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return func() { _ = file.Close() }, nil
	}
	_ = file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("database %s: another server is using it", path)
	}
	return nil, fmt.Errorf("lock database %s: %w", path, err)
}
