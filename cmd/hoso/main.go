// Program hoso carries administrative dossiers from a counter to the citizen's
// hand. One binary holds every part; each command has its own file here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hoso/internal/confined"
)

// streams are what a run of the program reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	confined.Serve() // a child that reads a file goes no further
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly stop. A while after it the default
	// behaviour is back, so that another one ends the program at once. Not sooner:
	// who signals a whole group may well signal us twice.
	context.AfterFunc(ctx, func() { time.AfterFunc(patience, release) })
	err := realMain(ctx, os.Args[1:], os.Environ(), streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	if err == nil {
		return
	}
	if !errors.Is(err, errTold) {
		fmt.Fprintf(os.Stderr, "hoso: %v\n", err)
	}
	os.Exit(1)
}

// patience is how long after the first signal further ones say nothing new.
const patience = time.Second

// errTold is a failure that the command has already put into words.
var errTold = errors.New("failed")

// realMain is the program without the process around it.
func realMain(ctx context.Context, args, environ []string, s streams) error {
	root := newRoot(environ, s)
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}
