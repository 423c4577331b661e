package activities

import (
	"context"

	"hoso/internal/dossier"
	"hoso/internal/reckon"
	"hoso/internal/register"
	"hoso/internal/store"
)

func (a *Activities) reckoner() reckon.Reckoner {
	return reckon.Reckoner{Store: a.Store, Calendars: a.Calendars}
}

// clock works out what a step does to the dossier's legal term; nil for nothing.
func (a *Activities) clock(ctx context.Context, t register.Transition) (*store.ClockChange, error) {
	if t.Clock == nil {
		return nil, nil //nolint:nilnil // most steps do nothing to it
	}
	d, err := a.Store.Dossier(ctx, store.Scope{All: true}, t.Code)
	if err != nil {
		return nil, err
	}
	return a.reckoner().Apply(ctx, d, *t.Clock)
}

// supplementWait is how long the citizen has for a supplement.
func (a *Activities) supplementWait(ctx context.Context, code string) (dossier.Limit, error) {
	d, err := a.Store.Dossier(ctx, store.Scope{All: true}, code)
	if err != nil {
		usual, _ := dossier.Waits.Limit(dossier.WhatSupplement)
		return usual, err
	}
	return a.reckoner().SupplementWait(ctx, d)
}
