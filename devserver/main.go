// Program hoso-devserver is Temporal in one program: the server, its web page
// and a SQLite database, on this machine only.
//
// It answers to the command line of "temporal server start-dev", so that
// either can stand in for the other, and differs from it in four promises:
//
//   - what it acknowledged survives a power failure (sqlite.go),
//   - started again on its database it goes on with what is there and adds
//     what is new (namespaces.go),
//   - nobody outside this machine reaches it unasked (address.go),
//   - it calls nobody outside this machine (dynamic.go, ui.go).
//
// The order of one life is told in run.go.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // schedules name their zone, and a small machine may know none
)

func main() {
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly stop. After it the default
	// behaviour is back, so that a second one ends the program at once.
	context.AfterFunc(ctx, release)

	err := newCommand().ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "hoso-devserver: %v\n", err)
		os.Exit(1)
	}
}
