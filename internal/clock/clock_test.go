package clock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/calendar"
	"hoso/internal/clock"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

func at(day, hour, minute int) time.Time {
	return time.Date(2025, 2, day, hour, minute, 0, 0, dossier.Zone)
}

// standard are the rules most dossiers go by, for a term of five working days.
func standard(change ...func(*clock.Rules)) clock.Rules {
	r := clock.Rules{ID: "standard", Version: "61-2018", From: "2018-06-21", Term: dossier.Limit{N: 5, Unit: "working_day"}, Calendar: calendar.Default(),
		ClockRules: dossier.ClockRules{StartsOn: dossier.OnReception, PaperStartsOn: dossier.OnHandover, PaperUntil: "15:00", Supplement: dossier.Restarts, Fee: dossier.Pauses,
			Supplements: 1, SupplementsMost: 2, SupplementWait: dossier.Limit{N: 15, Unit: "working_day"}, Extensions: 1,
			ExtendBefore: dossier.Limit{N: 1, Unit: "working_day"}, DraftBefore: dossier.Limit{N: 2, Unit: "working_day"},
			Warnings: []dossier.Warning{{Name: "half", Percent: 50}, {Name: "most", Percent: 80}, {Name: "day_before", Before: &dossier.Limit{N: 1, Unit: "working_day"}}}}}
	for _, c := range change {
		c(&r)
	}
	return r
}

func pausing(r *clock.Rules) { r.Supplement = dossier.Pauses }

// live lets events happen one after the other and gives every version of the due date.
func live(t require.TestingT, r clock.Rules, events ...register.ClockEvent) (register.Clock, []clock.Date) {
	c := clock.Begin(r)
	var dates []clock.Date
	for _, e := range events {
		got, err := clock.Apply(c, e, r)
		require.NoError(t, err, e.Kind)
		if c = got.Clock; got.Date != nil {
			dates = append(dates, *got.Date)
		}
	}
	return c, dates
}

func due(dates []clock.Date) string {
	if len(dates) == 0 {
		return "none"
	}
	return dates[len(dates)-1].DueAt.In(dossier.Zone).Format("02/01 15:04")
}

func received(t time.Time) register.ClockEvent {
	return register.ClockEvent{Kind: register.ClockReceived, At: t}
}

func event(kind string, t time.Time) register.ClockEvent {
	return register.ClockEvent{Kind: kind, At: t}
}

func asks(t time.Time, reason string) register.ClockEvent {
	return register.ClockEvent{Kind: register.ClockPause, At: t, Reason: reason}
}

func dated(kind string, t, due time.Time) register.ClockEvent {
	return register.ClockEvent{Kind: kind, At: t, DueAt: &due}
}

