package embedded

import (
	"context"
	"fmt"
	"os"
	"time"

	"hoso/internal/identity"
	"hoso/internal/program"
	"hoso/internal/supervise"
)

// Options say what to start.
type Options struct {
	// Config is checked; what concerns Temporal and the outside parties is set here.
	Config program.Config
	// Temporal is the server to start.
	Temporal             Program
	TemporalPort, UIPort int
	PortalAddr           string // of the simulators
	CourierAddr          string
	PortalKnobs          []byte
	CourierKnobs         []byte
	// Told hears, in a few words, what is being done.
	Told func(step string)
}

// Up is a running house.
type Up struct {
	Main *program.Main
	// Key signs development tokens; nil where another issuer's keys were named.
	Key *identity.DevKey
	// Loaded is how many catalogue entries were loaded into an empty register.
	Loaded int
	// The addresses, as a browser takes them.
	API, TemporalUI, Portal, Courier string
	Temporal                         string // host:port

	o      Options
	parts  *supervise.Parts
	unlock func()
	logs   []*os.File
}

// Start starts everything and returns when all of it answers. What was started
// is stopped again on an error.
func Start(ctx context.Context, o Options) (*Up, error) {
	if o.Told == nil {
		o.Told = func(string) {}
	}
	u := &Up{o: o, parts: supervise.NewParts()}
	if err := u.start(ctx); err != nil {
		u.Stop(nil) //nolint:errcheck // what went wrong first is what to tell
		return nil, err
	}
	return u, nil
}

// Failed gives the error of a part that ended without being told to.
func (u *Up) Failed() <-chan error { return u.parts.Ended() }

// Stop stops everything in order, Temporal last. stopping hears each part's name.
func (u *Up) Stop(stopping func(name string)) error {
	err := u.parts.Stop(stopping)
	for _, f := range u.logs {
		f.Close() //nolint:errcheck // nothing more is written
	}
	if u.unlock != nil {
		u.unlock()
	}
	return err
}

func (u *Up) start(ctx context.Context) error {
	if err := u.takeData(); err != nil {
		return err
	}
	if err := u.startTemporal(ctx); err != nil {
		return err
	}
	if err := u.openRegister(ctx); err != nil {
		return err
	}
	if err := u.startSimulators(ctx); err != nil {
		return err
	}
	polls := u.startWorker(ctx)
	if err := u.startAPI(ctx); err != nil {
		return err
	}
	u.o.Told("waiting for Temporal and the worker")
	within, cancel := context.WithTimeoutCause(ctx, temporalWithin, fmt.Errorf("temporal does not answer; its words are in %s", u.o.Config.LogDir()))
	defer cancel()
	var none string
	return u.await(within, &none, polls)
}

// temporalWithin is how long Temporal may take to answer: it starts in seconds,
// but a slow disk may have a long journal to replay.
const temporalWithin = 2 * time.Minute
