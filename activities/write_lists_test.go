package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/activities"
	"hoso/internal/calendar"
	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// lister writes lists on a database of its own, by a clock that can be set.
type lister struct {
	*activities.Activities
	t   *testing.T
	now time.Time
}

func newLister(t *testing.T, url string) *lister {
	t.Helper()
	l := &lister{t: t, now: moment}
	s, err := store.Open(url, store.Options{Now: func() time.Time { return l.now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	c, err := catalogue.Default()
	require.NoError(t, err)
	_, err = s.LoadCatalogue(t.Context(), c)
	require.NoError(t, err)
	l.Activities = &activities.Activities{Store: s, Calendars: func(context.Context) (*calendar.Book, error) { return calendar.DefaultBook(), nil }}
	return l
}

// on writes the lists at seven o'clock of a day.
func (l *lister) on(day time.Time) workflows.ListsMade {
	l.t.Helper()
	l.now = time.Date(day.Year(), day.Month(), day.Day(), 7, 0, 0, 0, dossier.Zone)
	made, err := l.WriteLists(l.t.Context(), workflows.ListsOrder{Day: dossier.LocalDay(l.now)})
	require.NoError(l.t, err)
	return made
}

func (l *lister) lists(day string) []store.DailyList {
	l.t.Helper()
	rows, err := l.Store.DailyLists(l.t.Context(), store.Scope{All: true}, store.ListFilter{Day: day, Limit: 500})
	require.NoError(l.t, err)
	return rows
}

func TestTheListsOfEveryWorkingMorning(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(*testing.T) string{
		"postgres": func(t *testing.T) string { return pgtest.Empty(t) },
		"sqlite":   func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/r.db" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLister(t, url(t))
			w := &world{t: t, Activities: l.Activities}
			code := w.file(dossier.Given{Code: "to-khai", Form: dossier.FormNotAvailable, Reason: "lost"})
			snap, err := l.Store.Snapshot(t.Context(), code)
			require.NoError(t, err)
			_, err = l.RecordTransition(t.Context(), register.Transition{Code: code, Step: 1, Kind: "parked", Task: "rejected", Actor: "system", After: func() register.Position {
				p := snap.Position
				p.Parked, p.Waiting = "rejected", register.Waiting{Who: dossier.WhoManager, What: dossier.WhatRetry}
				return p
			}()})
			require.NoError(t, err)

			wednesday := l.on(moment)
			require.Positive(t, wednesday.Written)
			require.Zero(t, wednesday.Resting)
			require.Equal(t, 2, wednesday.Items, "the office's and the authority's")
			for _, list := range l.lists("2025-02-05") {
				if list.Unit == "VNPHKI" || list.Unit == "H26.12.03" {
					require.Equal(t, code, list.Body[0].Code)
					require.Equal(t, []string{"parked"}, list.Body[0].Why)
				} else {
					require.Empty(t, list.Body, "a list of its own, and nothing on it")
				}
			}
			again := l.on(moment)
			require.Equal(t, []int{0, wednesday.Written}, []int{again.Written, again.Known}, "twice is once")

			saturday := l.on(moment.AddDate(0, 0, 3))
			require.Positive(t, saturday.Written, "offices are open on Saturday mornings")
			for _, list := range l.lists(saturday.Day) {
				require.Equal(t, store.UnitOffice, list.UnitKind, "and authorities are not")
			}
			holiday := l.on(time.Date(2025, 4, 30, 0, 0, 0, 0, dossier.Zone))
			require.Zero(t, holiday.Written)
			require.Equal(t, wednesday.Written, holiday.Resting)
			require.Empty(t, l.lists("2025-04-30"), "on a holiday nothing is written")

			made, err := l.WriteLists(t.Context(), workflows.ListsOrder{Day: "2025-04-29"})
			require.NoError(t, err)
			require.Zero(t, made.Written, "a morning that is over has no list any more")
		})
	}
}
