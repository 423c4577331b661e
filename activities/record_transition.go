package activities

import (
	"context"
	"log/slog"
	"time"

	"hoso/internal/calendar"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// RecordTransition writes one step of a dossier to the register, once, with the
// limits that the calendar gives for the wait it begins.
func (a *Activities) RecordTransition(ctx context.Context, t register.Transition) (register.Recorded, error) {
	plan, err := a.plan(ctx, t)
	if err != nil {
		return register.Recorded{}, registerError(err)
	}
	got, err := a.Store.Record(ctx, t, plan)
	return got, registerError(err)
}

func (a *Activities) plan(ctx context.Context, t register.Transition) (store.Plan, error) {
	change, err := a.clock(ctx, t)
	if err != nil {
		return store.Plan{}, err
	}
	plan := store.Plan{Until: t.After.Waiting.Until, Clock: change}
	if plan.Until == nil {
		plan.Until, err = a.limit(ctx, t, a.Store.Now())
	}
	return plan, err
}

// limit is until when a wait may last; nil where there is nothing to wait for.
// How long the citizen has for a supplement is the procedure's.
func (a *Activities) limit(ctx context.Context, t register.Transition, now time.Time) (*time.Time, error) {
	w := t.After.Waiting
	l, ok := dossier.Waits.Limit(w.What)
	if !ok {
		return nil, nil //nolint:nilnil // nothing is waited for
	}
	switch {
	case w.Passed > 0:
		l = dossier.Waits.Reminder(w.Passed)
	case w.What == dossier.WhatSupplement:
		var err error
		if l, err = a.supplementWait(ctx, t.Code); err != nil {
			return nil, err
		}
	}
	cal, err := a.reckoner().Calendar(ctx, "", now)
	if err != nil {
		return nil, err
	}
	at, err := cal.Due(now, calendar.Term{N: l.N, Unit: calendar.Unit(l.Unit)})
	if err != nil { // out of the calendar's reach: calendar days are better than no end
		slog.WarnContext(ctx, "wait limit outside the calendar", "what", w.What, "error", err)
		at = now.AddDate(0, 0, max(l.N, 1))
	}
	return &at, nil
}
