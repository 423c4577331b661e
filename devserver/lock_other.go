//go:build !unix

package main

// lockDatabase does nothing where there is no flock: two servers on one file
// are then only kept apart by their ports.
func lockDatabase(string) (unlock func(), err error) { return func() {}, nil }
