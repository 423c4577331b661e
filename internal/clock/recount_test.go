package clock_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/calendar"
	"hoso/internal/catalogue"
	"hoso/internal/clock"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// standard are the standard rules with a term.
func published(t testing.TB, term dossier.Limit) clock.Rules {
	t.Helper()
	c, err := catalogue.Default()
	require.NoError(t, err)
	k, ok := c.Clock(catalogue.StandardClock, "2025-02-10")
	require.True(t, ok)
	return clock.Rules{ID: k.ID, Version: k.Version, From: k.Validity.From, ClockRules: k.Rules, Term: term, Calendar: calendar.Default()}
}

// lived is a clock to which some of what can happen has happened.
func lived(t testing.TB, r clock.Rules, chance *rand.Rand) register.Clock {
	t.Helper()
	at := time.Date(2025, 2, 10, 9, 0, 0, 0, dossier.Zone).Add(time.Duration(chance.IntN(500*24)) * time.Hour)
	c := clock.Begin(r)
	happens := func(e register.ClockEvent) {
		at = at.Add(time.Duration(chance.IntN(60)) * time.Hour)
		e.At = at
		got, err := clock.Apply(c, e, r)
		if err == nil {
			c = got.Clock
		}
	}
	happens(register.ClockEvent{Kind: register.ClockReceived})
	for range chance.IntN(3) {
		happens(register.ClockEvent{Kind: register.ClockPause, Reason: clock.ReasonSupplement})
		happens(register.ClockEvent{Kind: register.ClockResume})
	}
	if chance.IntN(4) == 0 {
		due := at.AddDate(0, 0, 20)
		happens(register.ClockEvent{Kind: register.ClockMove, DueAt: &due})
	}
	if chance.IntN(4) == 0 {
		happens(register.ClockEvent{Kind: register.ClockPause, Reason: clock.ReasonSupplement})
	}
	return c
}

// The date that a dry run tells is the one that the workflow will make.
func TestRecountIsWhatApplyMakesOfIt(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		unit := []string{"hour", "working_day", "day", "month"}[chance.IntN(4)]
		r := published(t, dossier.Limit{N: 1 + chance.IntN(8), Unit: unit})
		r.Supplement = []dossier.ClockEffect{dossier.Pauses, dossier.Restarts}[chance.IntN(2)]
		c := lived(t, r, chance)
		got, err := clock.Apply(c, register.ClockEvent{Kind: register.ClockRecompute, At: time.Now()}, r)
		require.NoError(t, err)
		due, err := clock.Recount(c, r.Calendar)
		require.NoError(t, err)
		require.Equal(t, got.Date.DueAt, due, fmt.Sprintf("%+v", c))
		require.Equal(t, c.Dates+1, got.Clock.Dates)
	}
}

func TestNothingIsRecountedThatDoesNotCount(t *testing.T) {
	t.Parallel()
	r := published(t, dossier.Limit{N: 5, Unit: "working_day"})
	due, err := clock.Recount(clock.Begin(r), r.Calendar)
	require.NoError(t, err)
	require.Zero(t, due, "not begun")
	c := lived(t, r, rand.New(rand.NewPCG(3, 4)))
	c.Stopped = true
	due, err = clock.Recount(c, r.Calendar)
	require.NoError(t, err)
	require.Zero(t, due, "decided")
	far := time.Date(2099, 1, 1, 9, 0, 0, 0, dossier.Zone)
	_, err = clock.Recount(register.Clock{StartedAt: &far, Term: r.Term}, r.Calendar)
	require.ErrorIs(t, err, calendar.ErrOutOfReach)
}

// A warning is given once, also where the date moves after it.
func TestWhatWasWarnedOfIsNotWarnedOfAgain(t *testing.T) {
	t.Parallel()
	r := published(t, dossier.Limit{N: 20, Unit: "working_day"})
	start := time.Date(2025, 2, 10, 9, 0, 0, 0, dossier.Zone)
	got, err := clock.Apply(clock.Begin(r), register.ClockEvent{Kind: register.ClockReceived, At: start}, r)
	require.NoError(t, err)
	half := got.Clock.Marks[0]
	got, err = clock.Apply(got.Clock, register.ClockEvent{Kind: register.ClockMark, At: half.At}, r)
	require.NoError(t, err)
	ahead := got.Clock.Marks
	got, err = clock.Apply(got.Clock, register.ClockEvent{Kind: register.ClockRecompute, At: half.At.Add(time.Hour)}, r)
	require.NoError(t, err)
	require.Equal(t, half.Name, got.Clock.Reached)
	require.Equal(t, ahead, got.Clock.Marks)
}

func clocks(b *testing.B) ([]register.Clock, clock.Rules) {
	b.Helper()
	r := published(b, dossier.Limit{N: 20, Unit: "working_day"})
	r.Supplement = dossier.Pauses
	chance, all := rand.New(rand.NewPCG(5, 6)), make([]register.Clock, 1000)
	for i := range all {
		all[i] = lived(b, r, chance)
	}
	return all, r
}

// BenchmarkRecount counts dates anew, without their reasons.
func BenchmarkRecount(b *testing.B) {
	all, r := clocks(b)
	i := 0
	for b.Loop() {
		if _, err := clock.Recount(all[i%len(all)], r.Calendar); err != nil {
			b.Fatal(err)
		}
		i++
	}
	perMillion(b)
}

// BenchmarkRecompute makes whole new versions: derivation, warnings, marks.
func BenchmarkRecompute(b *testing.B) {
	all, r := clocks(b)
	i := 0
	e := register.ClockEvent{Kind: register.ClockRecompute, At: time.Now()}
	for b.Loop() {
		if _, err := clock.Apply(all[i%len(all)], e, r); err != nil {
			b.Fatal(err)
		}
		i++
	}
	perMillion(b)
}

func perMillion(b *testing.B) {
	b.Helper()
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*1e6, "s/million")
}
