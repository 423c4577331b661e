//go:build unix && !linux

package pgtest

import "os"

// roomyDir is where clusters live.
func roomyDir() string { return os.TempDir() }
