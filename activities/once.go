package activities

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hoso/internal/downstream"
	"hoso/internal/outcome"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

// effect is an outside act in two questions: has it happened, and do it.
type effect struct {
	act string
	// begin, where there is one, is what a try begins with instead of BeginEffect.
	begin func(context.Context) (store.Begun, error)
	// lookup answers with the other side's reference, or with absent.
	lookup func(context.Context) (string, error)
	absent error
	do     func(context.Context, store.Begun) (string, error)
}

// once carries an act out at most once per key, whatever the tries. The key is
// stored before the first call; from the second try on the other side is asked
// first, because the try before may have arrived.
func (a *Activities) once(ctx context.Context, order workflows.Effect, e effect) (workflows.Performed, error) {
	begun, err := a.begin(ctx, order, e)
	row := begun.Effect
	switch {
	case err != nil:
		return workflows.Performed{}, registerError(err)
	case begun.Down != nil:
		return workflows.Performed{}, a.shut(*begun.Down)
	case row.State == store.EffectDone:
		return a.succeeded(ctx, order, begun, row.Reference) // what follows from it may be missing
	case row.State == store.EffectRefused:
		return workflows.Performed{}, asTemporal(outcome.Refuse(row.Cause))
	}
	if !begun.First {
		downstream.Repeat(e.act)
		reference, err := e.lookup(ctx)
		if err == nil {
			return a.succeeded(ctx, order, begun, reference)
		}
		if !errors.Is(err, e.absent) {
			return workflows.Performed{}, asTemporal(askedInVain(err))
		}
		if left := row.UpdatedAt.Add(underWay).Sub(a.Store.Now()); row.Cause == "" && left > 0 {
			return workflows.Performed{}, asTemporal(outcome.Retry("may_be_under_way", left, nil))
		}
		if err := a.Store.TryEffect(ctx, order.Key); err != nil {
			return workflows.Performed{}, registerError(err)
		}
	}
	reference, err := e.do(ctx, begun)
	if err != nil {
		return workflows.Performed{}, a.failed(ctx, order, err)
	}
	return a.succeeded(ctx, order, begun, reference)
}

func (a *Activities) begin(ctx context.Context, order workflows.Effect, e effect) (begun store.Begun, err error) {
	if e.begin != nil {
		return e.begin(ctx)
	}
	begun.Effect, begun.First, err = a.Store.BeginEffect(ctx, order.Key, order.Code, e.act)
	return begun, err
}

// succeeded writes that an act is done and, in the same transaction, the step that
// follows from it, where the order has one. It may be called again.
func (a *Activities) succeeded(ctx context.Context, order workflows.Effect, begun store.Begun, reference string) (workflows.Performed, error) {
	out := workflows.Performed{Shipment: begun.Shipment.ID}
	done := store.Done{Key: order.Key, Reference: reference, Shipment: begun.Shipment.ID}
	if order.Then != nil {
		got, err := a.recordDone(ctx, done, *order.Then)
		if err == nil {
			out.Recorded = &got
			return out, nil
		}
		// That it is done must stand, whatever keeps the step from being recorded: that
		// is the workflow's affair then.
		slog.WarnContext(ctx, "an outside act is done, and its step waits", "key", order.Key, "cause", store.Cause(err))
	}
	return out, registerError(a.Store.Conclude(ctx, done))
}

// recordDone records the step that follows from an act, with the act's end.
func (a *Activities) recordDone(ctx context.Context, done store.Done, t register.Transition) (register.Recorded, error) {
	if done.Shipment != "" && t.Data != nil {
		t.Data["shipment"] = done.Shipment
	}
	plan, err := a.plan(ctx, t)
	if err != nil {
		return register.Recorded{}, err
	}
	return a.Store.RecordDone(ctx, done, t, plan)
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
