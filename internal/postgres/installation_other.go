//go:build !unix

package postgres

import (
	"context"
	"errors"
	"os/exec"
)

// Installation is a PostgreSQL that can be run here; there is none on this system.
type Installation struct{}

// Find finds nothing.
func Find(string) (Installation, error) {
	return Installation{}, errors.New("a PostgreSQL of our own cannot be run on this system")
}

// Program is empty.
func (Installation) Program(string) string { return "" }

// Environ is empty.
func (Installation) Environ(string) []string { return nil }

// Become does nothing.
func (Installation) Become(*exec.Cmd) {}

// Own does nothing.
func (Installation) Own(string) error { return nil }

// LetIn does nothing.
func (Installation) LetIn(string) error { return nil }

// Reaches says nothing.
func (Installation) Reaches(string) error { return nil }

// InitDB does nothing.
func (Installation) InitDB(context.Context, string, string, string, ...string) error { return nil }