// Wednesday, 5 February 2025 is when most of these dossiers are received.
func TestWhatMovesADueDate(t *testing.T) {
	t.Parallel()
	on := received(at(5, 9, 0))
	paper := func(received time.Time) register.ClockEvent {
		return register.ClockEvent{Kind: register.ClockReceived, At: received, Paper: true}
	}
	owed := register.ClockEvent{Kind: register.ClockReceived, At: at(5, 9, 0), FeeOwed: true}
	withFee := func(r *clock.Rules) { r.StartsOn = dossier.OnReceptionAndFee }
	untimed := func(r *clock.Rules) { r.Term = dossier.Limit{} }
	for name, c := range map[string]struct {
		rules  clock.Rules
		events []register.ClockEvent
		want   string
	}{
		"received":                                   {standard(), []register.ClockEvent{on}, "12/02 17:00"},
		"received twice is received once":            {standard(), []register.ClockEvent{on, received(at(10, 9, 0))}, "12/02 17:00"},
		"a supplement restarts":                      {standard(), []register.ClockEvent{on, asks(at(6, 9, 0), "supplement"), event("resume", at(10, 9, 0))}, "17/02 17:00"},
		"a supplement pauses":                        {standard(pausing), []register.ClockEvent{on, asks(at(6, 9, 0), "supplement"), event("resume", at(10, 9, 0))}, "14/02 17:00"},
		"a supplement within the day pauses nothing": {standard(pausing), []register.ClockEvent{on, asks(at(6, 9, 0), "supplement"), event("resume", at(6, 15, 0))}, "12/02 17:00"},
		"a supplement that stops no clock":           {standard(func(r *clock.Rules) { r.Supplement = dossier.RunsOn }), []register.ClockEvent{on, asks(at(6, 9, 0), "supplement"), event("resume", at(10, 9, 0))}, "12/02 17:00"},
		"a supplement before reception":              {standard(), []register.ClockEvent{asks(at(4, 9, 0), "supplement"), event("resume", at(4, 15, 0)), on}, "12/02 17:00"},
		"resumed without a pause":                    {standard(), []register.ClockEvent{on, event("resume", at(10, 9, 0))}, "12/02 17:00"},
		"a fee pauses":                               {standard(), []register.ClockEvent{on, asks(at(6, 9, 0), "fee"), event("resume", at(10, 9, 0))}, "14/02 17:00"},
		"waits for the fee":                          {standard(withFee), []register.ClockEvent{owed}, "none"},
		"the fee comes":                              {standard(withFee), []register.ClockEvent{owed, event("fee_paid", at(7, 9, 0))}, "14/02 17:00"},
		"the fee was paid before":                    {standard(withFee), []register.ClockEvent{event("fee_paid", at(4, 9, 0)), owed}, "12/02 17:00"},
		"no fee is owed":                             {standard(withFee), []register.ClockEvent{on}, "12/02 17:00"},
		"paper, before the hand-over":                {standard(), []register.ClockEvent{paper(at(5, 9, 0))}, "none"},
		"paper, handed over before":                  {standard(), []register.ClockEvent{event("handed_over", at(4, 14, 0)), paper(at(5, 9, 0))}, "11/02 17:00"},
		"paper, handed over at three sharp":          {standard(), []register.ClockEvent{event("handed_over", at(4, 15, 0)), paper(at(5, 9, 0))}, "11/02 17:00"},
		"paper, handed over after three":             {standard(), []register.ClockEvent{event("handed_over", at(4, 15, 1)), paper(at(5, 9, 0))}, "12/02 17:00"},
		"paper, handed over on Friday after three":   {standard(), []register.ClockEvent{event("handed_over", at(7, 16, 0)), paper(at(7, 16, 30))}, "17/02 17:00"},
		"an appointment":                             {standard(), []register.ClockEvent{dated("received", at(5, 9, 0), at(7, 10, 0))}, "07/02 10:00"},
		"an appointment, and a pause":                {standard(pausing), []register.ClockEvent{dated("received", at(5, 9, 0), at(7, 10, 0)), asks(at(6, 9, 0), "supplement"), event("resume", at(10, 9, 0))}, "11/02 10:00"},
		"an appointment, and a restart":              {standard(), []register.ClockEvent{dated("received", at(5, 9, 0), at(7, 10, 0)), asks(at(6, 9, 0), "supplement"), event("resume", at(10, 9, 0))}, "17/02 17:00"},
		"a new appointment after the supplement":     {standard(), []register.ClockEvent{on, asks(at(6, 9, 0), "supplement"), dated("resume", at(10, 9, 0), at(18, 16, 0))}, "18/02 16:00"},
		"extended":                                   {standard(), []register.ClockEvent{on, dated("extend", at(10, 9, 0), at(20, 17, 0))}, "20/02 17:00"},
		"extended, then a pause":                     {standard(), []register.ClockEvent{on, dated("extend", at(10, 9, 0), at(20, 17, 0)), asks(at(11, 9, 0), "fee"), event("resume", at(12, 9, 0))}, "21/02 17:00"},
		"a pause, then extended":                     {standard(), []register.ClockEvent{on, asks(at(6, 9, 0), "fee"), event("resume", at(7, 9, 0)), dated("extend", at(10, 9, 0), at(20, 17, 0))}, "20/02 17:00"},
		"moved":                                      {standard(), []register.ClockEvent{on, dated("move", at(12, 9, 0), at(24, 17, 0))}, "24/02 17:00"},
		"no term, no date":                           {standard(untimed), []register.ClockEvent{on}, "none"},
		"no term, an appointment":                    {standard(untimed), []register.ClockEvent{dated("received", at(5, 9, 0), at(7, 10, 0))}, "07/02 10:00"},
		"paper that comes with the supplement":       {standard(), []register.ClockEvent{paper(at(5, 9, 0)), asks(at(6, 9, 0), "supplement"), event("handed_over", at(7, 9, 0)), event("resume", at(10, 9, 0))}, "17/02 17:00"},
		"paper that comes with it, and a pause":      {standard(pausing), []register.ClockEvent{paper(at(5, 9, 0)), asks(at(6, 9, 0), "supplement"), event("handed_over", at(7, 9, 0)), event("resume", at(10, 9, 0))}, "17/02 17:00"},
		"a supplement before the hand-over":          {standard(), []register.ClockEvent{paper(at(5, 9, 0)), asks(at(6, 9, 0), "supplement"), event("resume", at(7, 9, 0))}, "none"},
		"a supplement before, and then handed over":  {standard(), []register.ClockEvent{paper(at(5, 9, 0)), asks(at(6, 9, 0), "supplement"), event("resume", at(7, 9, 0)), event("handed_over", at(10, 9, 0))}, "17/02 17:00"},
		"the authority goes on: it has the fee":      {standard(withFee), []register.ClockEvent{owed, asks(at(6, 9, 0), "fee"), event("resume", at(10, 9, 0))}, "17/02 17:00"},
		"a supplement is no fee":                     {standard(withFee), []register.ClockEvent{owed, asks(at(6, 9, 0), "supplement"), event("resume", at(10, 9, 0))}, "none"},
		"the fee is confirmed while it is asked for": {standard(withFee), []register.ClockEvent{owed, asks(at(6, 9, 0), "fee"), event("fee_paid", at(7, 9, 0)), event("resume", at(10, 9, 0))}, "14/02 17:00"},
		"decided, and nothing moves any more":        {standard(), []register.ClockEvent{on, event("stop", at(7, 9, 0)), event("recompute", at(8, 9, 0))}, "12/02 17:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after, dates := live(t, c.rules, c.events...)
			require.Equal(t, c.want, due(dates))
			require.Len(t, dates, after.Dates, "each version is counted")
		})
	}
}

