package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// console writes lines for people. On a terminal a bar stands below them while
// something takes its time; elsewhere there are the lines only.
type console struct {
	out      io.Writer
	terminal bool

	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

func newConsole(out io.Writer) *console {
	f, ok := out.(*os.File)
	return &console{out: out, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// Line writes a line; a bar steps aside for it.
func (c *console) Line(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		c.bar.Clear() //nolint:errcheck // a terminal
	}
	fmt.Fprintf(c.out, format+"\n", args...)
	if c.bar != nil {
		c.bar.RenderBlank() //nolint:errcheck // a terminal
	}
}

// Begin shows a bar of so many steps. Elsewhere than on a terminal it does
// nothing.
func (c *console) Begin(steps int, what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.terminal {
		return
	}
	c.bar = progressbar.NewOptions(steps,
		progressbar.OptionSetWriter(c.out), progressbar.OptionSetDescription(what), progressbar.OptionSetWidth(24),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(false), progressbar.OptionShowCount(),
		progressbar.OptionSetElapsedTime(true), progressbar.OptionThrottle(50*time.Millisecond))
	c.bar.RenderBlank() //nolint:errcheck // a terminal
}

// Step moves the bar on to so many steps in all.
func (c *console) Step(done int, what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar == nil {
		return
	}
	if what != "" {
		c.bar.Describe(what)
	}
	c.bar.Set(min(done, c.bar.GetMax()-1)) //nolint:errcheck // a terminal; End finishes it
}

// End takes the bar away.
func (c *console) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		c.bar.Clear() //nolint:errcheck // a terminal
		c.bar = nil
	}
}
