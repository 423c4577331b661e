//go:build linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// TestCutOffOneAfterTheOther runs PostgreSQL, Temporal, worker, API and the outside
// world (portal and carrier) in network namespaces of their own, and cuts off each
// in turn while dossiers are filed and under way: nothing that runs is told, packets
// just do not arrive. What is filed meanwhile is filed on, with the same key where
// no answer came. In the end every dossier is returned, and every act was done once.
func TestCutOffOneAfterTheOther(t *testing.T) {
	t.Parallel()
	l := newLAN(t, "postgres", "temporal", "worker", "api", "outside")
	seed := uint64(number(t, "HOSO_CHAOS_SEED", 20250205))
	y := newSystem(t, setup{
		database: l.postgres(t).URL(),
		portal:   faults(seed), courier: faults(seed + 1),
		temporal: []string{"--allow-remote"}, env: []string{"HOSO_ALLOW_REMOTE=on"},
		places: map[string]place{"temporal": l.place("temporal"), "worker": l.place("worker"), "api": l.place("api"),
			"portal-sim": l.place("outside"), "courier-sim": l.place("outside")},
	})
	c := &cutting{y: y, lan: l, register: y.register(t), temporal: y.dial(t)}
	c.clerk = y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	c.clerk.again = &c.again

	c.cutOff(t, "temporal", c.startsWait)
	c.cutOff(t, "worker", c.workIsLost())
	c.cutOff(t, "api", c.clerksRepeat())
	c.cutOff(t, "outside", c.callsFail(t))
	c.cutOff(t, "postgres", c.registerIsAway())

	began := time.Now()
	y.allReturned(t, c.register, c.codes, 3*time.Minute)
	t.Logf("%d dossiers returned %s after the last cut", len(c.codes), time.Since(began).Round(100*time.Millisecond))
	y.checkLedgers(t, c.codes)
	checkRegister(t, c.register, c.codes)
	y.checkTemporal(t, c.codes)
	y.checkCanaries(t, len(c.codes))
	filed, err := c.register.Counts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, len(c.codes), filed.Dossiers, "a filing that was repeated is one dossier")
}

// How many dossiers are set going before each cut, being filed at it, and filed
// after it.
const underWay, amidCut, afterCut = 4, 3, 3

// cutting is a system on a network, and what has been filed.
type cutting struct {
	y        *system
	lan      *lan
	register *store.Store
	temporal client.Client
	clerk    caller
	again    atomic.Int64 // requests that clerks had to make again
	codes    []string
}

// cutOff cuts a room off while dossiers are under way and others are being filed,
// lets more be filed, and mends the cut once it has been felt: nothing else says
// how long it lasts.
func (c *cutting) cutOff(t *testing.T, name string, felt func(context.Context) error) {
	t.Helper()
	moving := fileMore(t, c.clerk, len(c.codes), underWay)
	c.codes = append(c.codes, moving...)
	require.NoError(t, eventually(time.Minute, func(ctx context.Context) error { return c.oneMoves(ctx, moving) }))

	before := len(c.codes)
	amid := fileMeanwhile(t, c.clerk, before, amidCut)
	var at store.SavedCounts
	require.NoError(t, eventually(time.Minute, func(ctx context.Context) (err error) {
		if at, err = c.register.Counts(ctx); err == nil && at.Dossiers == int64(before) {
			err = errors.New("nothing is being filed")
		}
		return err
	}))
	again, began := c.again.Load(), time.Now()
	c.lan.cut(t, name)
	after := fileMeanwhile(t, c.clerk, before+amidCut, afterCut)
	err := eventually(time.Minute, felt)
	lasted := time.Since(began)
	c.lan.mend(t, name)
	c.codes = slices.Concat(c.codes, amid(), after())
	require.NoError(t, err, "%s is cut off, and nobody feels it", name)
	t.Logf("%s cut off for %s, with %d dossiers open; %d requests made again", name, lasted.Round(100*time.Millisecond), at.Open, c.again.Load()-again)
}

