package confined

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"hoso/internal/scan"
)

// ErrBusy is that no child could do its work, through no fault of the file.
// Trying again later helps.
var ErrBusy = errors.New("confined: no child could do its work")

// ErrNoTool is that a program is missing on this machine.
var ErrNoTool = errors.New("confined: a program that is needed is not there")

// ErrInput is that the bytes are nothing that could be read for this purpose.
var ErrInput = errors.New("confined: the file cannot be read for this purpose")

// ErrNotServed is that this program does not call Serve, and so has no children.
var ErrNotServed = errors.New("confined: this program makes no children")

// Options say how children are run; the zero value is how the program does it.
type Options struct {
	Limits Limits // DefaultLimits if its version is empty
	AtOnce int    // children at the same time; one per processor if 0
	Tools  *Tools // FindTools if nil
	Log    *slog.Logger
	// Observe hears of each child that has ended.
	Observe func(Usage)
}

// Usage is what a child took.
type Usage struct {
	// Peak is the most memory of the child itself, Together with all that it
	// started, as far as it was seen, in bytes.
	Peak, Together int64
	Took           time.Duration
	// Ended is empty for a child that answered.
	Ended scan.Cause
}

// Checker runs children. It implements scan.Checker.
type Checker struct {
	o      Options
	exe    string
	line   chan struct{}
	trying sync.Mutex
	how    *confinement // nil until it is found out
}

// New gives a checker whose children are this same binary, which must have
// called Serve.
func New(o Options) (*Checker, error) {
	if !served.Load() {
		return nil, ErrNotServed
	}
	exe, err := self()
	if err != nil {
		return nil, fmt.Errorf("confined: finding this program: %w", err)
	}
	if o.Limits.Version == "" {
		o.Limits = DefaultLimits()
	}
	if err := o.Limits.validate(); err != nil {
		return nil, err
	}
	if o.Tools == nil {
		t := FindTools()
		o.Tools = &t
	}
	sweep()
	o.Log = cmp.Or(o.Log, slog.Default())
	o.AtOnce = cmp.Or(max(o.AtOnce, 0), runtime.GOMAXPROCS(0))
	return &Checker{o: o, exe: exe, line: make(chan struct{}, o.AtOnce)}, nil
}

// FindTools looks the other programs up.
func FindTools() Tools {
	find := func(name string) string {
		path, err := exec.LookPath(name)
		if err != nil {
			return ""
		}
		return path
	}
	return Tools{PDFToPPM: find("pdftoppm"), ZBarImg: find("zbarimg")}
}

// Check implements scan.Checker. A child that dies over a file, or is killed
// over it, is a verdict on the file.
func (c *Checker) Check(ctx context.Context, r io.ReaderAt, size int64, p scan.Profile) (scan.Report, error) {
	var rep scan.Report
	cause, err := c.do(ctx, "check", r, size, p, &rep)
	switch {
	case err != nil:
		return scan.Report{}, err
	case cause == "" && rep.Bytes == size && rep.Profile == p.Version && rep.Verdict != "":
		return rep, nil
	case cause == "":
		cause = scan.Crashed // an answer, and no report
	}
	head := make([]byte, 16)
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return scan.Report{}, fmt.Errorf("confined: reading file: %w", err)
	}
	return scan.GivenUp(cause, head[:n], size, p), nil
}

// Codes reads the QR codes on a picture or on the first pages of a PDF. What
// they say comes as its bytes are, in whatever alphabet.
func (c *Checker) Codes(ctx context.Context, r io.ReaderAt, size int64, p scan.Profile) ([][]byte, error) {
	if c.o.Tools.ZBarImg == "" {
		return nil, ErrNoTool
	}
	var codes [][]byte // not strings: JSON would mend what is not UTF-8
	cause, err := c.do(ctx, "codes", r, size, p, &codes)
	if err == nil && cause != "" {
		err = fmt.Errorf("%w: %s", ErrInput, cause)
	}
	return codes, err
}

// do has a child do a job and reads its result. The cause says how the child
// ended, where it was the file that ended it.
func (c *Checker) do(ctx context.Context, job string, r io.ReaderAt, size int64, p scan.Profile, result any) (scan.Cause, error) {
	select {
	case c.line <- struct{}{}:
		defer func() { <-c.line }()
	case <-ctx.Done():
		return "", fmt.Errorf("confined: waiting: %w", ctx.Err())
	}
	file, err := readOnlyCopy(ctx, r, size)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // only read
	o := order{Job: job, Bytes: size, Profile: p, Limits: c.o.Limits, Tools: *c.o.Tools}
	if job == "codes" {
		if o.Room, err = os.MkdirTemp("", roomName); err != nil {
			return "", fmt.Errorf("confined: making room: %w", err)
		}
		defer os.RemoveAll(o.Room) //nolint:errcheck // sweep tries again
	}
	a, u, err := c.run(ctx, o, file)
	if c.o.Observe != nil {
		c.o.Observe(u)
	}
	switch {
	case err != nil:
		return "", err
	case u.Ended != "":
		c.o.Log.WarnContext(ctx, "a file ended its reader", "cause", string(u.Ended), "bytes", size)
		return u.Ended, nil
	case a.Failed == failedTool:
		return "", ErrNoTool
	case a.Failed == failedInput:
		return "", ErrInput
	case a.Failed != "":
		return "", fmt.Errorf("%w: %s", ErrBusy, a.Failed)
	case json.Unmarshal(a.Result, result) != nil:
		return scan.Crashed, nil
	}
	return "", nil
}

// roomName is what folders are called that a child may write a picture into.
const roomName = "hoso-codes-*"

// sweep takes away such folders of a program that was killed.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), roomName)) //nolint:errcheck // the pattern is good
	for _, dir := range left {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
}

// readOnlyCopy gives the child a descriptor of its own, by which the file can
// only be read and which has no name.
func readOnlyCopy(ctx context.Context, r io.ReaderAt, size int64) (*os.File, error) {
	w, err := os.CreateTemp("", "hoso-scan-*")
	if err != nil {
		return nil, fmt.Errorf("confined: copying file: %w", err)
	}
	defer w.Close() //nolint:errcheck // Copy has told of what matters
	f, err := os.Open(w.Name())
	err = errors.Join(err, os.Remove(w.Name()))
	if err == nil {
		_, err = io.Copy(w, &ctxReader{ctx, io.NewSectionReader(r, 0, size)})
	}
	if err != nil {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
		return nil, fmt.Errorf("confined: copying file: %w", err)
	}
	return f, nil
}

// ctxReader reads while the context lasts.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
