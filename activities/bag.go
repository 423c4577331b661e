package activities

import (
	"context"

	"hoso/internal/register"
)

// LoadBag reads where a bag stands.
func (a *Activities) LoadBag(ctx context.Context, number string) (register.BagSnapshot, error) {
	s, err := a.Store.BagSnapshot(ctx, number)
	return s, registerError(err)
}

// RecordBag writes one step of a bag to the register, once, with the limit that
// the calendar gives for the wait it begins.
func (a *Activities) RecordBag(ctx context.Context, t register.BagStep) (register.BagRecorded, error) {
	if t.Waiting.Until != nil { // a wait that goes on
		got, err := a.Store.RecordBag(ctx, t, t.Waiting.Until)
		return got, registerError(err)
	}
	until, err := a.limit(ctx, register.Transition{After: register.Position{Waiting: t.Waiting}}, a.Store.Now())
	if err != nil {
		return register.BagRecorded{}, registerError(err)
	}
	got, err := a.Store.RecordBag(ctx, t, until)
	return got, registerError(err)
}
