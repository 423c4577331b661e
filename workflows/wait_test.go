package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// later lets somebody act only after three weeks, when every limit has passed.
const later = 21 * day

// TestEveryWaitMayTimeOut lets each party sleep far beyond its limit. The dossier
// marks it, tells, and waits on; when they wake it goes its way.
func TestEveryWaitMayTimeOut(t *testing.T) {
	t.Parallel()
	late := func(kind dossier.What, o operation) func(*script) {
		return func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				kind: func(*world, register.Position) []ask { return []ask{{later, o}} },
			})
		}
	}
	cases := map[dossier.What]script{
		dossier.WhatRescan:   online(also(late(dossier.WhatRescan, supplements(0, &workflows.Checked{Route: dossier.RouteOnline})), func(s *script) { s.check = poor })),
		dossier.WhatHandover: onPaper(late(dossier.WhatHandover, offers(clerk, courier))),
		dossier.WhatTake:     onPaper(late(dossier.WhatTake, takes(centre))),
		dossier.WhatCarriage: onPaper(func(s *script) { s.carrier = slow("book_out") }),
		dossier.WhatAcceptance: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{later, 2, official, false, 0, 1}, {later + time.Hour, 4, nil, false, 0, 1}, {later + day, 9, paperResult, false, 0, 1}}})
		}),
		dossier.WhatDecision: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {30 * day, 9, paperResult, false, 0, 1}}})
		}),
		dossier.WhatSupplement: online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 5, nil, false, 0, 1}},
				"supplement/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatSupplement: func(*world, register.Position) []ask { return []ask{{30 * day, supplements(0, nil)}} },
			})
		}),
		dossier.WhatPayment: online(func(s *script) {
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 6, fee(8000), false, 0, 1}},
				"payment/8000": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatPayment: func(*world, register.Position) []ask { return []ask{{30 * day, pays(8000)}} },
			})
		}),
		dossier.WhatDelivery: online(func(s *script) { s.carrier = slow("book_home") }),
		dossier.WhatPickup: online(func(s *script) {
			s.facts = func(f *register.Facts) { f.Method = dossier.AtCounter }
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatPickup: func(*world, register.Position) []ask { return []ask{{40 * day, command(dossier.Pickup)}} },
			})
		}),
		dossier.WhatRetry: online(also(late(dossier.WhatRetry, command(dossier.Retry)), func(s *script) {
			s.fault = faultAt("submit/1", fault{refuse: "invalid_dossier"})
			s.portal = portal(whicheverSubmission)
		})),
	}
	for what, s := range cases {
		t.Run(string(what), func(t *testing.T) {
			t.Parallel()
			w := tell(t, s)
			require.Equal(t, dossier.Returned, w.Row.Status)
			n := 0
			for i, st := range w.Steps {
				if st.Kind != "limit_passed" && st.Kind != "supplement_not_given" || st.After.Waiting.What != what {
					continue
				}
				n++
				before := w.Steps[i-1]
				require.Equal(t, before.Until.Unix(), st.Recorded.Unix(), "to the second")
				require.Equal(t, n, st.After.Waiting.Passed)
				require.Equal(t, before.After.Waiting.Who, st.After.Waiting.Who, "it is still the same one's turn")
				require.Equal(t, st.Kind, st.Task)
				require.Equal(t, addWorkingDays(st.Recorded, dossier.Waits.Reminder(n).N).Unix(), st.Until.Unix(), "reminder %d", n)
			}
			require.GreaterOrEqual(t, n, 2, "reminded again")
			require.Empty(t, w.opened())
		})
	}
}

// slow is a carrier that takes three weeks for one leg.
func slow(leg string) func(*world, *act) []event {
	return func(w *world, b *act) []event {
		events := w.carries(b.Key, delivered)
		for i := range events {
			if b.Act == leg {
				events[i].At = events[i].At.Add(later)
			}
		}
		return events
	}
}

// TestOverdueOnce marks a dossier as overdue at the appointment, once, whatever
// else goes on.
func TestOverdueOnce(t *testing.T) {
	t.Parallel()
	due := monday.Add(3*day + 9*time.Hour)
	w := tell(t, online(func(s *script) {
		s.portal = portal(map[string][]said{"submit/1": {
			{time.Hour, 2, func(r *register.PortalReport) { r.DueAt = &due }, false, 0, 1},
			{2 * time.Hour, 4, nil, false, 0, 1}, {40 * day, 9, paperResult, false, 0, 1}}})
		s.anewAt = []int{5, 6, 7}
	}))
	n := 0
	for _, s := range w.Steps {
		if s.Kind == "overdue" {
			n++
			require.Equal(t, due.Unix(), s.Recorded.Unix())
			require.Equal(t, dossier.Processing, s.After.Status, "it goes on waiting")
		}
	}
	require.Equal(t, 1, n)
	require.True(t, w.Row.Overdue)
	require.Equal(t, dossier.Returned, w.Row.Status)
}

// Before its time a dossier is not overdue, and one decided in time never is.
func TestNotOverdue(t *testing.T) {
	t.Parallel()
	require.NotContains(t, tell(t, online(nil)).kinds(), "overdue")
}

// A wait that goes on keeps its limit through everything that is no news to it.
func TestNoiseMovesNoLimit(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.portal = portal(map[string][]said{"submit/1": {
			{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1},
			{2 * day, 4, nil, false, 0, 3},                // said again
			{90 * time.Minute, 1, nil, false, 3 * day, 1}, // old
			{30 * day, 9, paperResult, false, 0, 1}}})
		s.asks = []timedAsk{{day, command(dossier.Contact)}, {2 * day, command(dossier.Contact)}}
	}))
	limits := map[string]int64{}
	for _, s := range w.Steps {
		if s.After.Waiting.What == dossier.WhatDecision && s.After.Waiting.Passed == 0 {
			limits[fmt.Sprint(s.Step, s.Kind)] = s.Until.Unix()
		}
	}
	require.Len(t, limits, 10, "two statuses, two corrections, a stale report, four marks of the term, overdue")
	for _, l := range limits {
		require.Equal(t, w.stepOf("status").Until.Unix(), l)
	}
}