// The derivation of a date says when, by which calendar, and why.
func TestADateExplainsItself(t *testing.T) {
	t.Parallel()
	_, dates := live(t, standard(pausing), received(at(5, 9, 0)), asks(at(6, 9, 0), "supplement"), event("resume", at(10, 9, 0)))
	why := dates[1].Derivation
	require.Equal(t, dates[1].DueAt, why.Due)
	require.Len(t, why.Pauses, 1)
	require.Equal(t, 2, why.Pauses[0].Days)
	require.NotEmpty(t, why.Sentences(calendar.Language("vi")))
	_, dates = live(t, standard(), received(at(5, 9, 0)), dated("move", at(6, 9, 0), at(24, 17, 0)))
	require.NotEqual(t, dates[1].DueAt, dates[1].Derivation.Due, "somebody named another date than the term's")
}

func TestMarks(t *testing.T) {
	t.Parallel()
	names := func(c register.Clock) []string {
		var out []string
		for _, m := range c.Marks {
			out = append(out, m.Name+" "+m.At.In(dossier.Zone).Format("02/01 15:04"))
		}
		return out
	}
	c, _ := live(t, standard(), received(at(5, 9, 0)))
	require.Equal(t, []string{"draft 10/02 08:00", "half 10/02 08:30", "day_before 11/02 08:00", "most 11/02 15:36"}, names(c))
	require.Equal(t, "11/02 17:00", c.ExtendUntil.In(dossier.Zone).Format("02/01 15:04"))

	c, _ = live(t, standard(), received(at(5, 9, 0)), event("mark", at(10, 8, 0)))
	require.Equal(t, dossier.MarkDraft, c.Reached)
	require.Len(t, c.Marks, 3)

	c, _ = live(t, standard(pausing), received(at(5, 9, 0)), event("mark", at(10, 9, 0)), asks(at(11, 9, 0), "supplement"))
	require.Empty(t, c.Marks, "what stands still warns of nothing")
	got, err := clock.Apply(c, event("resume", at(18, 9, 0)), standard(pausing))
	require.NoError(t, err)
	require.Equal(t, []string{"day_before 18/02 08:00", "most 18/02 15:36"}, names(got.Clock), "what was told before the pause is not told again, what has come since is")

	c, _ = live(t, standard(func(r *clock.Rules) { r.Term = dossier.Limit{N: 1, Unit: "same_day"} }), received(at(5, 9, 0)))
	require.Equal(t, []string{"half 05/02 13:30", "most 05/02 15:36"}, names(c), "no day before, and no apology for half a day")
}

