package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// TestRandomLives throws everything at a dossier in any order: reports that are
// true, false, early, late and repeated, commands that make sense and do not,
// calls that fail in every way, runs that die and begin anew. Whatever comes, the
// dossier stays on the graph, does nothing outside twice, never fails, and always
// has somebody whose turn it is (the world looks at every step).
func TestRandomLives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := randomScript(t)
		w := tell(t, s)
		w.requireAlive(t)
		if len(w.moments) == 0 || !rapid.Bool().Draw(t, "a run dies") {
			return
		}
		m := w.moments[rapid.IntRange(0, len(w.moments)-1).Draw(t, "at")]
		w = w.restore(t, m)
		w.playFrom(m.at, workflows.Start{Code: w.Facts.Code})
		w.check(t)
		w.requireAlive(t)
	})
}

// requireAlive wants a dossier that is open to be waited for by somebody until a
// moment to come, or to be in the middle of an act that is still being tried.
func (w *world) requireAlive(t reporter) {
	t.Helper()
	if w.Row.Stage == dossier.StageClosed {
		return
	}
	end := monday.Add(w.script.limit)
	if w.Row.Waiting.What == dossier.WhatWork {
		require.Less(t, end.Sub(w.Steps[len(w.Steps)-1].Recorded), 49*time.Hour, "nobody is at it: %+v after %v", w.Row.Position, w.kinds())
		return
	}
	require.Greater(t, w.Row.Waiting.Until.Sub(end), -49*time.Hour, "%+v after %v", w.Row.Position, w.kinds())
}

func randomScript(t *rapid.T) script {
	checks := []workflows.Checked{{Route: dossier.RouteOnline}, {Route: dossier.RouteOnlineWithPaper}, {Route: dossier.RoutePaper}, poor}
	s := script{
		check: rapid.SampledFrom(checks).Draw(t, "check"), papers: rapid.IntRange(0, 2).Draw(t, "papers"),
		fee: rapid.SampledFrom([]int64{0, 8000}).Draw(t, "fee expected"), limit: 25 * day, endless: true,
		carrier: carrier(map[string]way{"out/1": randomWay(t, "out"), "home/1": randomWay(t, "home"), "home/2": randomWay(t, "home again")}),
	}
	if s.check.Route == dossier.RouteOnline || s.check.Route == dossier.RouteReturn {
		s.papers = 0
	}
	method := rapid.SampledFrom([]dossier.DeliveryMethod{dossier.ByCourier, dossier.AtCounter, dossier.Electronic}).Draw(t, "method")
	s.facts = func(f *register.Facts) { f.Method = method }
	s.portal = portal(map[string][]said{"submit/1": randomSayings(t, "submit"), "submit/2": decides, "supplement/1": randomSayings(t, "supplement")})
	if rapid.Bool().Draw(t, "staff does its work") {
		s.staff = staff(map[dossier.What]func(*world, register.Position) []ask{
			dossier.WhatRescan:     func(*world, register.Position) []ask { return []ask{{day, supplements(0, &good)}} },
			dossier.WhatSupplement: givesWhatIsAsked[dossier.WhatSupplement],
			dossier.WhatPayment:    func(_ *world, a register.Position) []ask { return []ask{{day, pays(max(a.Fees.Due-a.Fees.Paid, 1))}} },
		})
	}
	faults := rapid.SliceOfN(rapid.SampledFrom([]fault{{}, {notDone: true}, {answerLost: true}, {callLost: true}, {refuse: "no"}, {later: 5 * time.Hour}}), 0, 12).Draw(t, "faults")
	n := 0
	s.fault = func(string, string, int) fault {
		if n++; n > len(faults) {
			return fault{}
		}
		return faults[n-1]
	}
	s.opening = rapid.SliceOfN(rapid.Custom(randomEvent), 0, 12).Draw(t, "whatever the portal says")
	for i := range rapid.IntRange(0, 15).Draw(t, "commands") {
		s.asks = append(s.asks, timedAsk{randomTime(t, i), rapid.Custom(randomCommand).Draw(t, fmt.Sprint("command ", i))})
	}
	s.anewAt = rapid.SliceOfNDistinct(rapid.IntRange(1, 30), 0, 5, rapid.ID).Draw(t, "anew")
	return s
}

