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
	now := a.Store.Now()
	plan := store.Plan{Until: t.After.Waiting.Until}
	if plan.Until == nil {
		plan.Until = a.limit(t.After.Waiting, now)
	}
	if t.After.Status != dossier.Accepted || t.After.DueAt != nil || t.After.ReceivedAt == nil {
		return plan, nil
	}
	due, err := a.due(ctx, t.Code, *t.After.ReceivedAt)
	plan.Due = due
	return plan, err
}

// limit is until when a wait may last; nil where there is nothing to wait for.
func (a *Activities) limit(w register.Waiting, now time.Time) *time.Time {
	l, ok := dossier.Waits.Limit(w.What)
	if !ok {
		return nil
	}
	if w.Passed > 0 {
		l = dossier.Waits.Reminder(w.Passed)
	}
	at, err := a.Calendar.Due(now, calendar.Term{N: l.N, Unit: calendar.Unit(l.Unit)})
	if err != nil { // out of the calendar's reach: calendar days are better than no end
		slog.Warn("wait limit outside the calendar", "what", w.What, "error", err)
		at = now.AddDate(0, 0, max(l.N, 1))
	}
	return &at
}

// due computes the appointment from the procedure's term, where the authority
// named none. A procedure without a term has none.
func (a *Activities) due(ctx context.Context, code string, received time.Time) (*time.Time, error) {
	d, err := a.Store.Dossier(ctx, store.Scope{All: true}, code)
	if err != nil {
		return nil, err
	}
	p, err := a.Store.Procedure(ctx, d.ProcedureCode, d.ProcedureFrom)
	if err != nil {
		return nil, err
	}
	c, _ := p.Case(d.CaseCode)
	term := p.TermOf(c)
	at, err := a.Calendar.Due(received, calendar.Term{N: term.N, Unit: calendar.Unit(term.Unit)})
	if err != nil {
		slog.WarnContext(ctx, "no due date", "code", code, "procedure", p.Code, "error", err)
		return nil, nil //nolint:nilnil // a dossier without an appointment is lawful
	}
	return &at, nil
}
