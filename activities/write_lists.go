package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"hoso/internal/calendar"
	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/workflows"
)

// WriteLists writes the list of every office and authority that works on the
// day, once. A day that is over has no list any more: it would tell of another
// morning.
func (a *Activities) WriteLists(ctx context.Context, order workflows.ListsOrder) (workflows.ListsMade, error) {
	m := &mornings{Activities: a, now: a.Store.Now(), ListsMade: workflows.ListsMade{Day: order.Day}}
	if dossier.LocalDay(m.now) != order.Day {
		return m.ListsMade, nil
	}
	err := m.write(ctx)
	return m.ListsMade, registerError(err)
}

// mornings are the lists of one day in the making.
type mornings struct {
	*Activities
	workflows.ListsMade
	now time.Time
}

func (m *mornings) write(ctx context.Context) error {
	book, err := m.Calendars(ctx)
	if err != nil {
		return err
	}
	cat, err := m.Store.Catalogue(ctx)
	if err != nil {
		return err
	}
	for _, o := range cat.Offices {
		if !o.Validity.On(m.Day) {
			continue
		}
		cal, _ := book.ForOffice(o.ID, o.Network, m.now) // nil where none serves it
		if err := m.unit(ctx, store.Morning{UnitKind: store.UnitOffice, Unit: o.ID, Network: o.Network}, cal); err != nil {
			return err
		}
	}
	for _, u := range cat.Authorities {
		if !u.Validity.On(m.Day) {
			continue
		}
		cal, err := m.reckoner().Calendar(ctx, u.ID, m.now) // the one its terms go by
		if err != nil {
			return err
		}
		if err := m.unit(ctx, store.Morning{UnitKind: store.UnitAuthority, Unit: u.ID}, cal); err != nil {
			return err
		}
	}
	return nil
}

// unit writes one list, where the unit works and has none of the day yet.
func (m *mornings) unit(ctx context.Context, of store.Morning, cal *calendar.Calendar) error {
	if activity.IsActivity(ctx) {
		activity.RecordHeartbeat(ctx, of.Unit)
	}
	if cal == nil || !cal.WorkingDay(m.now) {
		m.Resting++
		return nil
	}
	switch known, err := m.Store.Listed(ctx, of.UnitKind, of.Unit, m.Day); {
	case err != nil:
		return err
	case known:
		m.Known++
		return nil
	}
	of.Now, of.Today = m.now, midnight(m.now).AddDate(0, 0, 1)
	of.Soon = of.Today
	if next, err := cal.AddWorkingDays(m.now, 1); err == nil { // else the calendar's years end today
		of.Soon = next.AddDate(0, 0, 1)
	}
	items, err := m.Store.ListFor(ctx, of)
	if err != nil {
		return err
	}
	first, err := m.Store.KeepList(ctx, of, items)
	if first {
		m.Written++
		m.Items += len(items)
	}
	return err
}

func midnight(t time.Time) time.Time {
	t = t.In(dossier.Zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, dossier.Zone)
}
