package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

func unknown() error { return temporal.NewApplicationError("timed_out", workflows.EffectUnknownType) }

// faultAt spoils the tries of one act; later ones succeed.
func faultAt(name string, faults ...fault) func(string, string, int) fault {
	return func(act, key string, try int) fault {
		if act != name && !strings.HasSuffix(key, name) || try > len(faults) {
			return fault{}
		}
		return faults[try-1]
	}
}

func many(n int, f fault) []fault {
	out := make([]fault, n)
	for i := range out {
		out[i] = f
	}
	return out
}

// after gives the same course to a second submission.
var whicheverSubmission = map[string][]said{"submit/1": decides, "submit/2": decides}

var submissions = map[string]story{
	"the portal is busy at first": {
		script: online(func(s *script) { s.fault = faultAt("submit", fault{later: time.Minute}, fault{notDone: true}) }),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "delivered"},
	},
	"the portal's answer is lost": {
		script: online(func(s *script) { s.fault = faultAt("submit", fault{answerLost: true}) }),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			a := w.Portal.act(w.Facts.Code + "/submit/1")
			require.Equal(t, []int{1, 1}, []int{a.Tries, a.Asked}, "asked, not done again")
		},
	},
	"our call is lost": {
		script: online(func(s *script) { s.fault = faultAt("submit", fault{callLost: true}, fault{callLost: true}) }),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			a := w.Portal.act(w.Facts.Code + "/submit/1")
			require.Equal(t, []int{3, 2}, []int{a.Tries, a.Asked}, "asked before every repetition")
		},
	},
	"the portal refuses the submission": {
		script: online(func(s *script) {
			s.fault = faultAt("submit/1", fault{refuse: "invalid_dossier"})
			s.portal = portal(whicheverSubmission)
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/2"),
		kinds: []string{"route_decided", "parked", "retry", "submitted", "status", "status", "status", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			parked := w.stepOf("parked")
			require.Equal(t, []any{"submission_refused", "invalid_dossier", dossier.WhoManager}, []any{parked.Task, parked.TaskCause, parked.After.Waiting.Who})
		},
	},
	"the portal cannot be reached for days": {
		script: online(func(s *script) { s.fault = faultAt("submit", many(14, fault{notDone: true})...) }),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, "portal_unreachable", w.stepOf("parked").Task)
			require.Equal(t, 15, w.Portal.act(w.Facts.Code+"/submit/1").Tries, "under the same key")
		},
	},
	"the portal asks to stay away until the time is over": {
		script: online(func(s *script) { s.fault = faultAt("submit", many(5, fault{later: 13 * time.Hour})...) }),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, "portal_unreachable", w.stepOf("parked").Task)
			require.WithinDuration(t, monday.Add(39*time.Hour), w.stepOf("parked").Recorded, time.Hour, "two days, less what would be too late anyway")
		},
	},
	"the portal decides before it answers": {
		script: online(func(s *script) {
			s.fault = faultAt("submit", fault{answerLost: true})
			s.lookup = func(key string, try int) error {
				if strings.HasSuffix(key, "submit/1") && try < 6 {
					return unknown()
				}
				return nil
			}
			s.portal = portal(map[string][]said{"submit/1": {{time.Second, 2, official, false, 0, 1}, {2 * time.Second, 4, nil, false, 0, 1}, {3 * time.Second, 9, paperResult, false, 0, 1}}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
	},
	"the portal accepts what we think it has not got": {
		script: online(func(s *script) {
			s.fault = faultAt("submit", fault{answerLost: true})
			s.lookup = func(key string, try int) error {
				if strings.HasSuffix(key, "submit/1") && try < 12 {
					return unknown()
				}
				return nil
			}
			s.portal = portal(map[string][]said{"submit/1": {{2 * time.Hour, 2, official, false, 0, 1}, {3 * time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}}})
			s.staff = nil // the matter settles itself
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) { require.Equal(t, "portal_unreachable", w.stepOf("parked").Task) },
	},
	"the portal refuses a supplement once": {
		script: online(func(s *script) {
			s.fault = faultAt("supplement/1", fault{refuse: "too_large"})
			s.portal = portal(map[string][]said{
				"submit/1":       {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 5, nil, false, 0, 1}},
				"supplement/1.2": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(givesWhatIsAsked)
		}),
		path: path(2, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1.2"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, "supplement_refused", w.stepOf("parked").Task)
			require.Equal(t, 1, w.Portal.act(w.Facts.Code+"/supplement/1.2").Attempt, "the same round")
			require.Equal(t, 1, w.Portal.act(w.Facts.Code+"/supplement/1.2").Before, "which was refused once: the register gives what counts now")
		},
	},
	"the portal refuses a payment once": {
		script: online(func(s *script) {
			s.fault = faultAt("payment/8000", fault{refuse: "wrong_amount"})
			s.portal = portal(map[string][]said{
				"submit/1":       {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 6, fee(8000), false, 0, 1}},
				"payment/8000.2": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatPayment: func(*world, register.Position) []ask { return []ask{{time.Hour, pays(8000)}} },
			})
		}),
		path: path(2, 6, 4, 9, 10), done: keys("courier/home/1", "payment/8000.2", "submit/1"),
		also: func(t *testing.T, w *world) { require.Equal(t, "payment_refused", w.stepOf("parked").Task) },
	},
	"the portal goes on before it answers the supplement": {
		script: online(func(s *script) {
			s.fault = faultAt("supplement/1", fault{answerLost: true})
			s.lookup = func(key string, try int) error {
				if strings.HasSuffix(key, "supplement/1") && try < 5 {
					return unknown()
				}
				return nil
			}
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 5, nil, false, 0, 1}},
				"supplement/1": {{time.Second, 4, nil, false, 0, 1}, {2 * time.Second, 5, asking("giay-khac"), false, 0, 1}},
				"supplement/2": {{time.Second, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
			})
			s.staff = staff(givesWhatIsAsked)
		}),
		path: path(2, 5, 4, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1", "supplement/2"),
	},
	"silent, the portal and the carrier": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, true, 0, 1}, {3 * time.Hour, 4, nil, true, 0, 1}, {2 * day, 9, paperResult, true, 0, 1}}})
			s.carrier = func(w *world, b *act) []event {
				events := w.carries(b.Key, delivered)
				for i := range events {
					events[i].Untold = true
				}
				return events
			}
			s.staff = nil
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
	},
	"silent, the carrier of the papers": {
		script: onPaper(func(s *script) {
			s.carrier = func(w *world, b *act) []event {
				events := w.carries(b.Key, delivered)
				for i := range events {
					events[i].Untold = true
				}
				return events
			}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/out/1"), holders: []string{"citizen"},
	},
	"processing is never told": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 9, paperResult, false, 0, 1}}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status_passed", "status", "delivery_booked", "delivered"},
		also: func(t *testing.T, w *world) {
			require.Equal(t, monday.Add(2*time.Hour+dossier.Waits.EarlyReport).Unix(), w.stepOf("status_passed").Recorded.Unix(), "after asking")
		},
	},
	"processing is told only when asked": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {90 * time.Minute, 4, nil, true, 0, 1}, {100 * time.Minute, 9, paperResult, false, 0, 1}}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "status", "delivery_booked", "delivered"},
	},
	"acceptance comes three days late": {
		script: online(func(s *script) {
			s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 3 * day, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {3 * time.Hour, 9, paperResult, false, 0, 1}}})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			told := w.stepOf("report_too_early")
			require.Equal(t, "report_contradicted", told.Task)
			require.Equal(t, "processing", told.Data["reported"])
		},
	},
}

