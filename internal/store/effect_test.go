package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
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

// A submission begins with what the portal is told. While the portal takes nothing
// it does not begin, so that nobody asks about it afterwards.
func TestBeginSubmission(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		key := d.Code + "/submit/1"
		until := moment.Add(time.Hour)
		_, err := f.AnnouncePortal(ctx, request("maintenance"), store.PortalState{Kind: dossier.PortalMaintenance, FromAt: moment, UntilAt: &until},
			func(store.PortalState) store.Answer { return store.Answer{} })
		require.NoError(t, err)
		begun, err := f.BeginSubmission(ctx, key, d.Code)
		require.NoError(t, err)
		require.NotNil(t, begun.Down)
		require.Equal(t, keep(until), *begun.Down.UntilAt)
		require.Zero(t, f.count("effects", ""))

		f.clock.add(2 * time.Hour)
		begun, err = f.BeginSubmission(ctx, key, d.Code)
		require.NoError(t, err)
		require.Nil(t, begun.Down)
		require.True(t, begun.First)
		require.Equal(t, []any{d.Code, 1, "submit", key}, []any{begun.Dossier.Code, len(begun.Components), begun.Act, begun.Key})
		require.NotEmpty(t, begun.People[store.PartApplicant].FullName)
		begun, err = f.BeginSubmission(ctx, key, d.Code)
		require.NoError(t, err)
		require.Equal(t, []any{false, 2, store.EffectPending}, []any{begun.First, begun.Tries, begun.State})

		_, err = f.BeginSubmission(ctx, "k", "VNPHKI-250205-9999-X")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

// A booking begins with its parcel and with what the carrier is told, under one key.
func TestBeginBooking(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		key := d.Code + "/courier/home/1"
		var shipment string
		for try := range 3 {
			begun, err := f.BeginBooking(ctx, d.Code, register.LegHome, 1, "viettelpost", key)
			require.NoError(t, err)
			require.Equal(t, []any{try == 0, try + 1, "book_home", d.Code}, []any{begun.First, begun.Tries, begun.Act, begun.Dossier.Code})
			require.Equal(t, key, begun.Shipment.Key)
			require.True(t, try == 0 || begun.Shipment.ID == shipment)
			shipment = begun.Shipment.ID
		}
		require.NoError(t, f.Conclude(ctx, store.Done{Key: key, Reference: "VT1", Shipment: shipment}))
		begun, err := f.BeginBooking(ctx, d.Code, register.LegHome, 1, "viettelpost", key)
		require.NoError(t, err)
		require.Equal(t, []any{store.EffectDone, "VT1", dossier.DeliveryBooked}, []any{begun.State, begun.Reference, begun.Shipment.State})
		require.Equal(t, []int{1, 1}, []int{f.count("effects", ""), f.count("shipments", "")})
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
