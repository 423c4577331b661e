//go:build !linux

package pgtest

import "time"

// children knows of none: where there is no /proc, a killed server's sessions
// are left to themselves.
func children(int) []int { return nil }

func gone([]int, time.Duration) bool { return true }
