package embedded

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPartsStopFromTheTopDown(t *testing.T) {
	t.Parallel()
	ps := newParts()
	ended := make(chan string, 3)
	for _, name := range []string{"Temporal", "worker", "API"} {
		ps.start(t.Context(), name, func(ctx context.Context) error {
			<-ctx.Done()
			ended <- name
			return nil
		})
	}
	var told []string
	require.NoError(t, ps.stop(func(name string) { told = append(told, name) }))
	require.Equal(t, []string{"API", "worker", "Temporal"}, told)
	require.Equal(t, []string{"API", "worker", "Temporal"}, []string{<-ended, <-ended, <-ended})
}

func TestPartsOutliveTheContextTheyWereStartedIn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ps := newParts()
	ps.start(ctx, "worker", func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
	cancel()
	select {
	case <-ps.running[0].done:
		t.Fatal("it was to be stopped in its turn, not with the others")
	default:
	}
	require.NoError(t, ps.stop(nil))
}

func TestAPartThatEndsByItselfIsAFailure(t *testing.T) {
	t.Parallel()
	ps := newParts()
	bad := errors.New("bad")
	ps.start(t.Context(), "API", func(context.Context) error { return bad })
	require.ErrorIs(t, (<-ps.ended).failure(), bad)
	ps.start(t.Context(), "worker", func(context.Context) error { return nil })
	require.ErrorContains(t, (<-ps.ended).failure(), "worker ended by itself")
	require.ErrorIs(t, ps.stop(nil), bad)
}