func randomTime(t *rapid.T, i any) time.Duration {
	return time.Duration(rapid.Int64Range(0, int64(12*day/time.Minute)).Draw(t, fmt.Sprint("minute ", i))) * time.Minute
}

func randomWay(t *rapid.T, name string) way {
	return rapid.SliceOfN(rapid.SampledFrom(dossier.ParcelEventTypes()), 0, 8).Draw(t, name)
}

var allStatuses = []dossier.Status{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}

func randomSayings(t *rapid.T, name string) []said {
	if rapid.IntRange(0, 2).Draw(t, name) > 0 {
		return decides
	}
	var out []said
	for i := range rapid.IntRange(0, 8).Draw(t, name+" says") {
		out = append(out, said{after: randomTime(t, i), status: rapid.SampledFrom(allStatuses).Draw(t, "status"), with: randomDetails(t),
			untold: rapid.Bool().Draw(t, "untold"), late: rapid.SampledFrom([]time.Duration{0, time.Minute, 2 * day}).Draw(t, "late"), times: rapid.IntRange(1, 3).Draw(t, "times")})
	}
	return out
}

func randomDetails(t *rapid.T) func(*register.PortalReport) {
	amount := rapid.SampledFrom([]int64{1, 5000, 8000}).Draw(t, "fee")
	paper := rapid.Bool().Draw(t, "paper")
	return func(r *register.PortalReport) {
		if r.Status == dossier.PaymentRequired {
			r.Fee = amount
		}
		r.Result = &register.Result{Known: true, Paper: paper}
	}
}

func randomEvent(t *rapid.T) event {
	at := randomTime(t, "of a report")
	r := register.PortalReport{Status: rapid.SampledFrom(allStatuses).Draw(t, "status"), At: monday.Add(randomTime(t, "when it happened"))}
	randomDetails(t)(&r)
	return event{At: time.Time{}.Add(at), Says: &r, Quiet: rapid.Bool().Draw(t, "quiet")}
}

func randomCommand(t *rapid.T) operation {
	holders := []custody.Holder{clerk, courier, centre, {Kind: custody.Carrier, ID: "vnpost"}, {Kind: custody.Citizen}}
	switch kind := rapid.SampledFrom(dossier.Commands()).Draw(t, "kind"); kind {
	case dossier.Supplement:
		return supplements(rapid.IntRange(0, 1).Draw(t, "papers given"), rapid.SampledFrom([]*workflows.Checked{nil, &good}).Draw(t, "check"))
	case dossier.RecordFee:
		return pays(rapid.Int64Range(1, 10000).Draw(t, "amount"))
	case dossier.Handover:
		if rapid.Bool().Draw(t, "take") {
			return takes(rapid.SampledFrom(holders).Draw(t, "by"))
		}
		return offers(rapid.SampledFrom(holders).Draw(t, "by"), rapid.SampledFrom(holders).Draw(t, "to"))
	case dossier.Decide:
		return decide(rapid.SampledFrom(allStatuses).Draw(t, "decision"), randomDetails(t))
	case dossier.Override:
		return overrides(rapid.SampledFrom(allStatuses).Draw(t, "set"), randomDetails(t))
	case dossier.Reroute:
		need := rapid.SampledFrom([][]string{nil, {"to-khai"}}).Draw(t, "paper needed")
		return reroutes(rapid.SampledFrom([]dossier.Route{dossier.RouteOnline, dossier.RouteOnlineWithPaper, dossier.RoutePaper, dossier.RouteNotAllowed}).Draw(t, "route"), need...)
	case dossier.Extend:
		return extends(monday.Add(randomTime(t, "put off to")))
	case dossier.Deadline:
		if rapid.Bool().Draw(t, "counted anew") {
			return operation{Command: workflows.Command{Kind: kind, Anew: true}}
		}
		return moves(monday.Add(randomTime(t, "moved to")))
	default:
		return command(kind)
	}
}
