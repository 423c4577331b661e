// Package benchmark measures what a dossier costs on a running stack: hoso's
// whole happy path from POST to returned beside the bare shape of such a
// workflow (five activities with empty bodies, two signals, two timers), in turns
// A B A B on the same machine, PostgreSQL and Temporal.
//
// meter.go reads what processes and databases have used; whole.go and bare.go
// carry dossiers; run.go takes the turns; table.go prints.
package benchmark
