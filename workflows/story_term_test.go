package workflows_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/calendar"
	"hoso/internal/clock"
	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// at is a moment of the stories' February 2025, in Hà Nội.
func at(day, hour int) time.Time { return time.Date(2025, 2, day, hour, 0, 0, 0, dossier.Zone) }

// dates lists the versions of the due date as they were made.
func (w *world) dates() []string {
	var out []string
	for _, d := range w.Dates {
		out = append(out, d.Kind+" "+d.Due.In(dossier.Zone).Format("02/01 15:04"))
	}
	return out
}

// marks lists the moments of the term that were told.
func (w *world) marks() []string {
	var out []string
	for _, s := range w.Steps {
		if s.Clock != nil && s.Clock.Kind == register.ClockMark {
			out = append(out, s.Data["mark"])
		}
	}
	return out
}

// refusals lists why commands of a kind were refused, in the order they were asked.
func (w *world) refusedFor(kind dossier.Command) []string {
	var out []string
	for _, o := range w.Ops {
		if o.Kind == kind && o.Refused != nil {
			out = append(out, o.Refused.Rule)
		}
	}
	return out
}

func extends(to time.Time) operation {
	return operation{Command: workflows.Command{Kind: dossier.Extend, DueAt: &to}}
}

func moves(to time.Time) operation {
	return operation{Command: workflows.Command{Kind: dossier.Deadline, DueAt: &to}}
}

// anew has the date counted by the calendar in force.
func anew() operation {
	return operation{Command: workflows.Command{Kind: dossier.Deadline, Anew: true}}
}

// fridayOff is the usual calendar, and from a time on one in which Friday, 14
// February 2025, is a day off.
func fridayOff(from time.Time) func(time.Time) *calendar.Calendar {
	return func(now time.Time) *calendar.Calendar {
		if now.Before(from) {
			return calendar.Default()
		}
		return otherCalendar()
	}
}

var otherCalendar = sync.OnceValue(func() *calendar.Calendar {
	for _, f := range calendar.DefaultBook().Files() {
		if !strings.Contains(string(f.Data), `"id": "ha-noi"`) {
			continue
		}
		text := strings.Replace(string(f.Data), `"days_off": [`, `"days_off": [{"date": "2025-02-14", "name": "Ngày nghỉ thử", "source": "thử"},`, 1)
		c, err := calendar.Load(strings.NewReader(text))
		if err != nil {
			panic(err)
		}
		return c
	}
	panic("no calendar of the authority's")
})

func overrides(s dossier.Status, with func(*register.PortalReport)) operation {
	o := decide(s, with)
	o.Kind = dossier.Override
	return o
}

func evident(r *register.PortalReport) {
	paperResult(r)
	r.Evidence = "document-1"
}

func appointed(due time.Time) func(*register.PortalReport) {
	return func(r *register.PortalReport) {
		official(r)
		r.DueAt = &due
	}
}

func pausing(r *clock.Rules) { r.Supplement = dossier.Pauses }

// term tells a story whose authority accepts on Monday at nine, with a term of
// five working days, and then does what is listed.
func term(then []said, change func(*script)) script {
	return online(func(s *script) {
		s.portal = portal(map[string][]said{"submit/1": append([]said{{time.Hour, 2, official, false, 0, 1}}, then...)})
		s.staff = staff(givesWhatIsAsked)
		if change != nil {
			change(s)
		}
	})
}

