package confined

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"hoso/internal/scan"
)

// job does one thing with the file in a child.
type job func(ctx context.Context, c *child) (any, error)

// jobs are what children can be told to do.
var jobs = map[string]job{
	"check": check,
	"codes": readCodes,
	"probe": probe,
}

// child is this process, having been started as one.
type child struct {
	order
	file  *os.File
	began time.Time
}

var (
	errNoTool = errors.New("confined: program not there")
	errInput  = errors.New("confined: not a picture that can be read")
)

// served is whether main called Serve. A program that does not would start
// itself as a child that starts itself as a child.
var served atomic.Bool

// Serve makes this process a child if it was started as one, and then does not
// return. It belongs first into main, before anything costs time.
func Serve() {
	served.Store(true)
	if len(os.Args) < 2 {
		return
	}
	if os.Args[1] == childArg {
		os.Exit(serveChild())
	}
}

func serveChild() int {
	// Who ends a program often tells all its processes. This one ends with its
	// parent, and what it starts inherits that.
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	c := &child{file: os.NewFile(3, "file"), began: time.Now()}
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &c.order) != nil {
		return reply(answer{Failed: failedOrder})
	}
	do, known := jobs[c.Job]
	if !known || c.file == nil {
		return reply(answer{Failed: failedOrder})
	}
	go func() { // the parent holds the other end until it has our answer
		io.Copy(io.Discard, in) //nolint:errcheck // the end is what matters
		os.Exit(1)
	}()
	os.Stdout.Write(taken) //nolint:errcheck // the answer meets the same end
	confine(c.order)
	result, err := do(context.Background(), c)
	return reply(answerOf(result, err))
}

func answerOf(result any, err error) answer {
	a := answer{Peak: peakMemory()}
	switch {
	case errors.Is(err, errNoTool):
		a.Failed = failedTool
	case errors.Is(err, errInput):
		a.Failed = failedInput
	case err != nil:
		a.Failed = failedFile
	default:
		if a.Result, err = json.Marshal(result); err != nil {
			a.Failed = failedOrder
		}
	}
	return a
}

func reply(a answer) int {
	if json.NewEncoder(os.Stdout).Encode(a) != nil {
		return 1
	}
	return 0
}

// check is the digitization check.
func check(ctx context.Context, c *child) (any, error) {
	o := scan.Options{Spent: c.spent}
	if c.Tools.PDFToPPM != "" {
		o.Renderer = poppler{c}
	}
	return scan.CheckWith(ctx, c.file, c.Bytes, c.Profile, o)
}
