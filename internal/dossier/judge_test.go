package dossier_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
)

// at is a minute of the morning on which the tests play.
func at(minute int) time.Time {
	return time.Date(2025, 2, 5, 9, minute, 0, 0, dossier.Zone)
}

func report(s dossier.Status, minute int) dossier.Report {
	return dossier.Report{Status: s, At: at(minute)}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const now = 10 // the minute of the newest report believed
	cases := map[string]struct {
		current dossier.Status
		report  dossier.Report
		want    dossier.Belief
	}{
		"the next step":                          {dossier.Registered, report(dossier.Accepted, 11), dossier.Believe},
		"the next step in the same instant":      {dossier.Accepted, report(dossier.Processing, now), dossier.Believe},
		"refused at once":                        {dossier.Registered, report(dossier.Refused, 11), dossier.Believe},
		"back from a supplement":                 {dossier.SupplementRequired, report(dossier.Accepted, 11), dossier.Believe},
		"the same again":                         {dossier.Processing, report(dossier.Processing, now), dossier.Repeat},
		"the same, said anew later":              {dossier.Processing, report(dossier.Processing, 12), dossier.Repeat},
		"the same, said before":                  {dossier.Processing, report(dossier.Processing, 5), dossier.Repeat},
		"a decision that overtook its way":       {dossier.Registered, report(dossier.Resolved, 13), dossier.Early},
		"processing that overtook acceptance":    {dossier.Registered, report(dossier.Processing, 12), dossier.Early},
		"a fee that overtook the processing":     {dossier.SupplementRequired, report(dossier.PaymentRequired, 14), dossier.Early},
		"accepted anew, supplement not heard of": {dossier.Processing, report(dossier.Accepted, 14), dossier.Early},
		"registered anew, supplement unheard of": {dossier.PaymentRequired, report(dossier.Registered, 14), dossier.Early},
		"a late acceptance after a supplement":   {dossier.SupplementRequired, report(dossier.Accepted, 5), dossier.Stale},
		"a late supplement":                      {dossier.Processing, report(dossier.SupplementRequired, 9), dossier.Stale},
		"processing after the decision":          {dossier.Resolved, report(dossier.Processing, 11), dossier.Stale},
		"resolved after a refusal":               {dossier.Refused, report(dossier.Resolved, 11), dossier.Stale},
		"resolved after a withdrawal":            {dossier.Withdrawn, report(dossier.Resolved, 11), dossier.Stale},
		"returned: ours to prove":                {dossier.Resolved, report(dossier.Returned, 11), dossier.Stale},
		"returned, though not even resolved":     {dossier.Processing, report(dossier.Returned, 11), dossier.Stale},
		"withdrawn at the portal":                {dossier.Processing, report(dossier.Withdrawn, 11), dossier.Believe},
		"withdrawn after the decision":           {dossier.Resolved, report(dossier.Withdrawn, 11), dossier.Stale},
		"a status off the list":                  {dossier.Processing, report(11, 11), dossier.Stale},
		"no status":                              {dossier.Processing, report(0, 11), dossier.Stale},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, dossier.Judge(c.current, at(now), c.report))
		})
	}
}

// desk is a caller of Judge as the workflow is one: it moves with what it
// believes, keeps what came early, and judges it again after each step.
type desk struct {
	status dossier.Status
	last   time.Time
	early  []dossier.Report
	path   []dossier.Status
}

func (d *desk) hear(r dossier.Report) {
	switch dossier.Judge(d.status, d.last, r) {
	case dossier.Believe:
		d.status, d.last = r.Status, r.At
		d.path = append(d.path, r.Status)
		kept := d.early
		d.early = nil
		for _, e := range kept {
			d.hear(e)
		}
	case dossier.Repeat:
		if r.At.After(d.last) {
			d.last = r.At
		}
	case dossier.Early:
		d.early = append(d.early, r)
	}
}

// fail is what both *testing.T and *rapid.T can do.
type fail interface {
	require.TestingT
	Helper()
}

// requireSameEnd hears the reports in their order of arrival and wants the end
// that the authority's own order has, by steps of the graph only.
func requireSameEnd(t fail, sent, arrived []dossier.Report) {
	t.Helper()
	d := &desk{status: dossier.Registered}
	for _, r := range arrived {
		d.hear(r)
	}
	if end := sent[len(sent)-1].Status; d.status != end { // spelled out, for it runs a million times
		require.Equal(t, end, d.status, "sent %v, arrived %v", sent, arrived)
	}
	from := dossier.Registered
	for _, to := range d.path {
		if err := dossier.CanMove(from, to, dossier.ByAuthority); err != nil {
			require.NoError(t, err, "sent %v, arrived %v", sent, arrived)
		}
		from = to
	}
}

// TestEveryOrderOfFourReportsEndsTheSame goes through every way of up to four
// steps that an authority can lead a dossier, in every order of arrival, with
// each of its reports once and once more.
func TestEveryOrderOfFourReportsEndsTheSame(t *testing.T) {
	t.Parallel()
	ways := 0
	var lead func(sent []dossier.Report, from dossier.Status)
	lead = func(sent []dossier.Report, from dossier.Status) {
		if len(sent) > 0 {
			ways++
			permute(sent, func(arrived []dossier.Report) { requireSameEnd(t, sent, arrived) })
			for _, again := range sent {
				permute(append(slices.Clone(sent), again), func(arrived []dossier.Report) { requireSameEnd(t, sent, arrived) })
			}
		}
		if len(sent) == 4 {
			return
		}
		for _, to := range dossier.Next(from, dossier.ByAuthority) {
			lead(append(slices.Clone(sent), report(to, len(sent)+1)), to)
		}
	}
	lead(nil, dossier.Registered)
	require.Greater(t, ways, 100)
}

func TestAnyOrderOfReportsEndsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sent := lawfulReports(t)
		again := rapid.SliceOfN(rapid.SampledFrom(sent), 0, 5).Draw(t, "again")
		arrived := rapid.Permutation(append(slices.Clone(sent), again...)).Draw(t, "arrived")
		requireSameEnd(t, sent, arrived)
	})
}

// lawfulReports draws a way on which an authority may lead a dossier, each
// report later than the one before.
func lawfulReports(t *rapid.T) []dossier.Report {
	var sent []dossier.Report
	status, when := dossier.Registered, at(0)
	for range rapid.IntRange(1, 12).Draw(t, "length") {
		next := dossier.Next(status, dossier.ByAuthority)
		if len(next) == 0 {
			break
		}
		status = rapid.SampledFrom(next).Draw(t, "status")
		when = when.Add(time.Duration(rapid.IntRange(1, 1e9).Draw(t, "pause")))
		sent = append(sent, dossier.Report{Status: status, At: when})
	}
	return sent
}

func TestAnyReportsWhateverLeadOnlyAlongTheGraph(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := &desk{status: dossier.Registered}
		for range rapid.IntRange(0, 30).Draw(t, "count") {
			d.hear(report(dossier.Status(rapid.IntRange(-1, 12).Draw(t, "status")), rapid.IntRange(0, 20).Draw(t, "minute")))
		}
		from := dossier.Registered
		for _, to := range d.path {
			by := dossier.ByAuthority
			if to == dossier.Withdrawn {
				by = dossier.ByCitizen // who said so at the portal
			}
			require.NoError(t, dossier.CanMove(from, to, by))
			from = to
		}
		require.NotEqual(t, dossier.Returned, d.status)
	})
}

func TestBridge(t *testing.T) {
	t.Parallel()
	const none = dossier.Status(0)
	cases := []struct{ from, to, want dossier.Status }{
		{dossier.Registered, dossier.Processing, dossier.Accepted},
		{dossier.Registered, dossier.Stopped, dossier.Accepted},
		{dossier.Registered, dossier.Resolved, dossier.Accepted}, // and then over processing
		{dossier.Accepted, dossier.Resolved, dossier.Processing},
		{dossier.SupplementRequired, dossier.PaymentRequired, dossier.Processing},
		{dossier.SupplementRequired, dossier.Resolved, dossier.Processing},
		{dossier.PaymentRequired, dossier.SupplementRequired, dossier.Processing},
		{dossier.PaymentRequired, dossier.Refused, dossier.Processing},
		{dossier.PaymentRequired, dossier.Resolved, dossier.Processing},

		// A supplement lies between: it cannot be passed in silence.
		{dossier.Accepted, dossier.Registered, none},
		{dossier.Processing, dossier.Registered, none},
		{dossier.PaymentRequired, dossier.Registered, none},
		{dossier.Processing, dossier.Accepted, none},

		// Nothing is missing.
		{dossier.Registered, dossier.Accepted, none},
		{dossier.Processing, dossier.Resolved, none},
		{dossier.PaymentRequired, dossier.PaymentRequired, none},

		// The authority has spoken, or it is not the authority's step.
		{dossier.Resolved, dossier.Processing, none},
		{dossier.Refused, dossier.Resolved, none},
		{dossier.Withdrawn, dossier.Accepted, none},
		{dossier.Processing, dossier.Withdrawn, none},
		{dossier.Registered, dossier.Returned, none},
	}
	for _, c := range cases {
		t.Run(strconv.Itoa(int(c.from))+" to "+strconv.Itoa(int(c.to)), func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, dossier.Bridge(c.from, c.to))
		})
	}
}

// TestBridgesLeadThere walks every bridge to its end: over accepted and
// processing only, in lawful steps, to the status that was reported.
func TestBridgesLeadThere(t *testing.T) {
	t.Parallel()
	for _, from := range statuses() {
		for _, to := range statuses() {
			here := from
			for via := dossier.Bridge(from, to); via != 0; via = dossier.Bridge(here, to) {
				require.Contains(t, []dossier.Status{dossier.Accepted, dossier.Processing}, via)
				require.NoError(t, dossier.CanMove(here, via, dossier.ByAuthority))
				here = via
			}
			if here != from {
				require.NoError(t, dossier.CanMove(here, to, dossier.ByAuthority), "the bridge from %s to %s ends at %s", from, to, here)
			}
		}
	}
}

// permute calls visit with every order of the items (Heap's algorithm). The
// slice is reused between the calls.
func permute[T any](items []T, visit func([]T)) {
	items = slices.Clone(items)
	var swap func(int)
	swap = func(n int) {
		if n <= 1 {
			visit(items)
			return
		}
		for i := range n {
			swap(n - 1)
			if n%2 == 0 {
				items[i], items[n-1] = items[n-1], items[i]
			} else {
				items[0], items[n-1] = items[n-1], items[0]
			}
		}
	}
	swap(len(items))
}