// What is given between two tries of a supplement is known to the run alone, not to
// the register, so that this story is told without beginning anew.
var betweenTries = story{
	script: online(func(s *script) {
		s.fault = faultAt("supplement/1", many(14, fault{notDone: true})...)
		s.portal = portal(map[string][]said{
			"submit/1":     {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 5, nil, false, 0, 1}},
			"supplement/2": {{time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}},
		})
		s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
			dossier.WhatSupplement: givesWhatIsAsked[dossier.WhatSupplement],
			dossier.WhatRetry:      func(*world, register.Position) []ask { return []ask{{time.Hour, supplements(0, nil)}} },
		})
	}),
	path: path(2, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1", "supplement/2"),
	also: func(t *testing.T, w *world) {
		require.Equal(t, "supplement_unreachable", w.stepOf("parked").Task, "what was given since goes as a further round")
	},
}

func TestABetterSupplementWhileThePortalCannotBeReached(t *testing.T) {
	t.Parallel()
	w := tell(t, betweenTries.script)
	betweenTries.judge(t, w)
	betweenTries.also(t, w)
}

// TestStepsRecordedAlong: what goes well at the first try costs no call of its own
// for its step; what does not is recorded by itself.
func TestStepsRecordedAlong(t *testing.T) {
	t.Parallel()
	w := tell(t, online(nil))
	require.Equal(t, 2, w.Along, "the submission's and the booking's")
	for i, kind := range []string{"submitted", "delivery_booked"} {
		then := w.orders[i].Then
		require.Equal(t, []any{kind, w.Facts.Code, w.stepOf(kind).Step}, []any{then.Kind, then.Code, then.Step}, "an order stays as it was given: a try that was given up may still be reading it")
	}
	require.Equal(t, 1, tell(t, online(func(s *script) { s.fault = faultAt("submit", fault{answerLost: true}) })).Along)
}
