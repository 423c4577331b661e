package activities

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hoso/internal/calendar"
	"hoso/internal/catalogue"
	"hoso/internal/clock"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// clock works out what a step does to the dossier's legal term; nil for nothing.
//
// What the calendar cannot answer, because its years have run out, moves no date:
// the dossier goes on, and the log says so.
func (a *Activities) clock(ctx context.Context, t register.Transition) (*store.ClockChange, error) {
	if t.Clock == nil {
		return nil, nil //nolint:nilnil // most steps do nothing to it
	}
	d, err := a.Store.Dossier(ctx, store.Scope{All: true}, t.Code)
	if err != nil {
		return nil, err
	}
	day := a.ruleDay(d, *t.Clock)
	p, err := a.procedureOn(ctx, d, day)
	if err != nil {
		return nil, err
	}
	rules, err := a.rulesOf(ctx, d, p, day)
	if err != nil {
		return nil, err
	}
	got, err := clock.Apply(d.Clock, *t.Clock, rules)
	if reach := new(calendar.ReachError); errors.As(err, &reach) {
		slog.WarnContext(ctx, "no due date", "code", t.Code, "procedure", d.ProcedureCode, "error", err)
		return &store.ClockChange{Clock: d.Clock}, nil
	}
	if errors.Is(err, clock.ErrNotNow) {
		slog.WarnContext(ctx, "the legal term does not take what the workflow says", "code", t.Code, "event", t.Clock.Kind)
		return &store.ClockChange{Clock: d.Clock}, nil
	}
	if err != nil {
		return nil, err
	}
	change := changeOf(got)
	if p.Validity.From != d.ProcedureFrom {
		change.ProcedureVersion, change.ProcedureFrom = p.Version, p.Validity.From
	}
	return change, nil
}

func changeOf(got clock.Change) *store.ClockChange {
	change := &store.ClockChange{Clock: got.Clock, Began: got.Began, Ended: got.Ended}
	if got.Date != nil {
		change.Date = &store.DueDate{DueAt: got.Date.DueAt, Kind: got.Date.Kind, StartedAt: got.Date.StartedAt, TermN: got.Date.Term.N,
			TermUnit: got.Date.Term.Unit, Derivation: store.DerivationOf(got.Date.Derivation)}
	}
	return change
}

// ruleDay is the day whose rules hold: that of the valid reception, and until
// then that of the filing.
func (a *Activities) ruleDay(d store.Dossier, e register.ClockEvent) string {
	switch {
	case d.Clock.ReceivedAt != nil:
		return dossier.LocalDay(*d.Clock.ReceivedAt)
	case e.Kind == register.ClockReceived:
		return dossier.LocalDay(e.At)
	default:
		return dossier.LocalDay(d.FiledAt)
	}
}

// procedureOn is the dossier's procedure in the version of a day. A procedure
// that has ended since the filing goes on in the version of the filing.
func (a *Activities) procedureOn(ctx context.Context, d store.Dossier, day string) (catalogue.Procedure, error) {
	p, err := a.Store.ProcedureOn(ctx, d.ProcedureCode, day)
	if errors.Is(err, store.ErrNotFound) {
		return a.Store.Procedure(ctx, d.ProcedureCode, d.ProcedureFrom)
	}
	if _, has := p.Case(d.CaseCode); err == nil && !has {
		return a.Store.Procedure(ctx, d.ProcedureCode, d.ProcedureFrom) // the new version knows no such case
	}
	return p, err
}

// rulesOf gathers what the clock goes by. A catalogue of before there were
// clocks counts by the procedure's term and nothing else.
func (a *Activities) rulesOf(ctx context.Context, d store.Dossier, p catalogue.Procedure, day string) (clock.Rules, error) {
	cal, err := a.calendarOf(ctx, d.Authority, a.Store.Now())
	if err != nil {
		return clock.Rules{}, err
	}
	c, _ := p.Case(d.CaseCode)
	r := clock.Rules{Term: termOf(p.TermOf(c)), Calendar: cal}
	k, err := a.Store.Clock(ctx, p.ClockID(), day)
	if errors.Is(err, store.ErrNotFound) {
		slog.WarnContext(ctx, "no clock in the catalogue", "clock", p.ClockID(), "day", day)
		return r, nil
	}
	r.ID, r.Version, r.From, r.ClockRules = k.ID, k.Version, k.Validity.From, k.Rules
	return r, err
}

// calendarOf is the calendar that serves an authority. One that none serves goes
// by the usual one.
func (a *Activities) calendarOf(ctx context.Context, authority string, now time.Time) (*calendar.Calendar, error) {
	book, err := a.Calendars(ctx)
	if err != nil {
		return nil, err
	}
	if c, err := book.ForAuthority(authority, now); err == nil {
		return c, nil
	}
	return calendar.Default(), nil
}

// termOf is a procedure's term as the clock counts it; "none" is no term.
func termOf(t catalogue.Term) dossier.Limit {
	if t.N == 0 {
		return dossier.Limit{}
	}
	return dossier.Limit{N: t.N, Unit: t.Unit}
}

// supplementWait is how long the citizen has for a supplement.
func (a *Activities) supplementWait(ctx context.Context, code string) (dossier.Limit, error) {
	usual, _ := dossier.Waits.Limit(dossier.WhatSupplement)
	d, err := a.Store.Dossier(ctx, store.Scope{All: true}, code)
	if err != nil {
		return usual, err
	}
	day := a.ruleDay(d, register.ClockEvent{})
	p, err := a.procedureOn(ctx, d, day)
	if err != nil {
		return usual, err
	}
	r, err := a.rulesOf(ctx, d, p, day)
	if err != nil || r.ID == "" {
		return usual, err
	}
	return r.SupplementWait, nil
}
