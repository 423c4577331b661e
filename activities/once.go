package activities

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hoso/internal/downstream"
	"hoso/internal/outcome"
	"hoso/internal/store"
	"hoso/workflows"
)

// effect is an outside act in two questions: has it happened, and do it.
type effect struct {
	act string
	// lookup answers with the other side's reference, or with absent.
	lookup func(context.Context) (string, error)
	absent error
	do     func(context.Context) (string, error)
	// done, where there is one, writes that it is done, and whatever follows from
	// that, in one transaction. It may be called again.
	done func(ctx context.Context, reference string) error
}

// once carries an act out at most once per key, whatever the tries. The key is
// stored before the first call; from the second try on the other side is asked
// first, because the try before may have arrived.
func (a *Activities) once(ctx context.Context, order workflows.Effect, e effect) (string, error) {
	row, first, err := a.Store.BeginEffect(ctx, order.Key, order.Code, e.act)
	switch {
	case err != nil:
		return "", registerError(err)
	case row.State == store.EffectDone && e.done != nil:
		return row.Reference, registerError(e.done(ctx, row.Reference))
	case row.State == store.EffectDone:
		return row.Reference, nil
	case row.State == store.EffectRefused:
		return "", asTemporal(outcome.Refuse(row.Cause))
	}
	if !first {
		downstream.Repeat(e.act)
		reference, err := e.lookup(ctx)
		if err == nil {
			return reference, a.succeeded(ctx, order, e, reference)
		}
		if !errors.Is(err, e.absent) {
			return "", asTemporal(askedInVain(err))
		}
		if left := row.UpdatedAt.Add(underWay).Sub(a.Store.Now()); row.Cause == "" && left > 0 {
			return "", asTemporal(outcome.Retry("may_be_under_way", left, nil))
		}
		if err := a.Store.TryEffect(ctx, order.Key); err != nil {
			return "", registerError(err)
		}
	}
	reference, err := e.do(ctx)
	if err != nil {
		return "", a.failed(ctx, order, err)
	}
	return reference, a.succeeded(ctx, order, e, reference)
}

// succeeded writes that an act is done.
func (a *Activities) succeeded(ctx context.Context, order workflows.Effect, e effect, reference string) error {
	if e.done != nil {
		return registerError(e.done(ctx, reference))
	}
	return a.end(ctx, order.Key, store.EffectDone, reference, "")
}

// underWay is how long the other side may still be at work on a call that we
// gave up or that died with its process. Until then "no such act" is no answer:
// doing it again would do it twice.
const underWay = 20 * time.Second

// askedInVain makes a question's failure one of the act: whether it happened is
// still not known. A refusal to answer refuses the question, not the act.
func askedInVain(err error) error {
	if outcome.KindOf(err) == outcome.Refused {
		return outcome.Unsure("lookup_refused", err)
	}
	return err
}

// failed keeps a refusal, which is final for its key, and classifies the rest.
func (a *Activities) failed(ctx context.Context, order workflows.Effect, err error) error {
	kind := outcome.KindOf(err)
	code := "unclassified"
	if e := new(outcome.Error); errors.As(err, &e) {
		code = e.Code
	}
	slog.WarnContext(ctx, "outside act did not succeed", "key", order.Key, "outcome", kind.String(), "cause", code)
	state := store.EffectPending
	if kind == outcome.Refused {
		state = store.EffectRefused
	}
	// Where we gave up the call, the context is over and nothing is written: then
	// the act counts as under way for a while.
	if serr := a.end(ctx, order.Key, state, "", code); serr != nil && kind == outcome.Refused {
		return serr
	}
	return asTemporal(err)
}

func (a *Activities) end(ctx context.Context, key, state, reference, cause string) error {
	return registerError(a.Store.EndEffect(ctx, key, state, reference, cause))
}