func TestOneExtensionInTime(t *testing.T) {
	t.Parallel()
	r := standard()
	c, _ := live(t, r, received(at(5, 9, 0)))
	for name, when := range map[string]time.Time{"the day before, at closing": at(11, 17, 0), "early": at(5, 10, 0)} {
		_, err := clock.Apply(c, dated("extend", when, at(20, 17, 0)), r)
		require.NoError(t, err, name)
	}
	_, err := clock.Apply(c, dated("extend", at(11, 17, 1), at(20, 17, 0)), r)
	require.ErrorIs(t, err, clock.ErrNotNow, "too late")
	c, _ = live(t, r, received(at(5, 9, 0)), dated("extend", at(10, 9, 0), at(20, 17, 0)))
	_, err = clock.Apply(c, dated("extend", at(12, 9, 0), at(25, 17, 0)), r)
	require.ErrorIs(t, err, clock.ErrNotNow, "once")
	c, _ = live(t, r, received(at(5, 9, 0)), asks(at(6, 9, 0), "supplement"))
	_, err = clock.Apply(c, dated("extend", at(6, 10, 0), at(20, 17, 0)), r)
	require.ErrorIs(t, err, clock.ErrNotNow, "what stands still needs none")
}

func TestSupplementsAreCounted(t *testing.T) {
	t.Parallel()
	r := standard()
	c, _ := live(t, r, received(at(5, 9, 0)))
	require.True(t, c.MayAsk())
	require.False(t, c.MayApprove(), "the first needs none")
	c, _ = live(t, r, received(at(5, 9, 0)), asks(at(6, 9, 0), "supplement"), event("resume", at(7, 9, 0)))
	require.False(t, c.MayAsk())
	require.True(t, c.MayApprove())
	c, _ = live(t, r, received(at(5, 9, 0)), asks(at(6, 9, 0), "supplement"), event("resume", at(7, 9, 0)), event("approve", at(7, 10, 0)))
	require.True(t, c.MayAsk())
	require.False(t, c.MayApprove(), "one at a time, and never a third")
	c, _ = live(t, r, asks(at(4, 9, 0), "supplement"))
	require.False(t, c.MayAsk(), "one before acceptance is one")
}

// A term that begins while the citizen has yet to give a supplement stands still
// from its first moment: it warns of nothing and can run out for nobody.
func TestATermThatBeginsDuringASupplement(t *testing.T) {
	t.Parallel()
	r := standard()
	c, _ := live(t, r, register.ClockEvent{Kind: register.ClockReceived, At: at(5, 9, 0), Paper: true}, asks(at(6, 9, 0), "supplement"))
	got, err := clock.Apply(c, event("handed_over", at(7, 9, 0)), r)
	require.NoError(t, err)
	require.NotNil(t, got.Clock.StartedAt)
	require.False(t, got.Clock.Runs())
	require.Empty(t, got.Clock.Marks)
	require.Equal(t, at(7, 9, 0), got.Began.From.In(dossier.Zone))
	got, err = clock.Apply(got.Clock, event("resume", at(10, 9, 0)), r)
	require.NoError(t, err)
	require.True(t, got.Clock.Runs())
	require.Equal(t, at(10, 9, 0), got.Ended.To.In(dossier.Zone))
}

// Rules may have it that no supplement is asked for at all.
func TestRulesWithoutSupplements(t *testing.T) {
	t.Parallel()
	none := standard(func(r *clock.Rules) { r.Supplements, r.SupplementsMost = 0, 0 })
	require.False(t, clock.Begin(none).MayAsk())
	require.True(t, register.Clock{}.MayAsk(), "of a catalogue without clocks nobody knows")
}

