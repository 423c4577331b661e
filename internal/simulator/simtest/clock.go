// Package simtest has what tests of and with simulators need: a clock moved by
// hand and a receiver of callbacks.
package simtest

import (
	"sync"
	"time"
)

// Clock stands still until it is moved. It is safe for concurrent use.
type Clock struct {
	mu      sync.Mutex
	now     time.Time
	waiting []alarm
	changed chan struct{} // closed when somebody begins to wait
}

type alarm struct {
	at   time.Time
	ring chan time.Time
}

// NewClock starts at the given time.
func NewClock(at time.Time) *Clock {
	return &Clock{now: at, changed: make(chan struct{})}
}

// Now implements simulator.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Reach implements simulator.Clock.
func (c *Clock) Reach(t time.Time) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := alarm{t, make(chan time.Time, 1)}
	if !t.After(c.now) {
		a.ring <- c.now
		return a.ring
	}
	c.waiting = append(c.waiting, a)
	close(c.changed)
	c.changed = make(chan struct{})
	return a.ring
}

// Advance moves the clock and wakes who waited for it.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	left := c.waiting[:0]
	for _, a := range c.waiting {
		if a.at.After(c.now) {
			left = append(left, a)
		} else {
			a.ring <- c.now
		}
	}
	c.waiting = left
}

// AwaitWaiter blocks until somebody waits for an instant at least d from now.
func (c *Clock) AwaitWaiter(d time.Duration) {
	for {
		c.mu.Lock()
		changed := c.changed
		for _, a := range c.waiting {
			if !a.at.Before(c.now.Add(d)) {
				c.mu.Unlock()
				return
			}
		}
		c.mu.Unlock()
		<-changed
	}
}