// terms are the stories of the legal clock. They begin on Monday, 10 February.
var terms = map[string]story{
	"a supplement, and the term begins again": {
		script: term([]said{{2 * day, 5, nil, false, 0, 1}}, func(s *script) { supplemented(s, 4, 9) }),
		path:   path(2, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"received 17/02 17:00", "resume 20/02 17:00"}, w.dates(), "complete on Thursday the 13th, and five working days anew")
			require.False(t, w.Row.Overdue)
			require.Empty(t, w.marks(), "a term that stands still warns of nothing")
		},
	},
	"a supplement, and the term stands still meanwhile": {
		script: term([]said{{2 * day, 5, nil, false, 0, 1}}, func(s *script) { s.rules = pausing; supplemented(s, 4, 9) }),
		path:   path(2, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"received 17/02 17:00", "resume 18/02 17:00"}, w.dates(), "Wednesday to Thursday is one working day")
			require.Equal(t, []register.Pause{{From: at(12, 8), To: at(13, 9), Reason: "supplement"}}, local(w.Row.Clock.Pauses))
		},
	},
	"a supplement that is never given": {
		script: term([]said{{2 * day, 5, nil, false, 0, 1}, {40 * day, 3, nil, false, 0, 1}}, func(s *script) { s.staff = nil }),
		path:   path(2, 5, 3), done: keys("submit/1"),
		also: func(t *testing.T, w *world) {
			told := w.stepOf("supplement_not_given")
			require.Equal(t, []any{"supplement_not_given", dossier.WhoAuthority}, []any{told.Task, told.TaskOwner}, "what follows is the authority's to say")
			require.NotContains(t, w.kinds(), "overdue", "the citizen's time is not the authority's")
			require.Contains(t, w.kinds(), "limit_passed", "and the clerk is reminded")
		},
	},
	"a fee, and the term stands still meanwhile": {
		script: term([]said{{day, 6, fee(8000), false, 0, 1}}, func(s *script) {
			p := s.portal
			s.portal = func(w *world, act string, e workflows.Effect) []event {
				if act == "payment" {
					return w.tells(e.Key, []said{{time.Hour, 4, nil, false, 0, 1}, {2 * time.Hour, 9, paperResult, false, 0, 1}})
				}
				return p(w, act, e)
			}
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatPayment: func(*world, register.Position) []ask { return []ask{{2 * day, pays(8000)}} },
			})
		}),
		path: path(2, 6, 4, 9, 10), done: keys("courier/home/1", "payment/8000", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"received 17/02 17:00", "resume 19/02 17:00"}, w.dates())
		},
	},
	"the term waits for the fee": {
		script: term([]said{{day, 6, fee(8000), false, 0, 1}}, func(s *script) {
			s.fee = 8000
			s.rules = func(r *clock.Rules) { r.StartsOn = dossier.OnReceptionAndFee }
			p := s.portal
			s.portal = func(w *world, act string, e workflows.Effect) []event {
				if act == "payment" {
					return w.tells(e.Key, []said{{time.Hour, 4, nil, false, 0, 1}, {2 * time.Hour, 9, paperResult, false, 0, 1}})
				}
				return p(w, act, e)
			}
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatPayment: func(*world, register.Position) []ask { return []ask{{2 * day, pays(8000)}} },
			})
		}),
		path: path(2, 6, 4, 9, 10), done: keys("courier/home/1", "payment/8000", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"fee_paid 20/02 17:00"}, w.dates(), "paid on Thursday, five working days from then")
			require.Nil(t, w.stepOf("status").After.DueAt)
		},
	},
	"the fee that the term waits for is paid at the counter": {
		script: term([]said{{3 * day, 4, nil, false, 0, 1}, {4 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.fee = 8000
			s.rules = func(r *clock.Rules) { r.StartsOn = dossier.OnReceptionAndFee }
			s.asks = []timedAsk{{day, pays(3000)}, {2 * day, pays(5000)}}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"fee_paid 19/02 17:00"}, w.dates(), "settled on Wednesday, five working days from then")
		},
	},
	"the fee that the term waits for is paid at the portal": {
		script: term([]said{{day, 6, fee(8000), false, 0, 1}, {2 * day, 4, nil, false, 0, 1}, {4 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.fee = 8000
			s.rules = func(r *clock.Rules) { r.StartsOn = dossier.OnReceptionAndFee }
		}),
		path: path(2, 6, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"resume 19/02 17:00"}, w.dates(), "the authority goes on, and so it has its fee")
		},
	},
	"decided in time, and heard of after the date": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {7 * day, 9, paperResult, false, day, 1}}, nil),
		path:   path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Contains(t, w.kinds(), "overdue", "as long as nobody knew better")
			require.False(t, w.Row.Overdue, "the authority's word is of the 17th, before closing")
		},
	},
	"asked in time, and heard of after the date": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {7 * day, 5, nil, false, day, 1}, {40 * day, 3, nil, false, 0, 1}}, func(s *script) { s.staff = nil }),
		path:   path(2, 4, 5, 3), done: keys("submit/1"),
		also: func(t *testing.T, w *world) {
			require.Contains(t, w.kinds(), "overdue")
			require.False(t, w.Row.Overdue, "a term that stood still by then did not run out")
		},
	},
	"papers handed over after three o'clock": {
		script: onPaper(func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{7 * time.Hour, offers(clerk, centre)}} },
			})
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Equal(t, at(11, 8), w.Row.Clock.StartedAt.In(dossier.Zone), "taken at four, so it counts from the next morning")
			require.Equal(t, []string{"received 18/02 17:00"}, w.dates())
		},
	},
	"the authority's own appointment, and a supplement that moves it": {
		script: term(nil, func(s *script) {
			s.rules = pausing
			s.portal = portal(map[string][]said{
				"submit/1":     {{time.Hour, 2, appointed(at(14, 10)), false, 0, 1}, {2 * day, 5, nil, false, 0, 1}},
				"supplement/1": {{time.Hour, 4, nil, false, 0, 1}, {2 * time.Hour, 9, paperResult, false, 0, 1}},
			})
		}),
		path: path(2, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"received 14/02 10:00", "resume 17/02 10:00"}, w.dates())
		},
	},
	"late, with an apology and one extension": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {12 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.asks = []timedAsk{
				{3*day + time.Hour, extends(at(14, 17))},        // sooner than promised
				{3*day + 2*time.Hour, extends(at(20, 17))},      // the one
				{4*day + 2*time.Hour, extends(at(25, 17))},      // a second one
				{9*day + 23*time.Hour, moves(at(20, 18))},       // a manager may
				{9*day + 23*time.Hour + 1, extends(at(25, 17))}, // never
			}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"received 17/02 17:00", "extend 20/02 17:00", "move 20/02 18:00"}, w.dates())
			require.Equal(t, []string{"extension_not_later", "wrong_state", "wrong_state"}, w.refusedFor(dossier.Extend))
			require.Equal(t, "apology", w.stepOf("apology_drafted").Task)
			require.Contains(t, w.kinds(), "overdue", "and late all the same")
			require.True(t, w.Row.Overdue)
		},
	},
	"an extension on the last day": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {8 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.asks = []timedAsk{{7*day + 2*time.Hour, extends(at(25, 17))}}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"extension_too_late"}, w.refusedFor(dossier.Extend))
			require.Equal(t, []string{"draft", "half", "day_before", "most"}, w.marks())
		},
	},
	"a short term is warned of and has no apology drafted": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {2 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.rules = func(r *clock.Rules) { r.Term = dossier.Limit{N: 1, Unit: "working_day"} }
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"half", "most"}, w.marks())
			require.NotContains(t, w.kinds(), "apology_drafted")
		},
	},
	"overdue, and in time again by a manager's date": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {9 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.asks = []timedAsk{{8 * day, moves(at(21, 17))}}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Less(t, w.indexOf("overdue"), w.indexOf("deadline"))
			require.False(t, w.Row.Overdue)
		},
	},
	"a second supplement by hand needs an approval": {
		script: onPaper(func(s *script) {
			s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
				dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{time.Hour, offers(clerk, centre)}} },
				dossier.WhatAcceptance: func(*world, register.Position) []ask {
					return []ask{{time.Hour, decide(2, nil)}, {90 * time.Minute, command(dossier.Approve)}, {2 * time.Hour, decide(5, nil)}}
				},
				dossier.WhatSupplement: func(w *world, a register.Position) []ask { return []ask{{time.Hour, supplements(0, nil)}} },
				dossier.WhatDecision: func(w *world, a register.Position) []ask {
					return map[int][]ask{
						1: {{time.Hour, decide(2, nil)}, {2 * time.Hour, decide(5, nil)}, {3 * time.Hour, command(dossier.Approve)},
							{4 * time.Hour, command(dossier.Approve)}, {5 * time.Hour, decide(5, nil)}},
						2: {{time.Hour, decide(4, nil)}, {2 * time.Hour, decide(5, nil)}, {3 * time.Hour, decide(9, paperResult)}},
					}[a.Rounds]
				},
			})
		}),
		path: path(2, 5, 2, 5, 4, 9, 10), done: keys("courier/home/1"), holders: []string{custody.Citizen},
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"wrong_state", "wrong_state"}, w.refusedFor(dossier.Approve), "not before the first, and not twice")
			require.Equal(t, []string{"supplement_limit", "supplement_limit"}, w.refusedFor(dossier.Decide), "not without approval, and never a third")
		},
	},
	"a second supplement from the portal is believed, and somebody must look": {
		script: term([]said{{2 * time.Hour, 5, nil, false, 0, 1}}, func(s *script) {
			p := s.portal
			s.portal = func(w *world, act string, e workflows.Effect) []event {
				switch {
				case act == "supplement" && e.Attempt == 1:
					return w.tells(e.Key, []said{{time.Hour, 4, nil, false, 0, 1}, {2 * time.Hour, 5, nil, false, 0, 1}})
				case act == "supplement":
					return w.tells(e.Key, []said{{time.Hour, 4, nil, false, 0, 1}, {2 * time.Hour, 9, paperResult, false, 0, 1}})
				}
				return p(w, act, e)
			}
		}),
		path: path(2, 5, 4, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1", "supplement/2"),
		also: func(t *testing.T, w *world) {
			i := slices.IndexFunc(w.Steps, func(s step) bool { return s.Data["over_limit"] != "" })
			require.Equal(t, []any{"supplement_over_limit", dossier.WhoManager}, []any{w.Steps[i].Task, w.Steps[i].TaskOwner})
		},
	},
	"the calendar changes, and the date is counted anew": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {9 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.calendar = fridayOff(at(12, 12))
			s.asks = []timedAsk{{day, anew()}, {2*day + 6*time.Hour, anew()}}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"received 17/02 17:00", "recompute 17/02 17:00", "recompute 18/02 17:00"}, w.dates(), "Friday the 14th is off from Wednesday noon on")
			require.Less(t, w.indexOf("due_recomputed"), w.indexOf("overdue"))
			told := w.stepOf("overdue")
			require.WithinDuration(t, at(18, 17), told.Recorded, time.Minute, "and it is the new date that runs out")
		},
	},
	"the calendar changes while the term stands still": {
		script: term([]said{{2 * day, 5, nil, false, 0, 1}}, func(s *script) {
			s.rules = pausing
			s.calendar = fridayOff(at(12, 12))
			s.asks = []timedAsk{{2*day + 6*time.Hour, anew()}}
			supplemented(s, 4, 9)
		}),
		path: path(2, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1", "supplement/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"received 17/02 17:00", "recompute 18/02 17:00", "resume 19/02 17:00"}, w.dates())
			require.Empty(t, w.marks(), "a term that stands still warns of nothing, counted anew or not")
		},
	},
	"overdue, and in time again by the calendar": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {9 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.calendar = fridayOff(at(18, 8))
			s.asks = []timedAsk{{8*day + 2*time.Hour, anew()}}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"received 17/02 17:00", "recompute 18/02 17:00"}, w.dates())
			i := w.indexOf("due_recomputed")
			require.Less(t, w.indexOf("overdue"), i)
			require.Equal(t, "overdue", w.kinds()[i+1], "until the new date has run out too")
		},
	},
	"withdrawn at the portal": {
		script: term([]said{{2 * day, 7, nil, false, 0, 1}}, nil), path: path(2, 7), done: keys("submit/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "closed"},
	},
	"the portal tells of our withdrawal before it answers": {
		script: term(nil, func(s *script) {
			s.asks = []timedAsk{{2 * time.Hour, command(dossier.Withdraw)}}
			s.fault = faultAt("withdraw", fault{answerLost: true})
			s.lookup = func(key string, try int) error {
				if strings.HasSuffix(key, "withdraw/1") && try < 6 {
					return unknown()
				}
				return nil
			}
			p := s.portal
			s.portal = func(w *world, act string, e workflows.Effect) []event {
				if act == "withdraw" {
					return w.tells(e.Key, []said{{time.Minute, 7, nil, false, 0, 1}})
				}
				return p(w, act, e)
			}
		}),
		path: path(2, 7), done: keys("submit/1", "withdraw/1"),
		kinds: []string{"route_decided", "submitted", "status", "status", "withdrawn", "closed"},
		also:  func(t *testing.T, w *world) { require.Empty(t, w.refusedFor(dossier.Withdraw)) },
	},
	"a manager sets the status, where the portal has gone silent": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}}, func(s *script) {
			s.asks = []timedAsk{{day, overrides(5, nil)}, {day + time.Hour, overrides(10, nil)}, {day + 2*time.Hour, overrides(4, nil)}, {2 * day, overrides(9, evident)}}
			s.staff = staff(nil)
		}),
		path: path(2, 4, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"wrong_state"}, w.refusedFor(dossier.Override), "only what the graph has")
			i := slices.IndexFunc(w.Steps, func(s step) bool { return s.Data["to"] == "resolved" })
			require.Equal(t, "document-1", w.Steps[i].Data["document"], "the history names the evidence")
		},
	},
	"not even a manager asks a third time": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {9 * time.Hour, 5, nil, false, 0, 1}, {10 * time.Hour, 4, nil, false, 0, 1},
			{3 * day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.asks = []timedAsk{{12 * time.Hour, overrides(5, nil)}, {13 * time.Hour, command(dossier.Approve)}, {14 * time.Hour, overrides(5, nil)},
				{15 * time.Hour, overrides(4, nil)}, {16 * time.Hour, overrides(5, nil)}}
			s.staff = staff(nil)
		}),
		path: path(2, 4, 5, 4, 5, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"supplement_limit", "supplement_limit"}, w.refusedFor(dossier.Override), "not without approval, and never a third")
		},
	},
	"a manager holds a dossier and lets it go": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {day, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.staff = nil
			s.asks = []timedAsk{{2 * time.Hour, command(dossier.Hold)}, {4 * time.Hour, command(dossier.Retry)}, {3 * day, command(dossier.Resume)}}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, []string{"wrong_state"}, w.refusedFor(dossier.Retry), "what is held on purpose is not retried")
			require.Less(t, w.indexOf("resume"), w.indexOf("delivery_booked"), "nothing goes on by itself meanwhile")
		},
	},
	"held while the parcel travels, which comes to nothing": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {4 * time.Hour, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.carrier = carrier(map[string]way{"home/1": {dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryReturned}})
			s.asks = []timedAsk{{5 * time.Hour, command(dossier.Hold)}, {2 * day, command(dossier.Resume)}}
			s.staff = func(_ *world, _, after register.Position) []ask {
				if after.Parked == "delivery_failed" {
					return []ask{{day, command(dossier.Retry)}}
				}
				return nil
			}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/1", "courier/home/2", "submit/1"),
		also: func(t *testing.T, w *world) {
			i := slices.IndexFunc(w.Steps, func(s step) bool { return s.Task == "delivery_failed" })
			require.Greater(t, i, w.indexOf("resume"), "the clerk hears of it, and nothing is sent anew unasked")
		},
	},
	"held while an order is tried in vain": {
		script: term([]said{{3 * time.Hour, 4, nil, false, 0, 1}, {4 * time.Hour, 9, paperResult, false, 0, 1}}, func(s *script) {
			s.fault = faultAt("courier/home/1", fault{notDone: true}, fault{later: 5 * time.Hour}, fault{refuse: "address_rejected"})
			s.asks = []timedAsk{{5 * time.Hour, command(dossier.Hold)}, {2 * day, command(dossier.Resume)}}
			s.staff = func(_ *world, _, after register.Position) []ask { // of a run that begins anew meanwhile
				if after.Parked == "address_rejected" {
					return []ask{{day, command(dossier.Contact)}}
				}
				return nil
			}
		}),
		path: path(2, 4, 9, 10), done: keys("courier/home/2", "submit/1"),
		also: func(t *testing.T, w *world) {
			require.Equal(t, "held", w.stepOf("parked").After.Parked, "a refusal is noted, and lifts no hold")
			require.Less(t, w.indexOf("resume"), w.indexOf("delivery_booked"))
		},
	},
}