// Any rounds of supplements and fees, at any moments: the due date never lies
// behind the end of a pause that began in time, and what happens within it
// never takes working time away from the authority.
func TestNoRoundsMakeADossierOverdue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := standard(func(r *clock.Rules) {
			r.Supplement = rapid.SampledFrom([]dossier.ClockEffect{dossier.Pauses, dossier.Restarts}).Draw(t, "effect")
			r.Term = dossier.Limit{N: rapid.IntRange(1, 30).Draw(t, "n"), Unit: rapid.SampledFrom([]string{"working_day", "day", "hour"}).Draw(t, "unit")}
		})
		now := at(1, 0, 0).Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, "received")) * time.Minute)
		c := clock.Begin(r)
		apply := func(e register.ClockEvent) clock.Change {
			got, err := clock.Apply(c, e, r)
			require.NoError(t, err)
			c = got.Clock
			return got
		}
		due := apply(received(now)).Date.DueAt
		for i := range rapid.IntRange(0, 8).Draw(t, "rounds") {
			now = now.Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(t, "until asked")) * time.Minute)
			if !now.Before(due) {
				return // it was late before it was asked
			}
			apply(asks(now, []string{"supplement", "fee"}[i%2]))
			require.False(t, c.Runs())
			require.Empty(t, c.Marks)
			now = now.Add(time.Duration(rapid.IntRange(0, 30*24*60).Draw(t, "until given")) * time.Minute)
			got := apply(event("resume", now))
			require.NotNil(t, got.Ended)
			require.True(t, c.Runs())
			before := due
			due = got.Date.DueAt
			if r.Supplement == dossier.Pauses {
				require.False(t, due.Before(before), "a pause never brings the date forward")
			}
			opened := r.Calendar.NextOpening(now)
			require.False(t, due.Before(opened), "due %s, and the citizen gave it at %s", due, now)
			for _, m := range c.Marks {
				require.True(t, m.At.Before(due))
			}
		}
	})
}

// An event told twice, or out of order, spoils nothing: the clock says ErrNotNow
// or stays as it is.
func TestAnyEventsInAnyOrder(t *testing.T) {
	t.Parallel()
	kinds := []string{"received", "handed_over", "fee_paid", "pause", "resume", "extend", "move", "recompute", "mark", "approve", "stop"}
	rapid.Check(t, func(t *rapid.T) {
		r := standard()
		c := clock.Begin(r)
		now := at(3, 8, 0)
		dates := 0
		for range rapid.IntRange(0, 40).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(0, 5*24*60).Draw(t, "later")) * time.Minute)
			e := register.ClockEvent{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), At: now, Reason: rapid.SampledFrom([]string{"supplement", "fee"}).Draw(t, "reason"),
				Paper: rapid.Bool().Draw(t, "paper"), FeeOwed: rapid.Bool().Draw(t, "owed")}
			if e.Kind == "extend" || e.Kind == "move" || rapid.IntRange(0, 3).Draw(t, "dated") == 0 {
				due := now.AddDate(0, 0, rapid.IntRange(1, 40).Draw(t, "due in"))
				e.DueAt = &due
			}
			got, err := clock.Apply(c, e, r)
			if err != nil {
				require.ErrorIs(t, err, clock.ErrNotNow)
				continue
			}
			if got.Date != nil {
				dates++
			}
			c = got.Clock
			require.Equal(t, dates, c.Dates)
			require.LessOrEqual(t, c.Extended, c.Extensions)
			require.False(t, c.Runs() && c.Paused != nil)
			if c.Stopped {
				require.Empty(t, c.Marks)
			}
		}
	})
}

// Where the calendar's years have run out nobody can name a date, but nothing
// that happened is lost.
func TestBeyondTheCalendarOnlyTheDateIsMissing(t *testing.T) {
	t.Parallel()
	r := standard()
	_, last := r.Calendar.Reach()
	c := clock.Begin(r)
	got, err := clock.Apply(c, received(last), r)
	require.ErrorIs(t, err, calendar.ErrOutOfReach)
	require.Nil(t, got.Date)
	require.True(t, got.Clock.Runs(), "received it was")
	got, err = clock.Apply(got.Clock, asks(last.Add(time.Hour), "supplement"), r)
	require.NoError(t, err)
	got, err = clock.Apply(got.Clock, event("resume", last.Add(2*time.Hour)), r)
	require.ErrorIs(t, err, calendar.ErrOutOfReach)
	require.Nil(t, got.Clock.Paused, "and the pause is over")
	require.NotNil(t, got.Ended)
}
