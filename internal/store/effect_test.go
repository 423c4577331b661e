package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/store"
)

func TestEffects(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		key := d.Code + "/submit/1"
		e, first, err := f.BeginEffect(ctx, key, d.Code, "submit")
		require.NoError(t, err)
		require.True(t, first)
		want := store.Effect{Key: key, DossierCode: d.Code, Act: "submit", State: store.EffectPending, Tries: 1, CreatedAt: keep(moment), UpdatedAt: keep(moment)}
		require.Equal(t, want, e)

		f.clock.add(time.Minute)
		e, first, err = f.BeginEffect(ctx, key, d.Code, "submit")
		require.NoError(t, err)
		require.False(t, first, "the try before may have arrived")
		want.Tries = 2
		require.Equal(t, want, e, "asking again is no call: how long the last one may be under way counts on from its own time")

		require.NoError(t, f.TryEffect(ctx, key))
		want.UpdatedAt = keep(f.clock.Now())
		list, err := f.Effects(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, []store.Effect{want}, list, "another call begins")

		require.NoError(t, f.EndEffect(ctx, key, store.EffectRefused, "", "no_such_procedure"))
		require.NoError(t, f.EndEffect(ctx, key, store.EffectDone, "DVC-1", ""))
		require.NoError(t, f.EndEffect(ctx, key, store.EffectRefused, "", "too late"))
		e, first, err = f.BeginEffect(ctx, key, d.Code, "submit")
		require.NoError(t, err)
		require.False(t, first)
		require.Equal(t, []any{store.EffectDone, "DVC-1", ""}, []any{e.State, e.Reference, e.Cause}, "done stays done")

		_, _, err = f.BeginEffect(ctx, d.Code+"/courier/home/1", d.Code, "book_home")
		require.NoError(t, err)
		list, err = f.Effects(ctx, d.Code)
		require.NoError(t, err)
		require.Len(t, list, 2)
		requireKept(t, list)
	})
}

func TestOneEffectAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		processes := []*store.Store{f.Store, f.open(10)}
		var firsts atomic.Int64
		requireNoErrors(t, together(20, func(i int) error {
			_, first, err := processes[i%2].BeginEffect(t.Context(), "k", "VNPHKI-250205-0001-M", "submit")
			if first {
				firsts.Add(1)
			}
			return err
		}))
		require.Equal(t, int64(1), firsts.Load(), "only one may act without asking")
		list, err := f.Effects(t.Context(), "VNPHKI-250205-0001-M")
		require.NoError(t, err)
		require.Equal(t, 20, list[0].Tries)
	})
}
