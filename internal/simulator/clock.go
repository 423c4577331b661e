package simulator

import "time"

// Zone is the country's one time zone; simulators write all times in it.
var Zone = time.FixedZone("ICT", 7*3600)

// Clock tells the time and waits for it; tests put their own in its place.
type Clock interface {
	Now() time.Time
	// Reach gives a channel that is ready once the clock has reached t. An
	// instant, not a span: a clock moved by hand loses nothing between a look
	// at it and the wait.
	Reach(t time.Time) <-chan time.Time
}

// SystemClock is the real time.
func SystemClock() Clock { return systemClock{} }

type systemClock struct{}

func (systemClock) Now() time.Time                     { return time.Now() }
func (systemClock) Reach(t time.Time) <-chan time.Time { return time.After(time.Until(t)) }
