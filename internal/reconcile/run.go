package reconcile

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"hoso/internal/relay"
	"hoso/internal/store"
	"hoso/workflows"
)

// How the sampler works: so many dossiers at each turn, a lap through all open
// ones at most so often. With n open dossiers and p processes each is seen within
// the longer of lap and n/(4·p) seconds: 10,000 within 42 minutes of one process.
// Portal and carriers are asked about each once in askedEvery.
const (
	interval = 5 * time.Second
	batch    = 20
	together = 4
	lap      = time.Minute
)

// closedSince is for how long a closed dossier is looked at.
const closedSince = 48 * time.Hour

// Run samples dossiers until the context ends. Several processes may: each takes
// the next ones on the same way.
func (r *Reconciler) Run(ctx context.Context) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if _, err := r.Sample(ctx); err != nil && ctx.Err() == nil {
			r.o.Log.WarnContext(ctx, "the sampler could not look", "error", kindOf(err))
		}
	}
}

func kindOf(err error) string {
	if store.Unavailable(err) {
		return "database away"
	}
	return "temporal away, or refused"
}

// Sample looks at the next few dossiers.
func (r *Reconciler) Sample(ctx context.Context) (workflows.Compared, error) {
	var c workflows.Compared
	codes, err := r.store.Sample(ctx, r.store.Now().Add(-closedSince), batch, lap)
	if err != nil {
		return c, err
	}
	return c, r.each(ctx, codes, Depth{State: true}, &c)
}

// each looks at several dossiers at a time; one that cannot be looked at does not
// hold up the rest.
func (r *Reconciler) each(ctx context.Context, codes []string, deep Depth, c *workflows.Compared) error {
	g := new(errgroup.Group)
	g.SetLimit(together)
	looked, errs := make([]Looked, len(codes)), make([]error, len(codes))
	for i, code := range codes {
		g.Go(func() error {
			looked[i], errs[i] = r.Look(ctx, code, deep)
			return nil
		})
	}
	_ = g.Wait() // each error stands in errs
	var first error
	for i, l := range looked {
		if errs[i] != nil {
			if c.Failed++; first == nil {
				first = errs[i]
			}
			continue
		}
		c.Dossiers++
		c.Corrected += int64(len(l.Corrected))
		c.Standing += int64(len(l.Standing))
		if len(l.Unasked) > 0 {
			c.Unasked++
		}
	}
	return first
}

// Full looks at every open dossier and every one that was closed not long ago,
// from a code on, and at every bag that is under way. beat is told how far it has
// come.
func (r *Reconciler) Full(ctx context.Context, so workflows.Compared, beat func(workflows.Compared)) (workflows.Compared, error) {
	since := r.store.Now().Add(-closedSince)
	for {
		codes, err := r.store.LookAfter(ctx, since, so.After, batch)
		if err != nil {
			return so, err
		}
		if len(codes) == 0 {
			break
		}
		if err := r.each(ctx, codes, Depth{Outside: true}, &so); err != nil && ctx.Err() != nil {
			return so, ctx.Err()
		} else if err != nil && so.Failed > mostFailed {
			return so, err // Temporal or the database is away: the rest would be no better
		}
		so.After = codes[len(codes)-1]
		beat(so)
	}
	return so, r.bags(ctx, &so, beat)
}

// mostFailed is how many dossiers a full run may fail to look at before it gives
// up, to be tried again from there.
const mostFailed = 100

// bags wants the workflow of every bag under way to run.
func (r *Reconciler) bags(ctx context.Context, so *workflows.Compared, beat func(workflows.Compared)) error {
	for after := ""; ; {
		numbers, err := r.store.BagsUnderWay(ctx, after, batch)
		if err != nil || len(numbers) == 0 {
			return err
		}
		for _, number := range numbers {
			if err := r.bag(ctx, number, so); err != nil {
				return err
			}
		}
		after = numbers[len(numbers)-1]
		beat(*so)
	}
}

func (r *Reconciler) bag(ctx context.Context, number string, so *workflows.Compared) error {
	missing := func() (run relay.Run, is bool, err error) {
		if run, err = r.workflows.Look(ctx, number); err != nil || run.Running {
			return run, false, err
		}
		ordered, err := r.store.StartOrdered(ctx, store.KindBag, number, r.store.Now().Add(-r.o.Grace))
		if err != nil || ordered {
			return run, false, err
		}
		open, err := r.store.BagOpen(ctx, number)
		return run, open, err
	}
	so.Bags++
	if _, is, err := missing(); err != nil || !is {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(r.o.Pause):
	}
	run, is, err := missing()
	if err != nil || !is {
		return err
	}
	if err := r.workflows.StartBag(ctx, number); err != nil {
		return err
	}
	so.Corrected++
	found := run.Ended
	if found == "" {
		found = "none"
	}
	return r.store.Correct(ctx, store.Correction{DossierCode: number, Kind: BagMissing, Found: found, Done: "workflow_started_anew"})
}