// oneMoves wants one of the dossiers past its first stage: after the cut before,
// everything works together again.
func (c *cutting) oneMoves(ctx context.Context, codes []string) error {
	for _, code := range codes {
		d, err := c.register.Dossier(ctx, store.Scope{All: true}, code)
		if err != nil || d.Stage != dossier.StageIntake {
			return err
		}
	}
	return errors.New("no dossier moves")
}

// postgres starts one in its room.
func (l *lan) postgres(t testing.TB) (c *pgtest.Cluster) {
	t.Helper()
	l.within(t, "postgres", func() { c = pgtest.StartAt(t, l.place("postgres").ip) })
	return c
}

// registerIsAway is how it is felt that PostgreSQL is away: desks get no answer, or
// are told to come back, and API and worker say why.
func (c *cutting) registerIsAway() func(context.Context) error {
	before := c.again.Load()
	return func(ctx context.Context) error {
		if n := c.again.Load() - before; n < afterCut {
			return fmt.Errorf("%d requests were made again", n)
		}
		for _, at := range []string{c.y.api, c.y.metrics} {
			up, err := metric(ctx, at, `hoso_up{part="database"}`)
			if err != nil {
				return err
			}
			if up != 0 {
				return fmt.Errorf("%s says that the database is there", at)
			}
		}
		return nil
	}
}

// startsWait is how it is felt that Temporal is away: dossiers are acknowledged
// and not started, and the API says why.
func (c *cutting) startsWait(ctx context.Context) error {
	waiting, err := c.register.Backlog(ctx)
	if err != nil {
		return err
	}
	if waiting.Starts < afterCut {
		return fmt.Errorf("%d dossiers wait to be started", waiting.Starts)
	}
	up, err := metric(ctx, c.y.api, `hoso_up{part="temporal"}`)
	if err == nil && up != 0 {
		err = errors.New("the API says that Temporal is there")
	}
	return err
}

// workIsLost is how it is felt that the worker is away: Temporal has handed it
// work, and waited in vain.
func (c *cutting) workIsLost() func(context.Context) error {
	began := time.Now()
	return func(ctx context.Context) error {
		newest, err := c.register.Dossiers(ctx, store.Scope{All: true}, store.Filter{Limit: underWay + amidCut + afterCut})
		if err != nil {
			return err
		}
		for _, d := range newest {
			for it := c.temporal.GetWorkflowHistory(ctx, d.Code, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
				e, err := it.Next()
				if err != nil {
					break // it has not been started yet
				}
				if e.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT && e.GetEventTime().AsTime().After(began) {
					return nil
				}
			}
		}
		return errors.New("no work is lost")
	}
}

// clerksRepeat is how it is felt that the API is away: desks get no answer.
func (c *cutting) clerksRepeat() func(context.Context) error {
	before := c.again.Load()
	return func(context.Context) error {
		if n := c.again.Load() - before; n < afterCut {
			return fmt.Errorf("%d requests were made again", n)
		}
		return nil
	}
}

// callsFail is how it is felt that portal and carrier are away: the worker cannot
// say of its calls that they were done, more often than their faults explain.
func (c *cutting) callsFail(t *testing.T) func(context.Context) error {
	failed := func(ctx context.Context) (float64, error) {
		return metric(ctx, c.y.metrics, `hoso_downstream_calls_total{.*outcome="(?:retryable|unknown)".*}`)
	}
	before, err := failed(t.Context())
	require.NoError(t, err)
	return func(ctx context.Context) error {
		now, err := failed(ctx)
		if err == nil && now-before < underWay+amidCut {
			err = fmt.Errorf("%v calls failed", now-before)
		}
		return err
	}
}

// metric adds up what a process serves under names and labels that match.
func metric(ctx context.Context, base, pattern string) (sum float64, err error) {
	_, raw, err := caller{base: base}.once(ctx, http.MethodGet, "/metrics", "", "", nil)
	if err != nil {
		return 0, err
	}
	found := regexp.MustCompile(`(?m)^`+pattern+` (\S+)$`).FindAllSubmatch(raw, -1)
	if len(found) == 0 {
		return 0, fmt.Errorf("%s serves no %s", base, pattern)
	}
	for _, line := range found {
		v, err := strconv.ParseFloat(string(line[1]), 64)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}
