package supervise

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPartsStopFromTheTopDown(t *testing.T) {
	t.Parallel()
	ps := NewParts()
	ended := make(chan string, 3)
	for _, name := range []string{"Temporal", "worker", "API"} {
		ps.Start(t.Context(), name, func(ctx context.Context) error {
			<-ctx.Done()
			ended <- name
			return nil
		})
	}
	var told []string
	require.NoError(t, ps.Stop(func(name string) { told = append(told, name) }))
	require.Equal(t, []string{"API", "worker", "Temporal"}, told)
	require.Equal(t, []string{"API", "worker", "Temporal"}, []string{<-ended, <-ended, <-ended})
}

func TestPartsOutliveTheContextTheyWereStartedIn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ps := NewParts()
	ps.Start(ctx, "worker", func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
	cancel()
	select {
	case <-ps.running[0].done:
		t.Fatal("it was to be stopped in its turn, not with the others")
	default:
	}
	require.NoError(t, ps.Stop(nil))
}

func TestAPartThatEndsByItselfIsAFailure(t *testing.T) {
	t.Parallel()
	ps := NewParts()
	bad := errors.New("bad")
	ps.Start(t.Context(), "API", func(context.Context) error { return bad })
	require.ErrorIs(t, (<-ps.ended).failure(), bad)
	ps.Start(t.Context(), "worker", func(context.Context) error { return nil })
	require.ErrorContains(t, (<-ps.ended).failure(), "worker ended by itself")
	require.ErrorIs(t, ps.Stop(nil), bad)
}

func TestPartsOfOneLevelStopAtOnce(t *testing.T) {
	t.Parallel()
	ps := NewParts()
	told := make(chan string, 2)
	both := make(chan struct{})
	run := func(name string) func(context.Context) error {
		return func(ctx context.Context) error {
			<-ctx.Done()
			told <- name
			select { // neither ends before both have been told
			case <-both:
				return nil
			case <-time.After(20 * time.Second):
				return errors.New("the other was not told")
			}
		}
	}
	ps.Start(t.Context(), "register", func(ctx context.Context) error {
		<-ctx.Done()
		require.Len(t, told, 2, "what it carries has stopped before")
		return nil
	})
	ps.Start(t.Context(), "worker 1", run("worker 1"))
	ps.Beside(t.Context(), "worker 2", run("worker 2"))
	go func() {
		for len(told) < 2 && t.Context().Err() == nil {
			runtime.Gosched()
		}
		close(both)
	}()
	require.NoError(t, ps.Stop(nil))
}
