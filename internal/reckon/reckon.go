// Package reckon gathers the rules of a dossier's legal term out of catalogue and
// calendars and lets package clock count by them: for one step of a dossier, or
// for all running terms when a calendar has changed.
package reckon

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

// Reckoner counts terms by the register's catalogue and the calendars in force.
type Reckoner struct {
	Store *store.Store
	// Calendars gives the calendars in force.
	Calendars func(context.Context) (*calendar.Book, error)
}

// Apply works out what an event does to a dossier's legal term.
//
// What the calendar cannot answer, because its years have run out, moves no date:
// the dossier goes on, and the log says so.
func (k Reckoner) Apply(ctx context.Context, d store.Dossier, e register.ClockEvent) (*store.ClockChange, error) {
	p, rules, err := k.Rules(ctx, d, e)
	if err != nil {
		return nil, err
	}
	got, err := clock.Apply(d.Clock, e, rules)
	if reach := new(calendar.ReachError); errors.As(err, &reach) {
		slog.WarnContext(ctx, "no due date", "code", d.Code, "procedure", d.ProcedureCode, "error", err)
		err = nil // what happened is noted, and the dossier goes on
	}
	if errors.Is(err, clock.ErrNotNow) {
		slog.WarnContext(ctx, "the legal term does not take what the workflow says", "code", d.Code, "event", e.Kind)
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

// Rules gathers what a dossier's clock goes by when an event comes to it, and the
// version of the procedure that they are of. A catalogue of before there were
// clocks counts by the procedure's term and nothing else.
func (k Reckoner) Rules(ctx context.Context, d store.Dossier, e register.ClockEvent) (catalogue.Procedure, clock.Rules, error) {
	day := ruleDay(d, e)
	p, err := k.procedureOn(ctx, d, day)
	if err != nil {
		return p, clock.Rules{}, err
	}
	cal, err := k.Calendar(ctx, d.Authority, k.Store.Now())
	if err != nil {
		return p, clock.Rules{}, err
	}
	c, _ := p.Case(d.CaseCode)
	r := clock.Rules{Term: termOf(p.TermOf(c)), Calendar: cal}
	told, err := k.Store.Clock(ctx, p.ClockID(), day)
	if errors.Is(err, store.ErrNotFound) {
		slog.WarnContext(ctx, "no clock in the catalogue", "clock", p.ClockID(), "day", day)
		return p, r, nil
	}
	r.ID, r.Version, r.From, r.ClockRules = told.ID, told.Version, told.Validity.From, told.Rules
	return p, r, err
}

// ruleDay is the day whose rules hold: that of the valid reception, and until
// then that of the filing.
func ruleDay(d store.Dossier, e register.ClockEvent) string {
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
func (k Reckoner) procedureOn(ctx context.Context, d store.Dossier, day string) (catalogue.Procedure, error) {
	p, err := k.Store.ProcedureOn(ctx, d.ProcedureCode, day)
	if errors.Is(err, store.ErrNotFound) {
		return k.Store.Procedure(ctx, d.ProcedureCode, d.ProcedureFrom)
	}
	if _, has := p.Case(d.CaseCode); err == nil && !has {
		return k.Store.Procedure(ctx, d.ProcedureCode, d.ProcedureFrom) // the new version knows no such case
	}
	return p, err
}

// Calendar is the calendar that serves an authority at a time. One that none
// serves goes by the usual one.
func (k Reckoner) Calendar(ctx context.Context, authority string, now time.Time) (*calendar.Calendar, error) {
	book, err := k.Calendars(ctx)
	if err != nil {
		return nil, err
	}
	return calendarFor(book, authority, now), nil
}

func calendarFor(book *calendar.Book, authority string, now time.Time) *calendar.Calendar {
	if c, err := book.ForAuthority(authority, now); err == nil {
		return c
	}
	return calendar.Default()
}

// termOf is a procedure's term as the clock counts it; "none" is no term.
func termOf(t catalogue.Term) dossier.Limit {
	if t.N == 0 {
		return dossier.Limit{}
	}
	return dossier.Limit{N: t.N, Unit: t.Unit}
}

// SupplementWait is how long the citizen has for a supplement.
func (k Reckoner) SupplementWait(ctx context.Context, d store.Dossier) (dossier.Limit, error) {
	usual, _ := dossier.Waits.Limit(dossier.WhatSupplement)
	_, r, err := k.Rules(ctx, d, register.ClockEvent{})
	if err != nil || r.ID == "" {
		return usual, err
	}
	return r.SupplementWait, nil
}
