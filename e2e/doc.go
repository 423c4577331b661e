// Package e2e tries the whole as real processes: the programs that ship, a
// development Temporal server, simulators with their ledgers on disk. Processes
// are killed with SIGKILL in the middle of things, or cut off from each other; at
// the end every ledger is read and every invariant is checked.
//
//	go test ./e2e                          # a small run, as part of `make test`
//	HOSO_CHAOS=200 go test ./e2e -run Kill # as `make chaos` does it
//
// The seed is printed first; HOSO_CHAOS_SEED repeats a schedule.
package e2e