func local(pauses []register.Pause) []register.Pause {
	for i := range pauses {
		pauses[i].From, pauses[i].To = pauses[i].From.In(dossier.Zone), pauses[i].To.In(dossier.Zone)
	}
	return pauses
}

// supplemented lets the portal go on after the supplement.
func supplemented(s *script, then ...dossier.Status) {
	before := s.portal
	s.portal = func(w *world, act string, e workflows.Effect) []event {
		if act != "supplement" {
			return before(w, act, e)
		}
		var course []said
		for i, st := range then {
			x := said{time.Duration(i+1) * time.Hour, st, nil, false, 0, 1}
			if st == dossier.Resolved {
				x.with = paperResult
			}
			course = append(course, x)
		}
		return w.tells(e.Key, course)
	}
}

// A term that runs out while nothing of ours runs is noticed as soon as something
// does, and no earlier.
func TestATermRunsOutWhenItRunsOut(t *testing.T) {
	t.Parallel()
	w := tell(t, terms["an extension on the last day"].script)
	due := w.Dates[len(w.Dates)-1].Due
	require.WithinDuration(t, due, w.stepOf("overdue").Recorded, time.Minute)
	for _, m := range []string{dossier.MarkHalf, dossier.MarkMost} {
		i := slices.IndexFunc(w.Steps, func(s step) bool { return s.Data["mark"] == m })
		require.True(t, w.Steps[i].Recorded.Before(due))
		require.True(t, calendar.Default().WorkingDay(w.Steps[i].Recorded))
	}
}
