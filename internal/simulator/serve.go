package simulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Simulator is a simulator as its command sees it.
type Simulator interface {
	Handler() http.Handler
	Run(ctx context.Context) error
	Shutdown(ctx context.Context) error
}

// Serve answers on the listener and runs the simulator until the context ends
// or something fails, then stops both in order. A clean end is nil.
func Serve(ctx context.Context, l net.Listener, sim Simulator) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	srv := &http.Server{
		Handler:           sim.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	ended := make(chan error, 2)
	go func() { ended <- srv.Serve(l) }()
	go func() { ended <- sim.Run(ctx) }()

	var first error
	left := 2
	select {
	case <-ctx.Done():
	case first = <-ended:
		left--
	}
	cancel()
	stopCtx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	// Run's end has let go the calls that hang on purpose. The others may finish
	// before the ledger is closed.
	err := errors.Join(first, srv.Shutdown(stopCtx), sim.Shutdown(stopCtx))
	for range left {
		if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
	}
	return err
}
