package workflows_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// orders gives every order of a list, each once.
func orders(list []int) [][]int {
	if len(list) == 0 {
		return [][]int{nil}
	}
	var out [][]int
	used := map[int]bool{}
	for i, first := range list {
		if used[first] {
			continue
		}
		used[first] = true
		rest := append(append([]int{}, list[:i]...), list[i+1:]...)
		for _, o := range orders(rest) {
			out = append(out, append([]int{first}, o...))
		}
	}
	return out
}

// TestReportsInEveryOrder lets the portal's callbacks overtake and repeat each
// other in every way, quickly and slowly. The end is the same.
func TestReportsInEveryOrder(t *testing.T) {
	t.Parallel()
	statuses := []dossier.Status{dossier.Accepted, dossier.Processing, dossier.Resolved}
	for _, gap := range []time.Duration{time.Second, 5 * time.Minute, 2 * day} {
		for _, order := range orders([]int{0, 0, 1, 1, 2, 2}) {
			t.Run(fmt.Sprint(gap, order), func(t *testing.T) {
				t.Parallel()
				w := tell(t, online(func(s *script) {
					s.portal = func(w *world, act string, _ workflowsEffect) []event {
						if act != "submit" {
							return nil
						}
						var out []event
						for n, i := range order {
							r := register.PortalReport{Status: statuses[i], At: monday.Add(time.Duration(i) * time.Minute)}
							if i == 2 {
								paperResult(&r)
							}
							out = append(out, event{ID: fmt.Sprintf("report-%d", i), At: w.now().Add(10*time.Minute + time.Duration(n)*gap), Says: &r})
						}
						return out
					}
				}))
				require.Equal(t, path(2, 4, 9, 10), w.path())
				require.Equal(t, keys("courier/home/1", "submit/1"), w.doneKeys())
				for _, m := range w.Inbox {
					require.Contains(t, []string{"applied", "stale", "late"}, m.State, "%s has been dealt with", m.EventID)
				}
			})
		}
	}
}

// TestParcelEventsInEveryOrder does the same to a carrier's webhook.
func TestParcelEventsInEveryOrder(t *testing.T) {
	t.Parallel()
	states := []dossier.DeliveryState{dossier.DeliveryPickedUp, dossier.DeliveryAttemptFailed, dossier.DeliveryOut, dossier.DeliveryDelivered}
	for _, leg := range []string{"book_out", "book_home"} {
		for _, order := range orders([]int{0, 1, 2, 3}) {
			t.Run(fmt.Sprint(leg, order), func(t *testing.T) {
				t.Parallel()
				w := tell(t, onPaper(func(s *script) {
					s.carrier = func(w *world, b *act) []event {
						if b.Act != leg {
							return w.carries(b.Key, delivered)
						}
						var out []event
						for n, i := range append(order, order...) { // all of it twice
							out = append(out, event{ID: fmt.Sprintf("%s-%d", b.Key, i), At: w.now().Add(time.Duration(n) * time.Minute),
								Parcel: &parcelSays{b.Key, states[i], w.now().Add(time.Duration(i) * time.Second)}})
						}
						return out
					}
				}))
				require.Equal(t, path(2, 4, 9, 10), w.path())
				require.Equal(t, keys("courier/home/1", "courier/out/1"), w.doneKeys())
				require.Equal(t, []string{custody.Citizen}, w.holders())
			})
		}
	}
}

// TestReportsBeforeTheirStage lets the portal speak of a dossier that still lies
// with the clerk, for a better scan.
func TestReportsBeforeTheirStage(t *testing.T) {
	t.Parallel()
	early := func(list ...said) script {
		return online(func(s *script) {
			s.check = poor
			for i, e := range list {
				r := register.PortalReport{Status: e.status, At: monday.Add(time.Duration(i) * time.Minute)}
				if e.with != nil {
					e.with(&r)
				}
				s.opening = append(s.opening, event{At: time.Time{}.Add(time.Hour + time.Duration(i)*time.Minute), Says: &r})
			}
			s.portal = portal(map[string][]said{"submit/1": {{3 * day, 2, official, false, 0, 1}, {3*day + 1, 4, nil, false, 0, 1}, {3*day + 2, 9, paperResult, false, 0, 1}}})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatRescan: func(*world, register.Position) []ask { return []ask{{day, supplements(0, &good)}} },
			})
		})
	}
	t.Run("accepted", func(t *testing.T) {
		t.Parallel()
		w := tell(t, early(said{status: 2}))
		require.Equal(t, path(2, 4, 9, 10), w.path())
		require.Equal(t, keys("courier/home/1", "submit/1"), w.doneKeys())
		require.Equal(t, dossier.WhatRescan, w.stepOf("status").After.Waiting.What, "the clerk's turn is still the clerk's")
	})
	t.Run("resolved", func(t *testing.T) {
		t.Parallel()
		w := tell(t, early(said{status: 9, with: paperResult}))
		require.Equal(t, path(2, 4, 9, 10), w.path())
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		w := tell(t, early(said{status: 3}))
		require.Equal(t, path(3), w.path())
		require.Empty(t, w.doneKeys())
	})
	t.Run("all of it", func(t *testing.T) {
		t.Parallel()
		w := tell(t, early(said{status: 2}, said{status: 4}, said{status: 9, with: noPaper}))
		require.Equal(t, path(2, 4, 9, 10), w.path())
	})
}

