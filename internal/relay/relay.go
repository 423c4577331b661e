// Package relay passes on to Temporal what the register holds for it: dossiers
// whose workflows are to be started, reports to be signalled, commands to be
// sent. Whoever writes such a row tries at once; the relay takes what was left
// behind. Several may run: a row is leased to one at a time, and every passing-on
// is harmless when repeated.
package relay

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"hoso/internal/store"
	"hoso/internal/trail"
)

// Relay passes rows on. Use New.
type Relay struct {
	store    *store.Store
	temporal client.Client
	name     Namer
	log      *slog.Logger
	kick     chan struct{}
	starts   chan kicked
}

// Namer gives the summary that managers read in the list of workflows, e.g.
// "Khai sinh · Bưu điện Hoàn Kiếm".
type Namer func(store.Dossier) string

// How a relay works: how often it looks by itself, how many rows it takes, for
// how long they are its own.
const (
	interval   = time.Second
	batch      = 100
	hold       = 20 * time.Second
	together   = 16
	callWithin = 10 * time.Second
)

// New makes a relay. Run it, or only use its Kick, Start and Send.
func New(s *store.Store, t client.Client, name Namer, log *slog.Logger) *Relay {
	return &Relay{store: s, temporal: t, name: name, log: log, kick: make(chan struct{}, 1), starts: make(chan kicked, 1024)}
}

// Kick makes the relay look at once for messages.
func (r *Relay) Kick() {
	select {
	case r.kick <- struct{}{}:
	default: // it will look anyway
	}
}

// kicked is a dossier to be started, and the request that filed it.
type kicked struct {
	code  string
	trail trail.Trail
}

// KickStart makes the relay start a dossier at once. When too many wait, the
// row's own time comes. The context says whose request it is, and no more.
func (r *Relay) KickStart(ctx context.Context, code string) {
	select {
	case r.starts <- kicked{code, trail.From(ctx)}:
	default:
	}
}

// Run passes rows on until the context ends.
func (r *Relay) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range together {
		g.Go(func() error { return r.startKicked(ctx) })
	}
	// Each kind has a loop of its own: commands that wait for a slow answer hold
	// up no signal.
	g.Go(func() error { return r.loop(ctx, nil, r.passStarts) })
	g.Go(func() error { return r.loop(ctx, r.kick, r.passMessages) })
	g.Go(func() error { return r.loop(ctx, nil, r.passOperations) })
	return g.Wait()
}

// loop passes one kind of row on, at every kick and by itself now and then.
func (r *Relay) loop(ctx context.Context, kick <-chan struct{}, step func(context.Context) (int, error)) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		r.pass(ctx, step)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-kick:
		}
	}
}

func (r *Relay) startKicked(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case k := <-r.starts:
			ctx := k.trail.Onto(ctx)
			if err := r.Start(ctx, k.code); err != nil {
				r.log.WarnContext(ctx, "dossier not started yet", "code", k.code, "error", kindOf(err))
			}
		}
	}
}

// pass goes once through everything of one kind that is due.
func (r *Relay) pass(ctx context.Context, step func(context.Context) (int, error)) {
	for {
		n, err := step(ctx)
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "relay could not pass everything on", "error", kindOf(err))
		}
		if err != nil || n < batch {
			return
		}
	}
}

func (r *Relay) passStarts(ctx context.Context) (int, error) {
	rows, err := r.store.LeaseStarts(ctx, batch, hold)
	if err != nil {
		return 0, err
	}
	return len(rows), each(ctx, rows, func(ctx context.Context, o store.Outbox) error {
		ctx = o.Onto(ctx)
		if o.Kind == store.KindBag {
			return r.StartBag(ctx, o.DossierCode)
		}
		return r.Start(ctx, o.DossierCode)
	})
}

// passMessages signals messages, those of one dossier in the order they came.
func (r *Relay) passMessages(ctx context.Context) (int, error) {
	rows, err := r.store.LeaseMessages(ctx, batch, hold)
	if err != nil {
		return 0, err
	}
	var order []string
	byDossier := map[string][]store.Inbox{}
	for _, m := range rows {
		if _, seen := byDossier[m.DossierCode]; !seen {
			order = append(order, m.DossierCode)
		}
		byDossier[m.DossierCode] = append(byDossier[m.DossierCode], m)
	}
	return len(rows), each(ctx, order, func(ctx context.Context, code string) error {
		for _, m := range byDossier[code] {
			if err := r.Signal(m.Onto(ctx), m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *Relay) passOperations(ctx context.Context) (int, error) {
	rows, err := r.store.LeaseOperations(ctx, batch, hold)
	if err != nil {
		return 0, err
	}
	return len(rows), each(ctx, rows, func(ctx context.Context, op store.Operation) error {
		_, _, err := r.Send(op.Onto(ctx), op)
		return err
	})
}

// each works on several rows at a time; one that fails does not hold up the rest.
func each[T any](ctx context.Context, rows []T, do func(context.Context, T) error) error {
	g := new(errgroup.Group)
	g.SetLimit(together)
	errs := make([]error, len(rows))
	for i, row := range rows {
		g.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, callWithin)
			defer cancel()
			errs[i] = do(ctx, row)
			return nil
		})
	}
	_ = g.Wait() // each error stands in errs
	return errors.Join(errs...)
}

// kindOf says what went wrong without quoting anything that was sent.
func kindOf(err error) string {
	var unavailable *serviceerror.Unavailable
	switch {
	case errors.As(err, &unavailable), errors.Is(err, context.DeadlineExceeded):
		return "temporal away"
	case store.Unavailable(err):
		return "database away"
	default:
		return "refused or failed"
	}
}
