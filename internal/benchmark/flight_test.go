package benchmark

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bounded is a context for a turn that is over in no time, if it is over at all.
func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestSoManyAreOpenAndNoMore(t *testing.T) {
	t.Parallel()
	f := newFlight(20, 3)
	var open, most atomic.Int64
	go f.watch(t.Context(), func(_ context.Context, ids []string) ([]string, error) {
		most.Store(max(most.Load(), open.Load()))
		open.Add(-int64(len(ids)))
		return ids, nil
	})
	ids, err := f.fly(bounded(t), func(_ context.Context, i int) (string, error) {
		open.Add(1)
		return strconv.Itoa(i), nil
	})
	require.NoError(t, err)
	require.Len(t, ids, 20)
	require.Equal(t, "19", ids[19], "in the order in which they were begun")
	require.LessOrEqual(t, most.Load(), int64(3))
}

func TestOneThatEndsBeforeItsIDIsKnownCounts(t *testing.T) {
	t.Parallel()
	f := newFlight(2, 1)
	ids, err := f.fly(bounded(t), func(_ context.Context, i int) (string, error) {
		f.ended(strconv.Itoa(i))
		return strconv.Itoa(i), nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"0", "1"}, ids)
}

func TestAFilingThatFailsEndsTheTurn(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	_, err := newFlight(5, 2).fly(bounded(t), func(context.Context, int) (string, error) { return "", bad })
	require.ErrorIs(t, err, bad)
	f := newFlight(1, 1)
	go f.watch(t.Context(), func(context.Context, []string) ([]string, error) { return nil, bad })
	_, err = f.fly(bounded(t), func(context.Context, int) (string, error) { return "x", nil })
	require.ErrorIs(t, err, bad)
}