// TestWordsThatAreNotTheirs hears statuses that the portal has no say in.
func TestWordsThatAreNotTheirs(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.portal = portal(map[string][]said{"submit/1": append([]said{
			{31 * time.Minute, 10, nil, false, 0, 1}, {32 * time.Minute, 11, nil, false, 0, 1},
		}, decides...)})
	}))
	require.Equal(t, path(2, 4, 9, 10), w.path())
	n := 0
	for _, s := range w.Steps {
		if s.Kind == "report_not_believed" {
			n++
			require.Equal(t, "stale", s.Outcome)
			require.Len(t, s.Inbox, 1)
		}
	}
	require.Equal(t, 2, n)
}

// TestWhatComesAsItCloses arrives while the last step is being written. It is
// noted as late, and its sender's command is answered.
func TestWhatComesAsItCloses(t *testing.T) {
	t.Parallel()
	var reached bool
	w := tell(t, online(func(s *script) {
		s.register = func(w *world, what string) error {
			if what != "delivered" || reached {
				return nil
			}
			reached = true
			now := w.now()
			w.Ops = append(w.Ops, w.prepare(command(dossier.Contact)))
			w.happen(&event{ID: "too-late", At: now, Says: &register.PortalReport{Status: 4, At: now}})
			w.happen(&event{ID: w.Facts.Code + "/courier/home/1-99", At: now, Parcel: &parcelSays{w.Facts.Code + "/courier/home/1", dossier.DeliveryAttemptFailed, now}})
			w.happen(&event{At: now, Asks: w.Ops[0].Operation})
			return nil
		}
	}))
	require.Equal(t, path(2, 4, 9, 10), w.path())
	require.Equal(t, "late_report", w.Steps[len(w.Steps)-1].Kind)
	require.Equal(t, "late", w.message("portal", "too-late").State)
	require.Equal(t, "wrong_state", w.Ops[0].Refused.Rule)
	require.Equal(t, dossier.StageClosed, w.Ops[0].Refused.Stage)
	require.Empty(t, w.Ops[0].Refused.Allowed)
}

// TestReportsHeldWhenItCloses are late as well: the acceptance they waited for
// never came.
func TestReportsHeldWhenItCloses(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 4, nil, false, 0, 1}, {2 * time.Hour, 9, paperResult, false, 0, 1}}})
		s.asks = []timedAsk{{day, command(dossier.Withdraw)}}
	}))
	require.Equal(t, path(7), w.path())
	require.Equal(t, []string{"late", "late"}, []string{w.Inbox[0].State, w.Inbox[1].State})
}

// TestAcceptanceByHandSettlesWhatWasHeld: once an officer has accepted, what the
// portal said before that is old.
func TestAcceptanceByHandSettlesWhatWasHeld(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 4, nil, false, 0, 1}}})
		s.asks = []timedAsk{{day, decide(2, nil)}, {day + time.Hour, decide(4, nil)}, {2 * day, decide(9, paperResult)}}
	}))
	require.Equal(t, path(2, 4, 9, 10), w.path())
	require.Equal(t, "stale", w.Inbox[0].State)
	require.Contains(t, w.kinds(), "report_too_early")
}

// TestReportsInARow: whatever comes in a row is told in one signal, and everything
// ends as if each had come by itself; what comes after the end is late.
func TestReportsInARow(t *testing.T) {
	t.Parallel()
	var together atomic.Int64
	t.Run("stories", func(t *testing.T) {
		for name, s := range stories {
			for _, gather := range []time.Duration{time.Second, 10 * time.Minute} {
				t.Run(fmt.Sprint(name, " within ", gather), func(t *testing.T) {
					t.Parallel()
					s := s
					s.script.gather = gather
					w := tell(t, s.script)
					s.judge(t, w)
					if w.together > 1 {
						together.Add(1)
					}
				})
			}
		}
	})
	require.Greater(t, together.Load(), int64(10), "stories in which several did come together")
}

// TestReportsInARowAndOneMore: what is told after several that were told together is
// taken in after them, also where the dossier hears of all of it at once.
func TestReportsInARowAndOneMore(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.gather, s.apart = 5*time.Minute, true
		s.portal = portal(map[string][]said{
			"submit/1": {{time.Hour, dossier.Accepted, official, false, 0, 1}, {time.Hour + time.Minute, dossier.Processing, nil, false, 0, 1},
				{time.Hour + 2*time.Minute, dossier.PaymentRequired, fee(8000), false, 0, 1}},
			"payment/8000": {{time.Hour, dossier.Processing, nil, false, 0, 1}, {day, dossier.Resolved, paperResult, false, 0, 1}},
		})
		s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
			dossier.WhatPayment: func(*world, register.Position) []ask { return []ask{{time.Hour, pays(8000)}} },
		})
	}))
	require.Equal(t, 2, w.together)
	require.Equal(t, path(2, 4, 6, 4, 9, 10), w.path())
	require.NotNil(t, w.Row.DueAt, "the term runs from the acceptance")
}
