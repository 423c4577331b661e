// Package relay passes on to Temporal what the register holds for it: dossiers
// whose workflows are to be started, reports to be signalled, commands to be
// sent. Whoever writes such a row tries at once; the relay takes what was left
// behind. Several may run: a row is leased to one at a time, and every passing-on
// is harmless when repeated.
package relay

import (
	"context"
	"errors"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	"sync"
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
	lanes    [lanes]chan store.Inbox // a dossier's messages take the same one, in their order
	marks    handed                  // messages that were handed on and not marked yet
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
	starters   = 4 // one that waits for a slow answer holds up no filing
	lanes      = 4
	laneHolds  = 256
	callWithin = 10 * time.Second
)

// New makes a relay. Run it, or only use its Kick, Start and Send.
func New(s *store.Store, t client.Client, name Namer, log *slog.Logger) *Relay {
	r := &Relay{store: s, temporal: t, name: name, log: log, kick: make(chan struct{}, 1), starts: make(chan kicked, 1024)}
	for i := range r.lanes {
		r.lanes[i] = make(chan store.Inbox, laneHolds)
	}
	return r
}

// KickMessage has a message passed on that has just been stored, with what else
// comes for its dossier within a moment. When too many wait, the row's own time comes.
func (r *Relay) KickMessage(m store.Inbox) {
	if m.State != store.InboxPending {
		return
	}
	lane := fnv.New32a()
	lane.Write([]byte(m.DossierCode)) //nolint:errcheck // it has no errors
	select {
	case r.lanes[lane.Sum32()%lanes] <- m:
	default:
	}
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
	for range starters {
		g.Go(func() error { return r.startKicked(ctx) })
	}
	for i := range r.lanes {
		g.Go(func() error { return r.passKicked(ctx, r.lanes[i]) })
	}
	g.Go(func() error { return r.markKicked(ctx) })
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

// startKicked starts what was kicked, all that waits at the time together: one
// question to the register and one mark serve several.
func (r *Relay) startKicked(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case k := <-r.starts:
			r.startTogether(ctx, r.waiting(k))
		}
	}
}

// waiting takes what else waits to be started, as far as it is done together.
func (r *Relay) waiting(first kicked) []kicked {
	kicks := []kicked{first}
	for len(kicks) < together {
		select {
		case k := <-r.starts:
			kicks = append(kicks, k)
		default:
			return kicks
		}
	}
	return kicks
}

func (r *Relay) startTogether(ctx context.Context, kicks []kicked) {
	trails := map[string]trail.Trail{}
	for _, k := range kicks {
		trails[k.code] = k.trail
	}
	rows, err := r.store.ToStart(ctx, slices.Sorted(maps.Keys(trails)))
	if err != nil {
		r.log.WarnContext(ctx, "dossiers not started yet", "dossiers", len(kicks), "error", kindOf(err))
		return // their rows' own time comes
	}
	var done handed
	_ = each(ctx, rows, func(ctx context.Context, d store.Dossier) error {
		ctx = trails[d.Code].Onto(ctx)
		if err := r.begin(ctx, d); err != nil {
			r.log.WarnContext(ctx, "dossier not started yet", "code", d.Code, "error", kindOf(err))
			return nil
		}
		done.add(d.Code)
		return nil
	})
	if err := r.store.Started(ctx, store.KindStart, done.ids...); err != nil {
		r.log.WarnContext(ctx, "starts not marked yet", "dossiers", len(done.ids), "error", kindOf(err))
	}
}

// gathering is how long a message waits for others of its dossier: a party that
// tells several things in a row is heard out, and its dossier moves once instead
// of once for each. Nobody notices so short a wait; a step of a workflow costs
// many times what a message does.
const gathering = 250 * time.Millisecond

// passKicked signals the messages of one lane, in their order. One that does not
// get through is left to its row's own time, and so are those of its dossier that
// were taken with it.
func (r *Relay) passKicked(ctx context.Context, lane <-chan store.Inbox) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-lane:
			r.signalAll(ctx, gather(ctx, m, lane))
		}
	}
}

// gather is a message and what else comes into its lane for a while, by dossier.
func gather(ctx context.Context, first store.Inbox, lane <-chan store.Inbox) map[string][]store.Inbox {
	byDossier := map[string][]store.Inbox{first.DossierCode: {first}}
	enough := time.NewTimer(gathering)
	defer enough.Stop()
	for range laneHolds {
		select {
		case m := <-lane:
			byDossier[m.DossierCode] = append(byDossier[m.DossierCode], m)
		case <-enough.C:
			return byDossier
		case <-ctx.Done():
			return byDossier
		}
	}
	return byDossier
}

func (r *Relay) signalAll(ctx context.Context, byDossier map[string][]store.Inbox) {
	err := each(ctx, slices.Collect(maps.Keys(byDossier)), func(ctx context.Context, code string) error {
		return r.signalOne(ctx, byDossier[code], &r.marks)
	})
	if err != nil && ctx.Err() == nil {
		r.log.WarnContext(ctx, "messages not passed on yet", "error", kindOf(err))
	}
}

// signalOne signals messages of one dossier, in their order and as many at once as
// may be, up to the first that does not get through, and notes them.
func (r *Relay) signalOne(ctx context.Context, messages []store.Inbox, done *handed) error {
	for some := range slices.Chunk(messages, together) {
		n, err := r.signal(some[0].Onto(ctx), some)
		for _, m := range some[:n] {
			done.add(m.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// markEvery is well below the time that a message is left to whoever stored it.
const markEvery = 500 * time.Millisecond

// markKicked marks what was handed on, a little later: by then most of it has
// been dealt with and needs no mark. One whose mark is lost is signalled again,
// which its workflow notices.
func (r *Relay) markKicked(ctx context.Context) error {
	tick := time.NewTicker(markEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.mark(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), markEvery)
			defer cancel()
			r.mark(last)
			return nil
		}
	}
}

func (r *Relay) mark(ctx context.Context) {
	if err := r.store.Signalled(ctx, r.marks.take()...); err != nil {
		r.log.WarnContext(ctx, "messages not marked yet", "error", kindOf(err))
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
	var done handed
	err = each(ctx, order, func(ctx context.Context, code string) error { return r.signalOne(ctx, byDossier[code], &done) })
	return len(rows), errors.Join(err, r.store.Signalled(ctx, done.ids...))
}

// handed gathers what several hands have passed on.
type handed struct {
	mu  sync.Mutex
	ids []string
}

func (h *handed) add(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ids = append(h.ids, id)
}

func (h *handed) take() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := h.ids
	h.ids = nil
	return ids
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
