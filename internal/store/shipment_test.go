package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/store"
)

// order orders a parcel from viettelpost.
func (f *fixture) order(code string, leg register.Leg, attempt int) store.Shipment {
	f.t.Helper()
	begun, err := f.BeginBooking(f.t.Context(), code, leg, attempt, "viettelpost", fmt.Sprintf("%s/courier/%s/%d", code, leg, attempt))
	sh := begun.Shipment
	require.NoError(f.t, err)
	return sh
}

// parcelEvent is a carrier's report that has not come before.
func parcelEvent(sh store.Shipment, state dossier.DeliveryState, at time.Time) store.ParcelArrival {
	return store.ParcelArrival{Arrival: arrival("courier:" + sh.Carrier), Carrier: sh.Carrier, Key: sh.Key, Type: state, OccurredAt: at}
}

// parcel has a carrier report something.
func (f *fixture) parcel(e store.ParcelArrival) store.Inbox {
	f.t.Helper()
	m, fresh, err := f.AcceptParcel(f.t.Context(), e)
	require.NoError(f.t, err)
	require.True(f.t, fresh)
	return m
}

func (f *fixture) shipment(id string) store.Shipment {
	f.t.Helper()
	sh, err := f.Shipment(f.t.Context(), "", id)
	require.NoError(f.t, err)
	return sh
}

func TestOrderAndBook(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(paper())
		out, home := f.order(d.Code, register.LegOut, 1), f.order(d.Code, register.LegHome, 1)
		require.Equal(t, store.Shipment{ID: home.ID, Key: d.Code + "/courier/home/1", DossierCode: d.Code, Leg: "home", Attempt: 1, Carrier: "viettelpost",
			State: dossier.DeliveryNone, CreatedAt: keep(moment), UpdatedAt: keep(moment)}, home)
		require.Equal(t, home.ID, f.row(d.Code).ShipmentID, "the delivery state follows the parcel to the citizen")
		f.clock.add(time.Minute)
		require.Equal(t, home, f.order(d.Code, register.LegHome, 1))
		s, err := f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, register.Parcel{Shipment: home.ID, Attempt: 1, Carrier: "viettelpost", State: dossier.DeliveryNone}, s.Home)

		for range 2 {
			require.NoError(t, f.Conclude(ctx, store.Done{Key: home.Key, Reference: "VT123", Shipment: home.ID}))
			require.NoError(t, f.Conclude(ctx, store.Done{Key: out.Key, Reference: "VT122", Shipment: out.ID}))
		}
		got := f.shipment(home.ID)
		require.Equal(t, []any{"VT123", dossier.DeliveryBooked, keep(moment.Add(time.Minute))}, []any{got.TrackingNumber, got.State, got.UpdatedAt})
		require.Equal(t, dossier.DeliveryBooked, f.row(d.Code).DeliveryState)
		s, err = f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, []register.Parcel{{Shipment: out.ID, Attempt: 1, Carrier: "viettelpost", Booked: true, State: dossier.DeliveryBooked},
			{Shipment: home.ID, Attempt: 1, Carrier: "viettelpost", Booked: true, State: dossier.DeliveryBooked}}, []register.Parcel{s.Out, s.Home})

		_, err = f.BeginBooking(ctx, "VNPHKI-250205-9999-X", register.LegHome, 1, "vnpost", "k")
		require.ErrorIs(t, err, store.ErrNotFound)
		require.ErrorIs(t, f.Conclude(ctx, store.Done{Reference: "VT1", Shipment: "unknown"}), store.ErrNotFound)
		_, err = f.Shipment(ctx, "vnpost", home.ID)
		require.ErrorIs(t, err, store.ErrNotFound, "another carrier's parcel")
		_, err = f.Shipment(ctx, "viettelpost", home.ID)
		require.NoError(t, err)
		list, err := f.ShipmentsOf(ctx, d.Code)
		require.NoError(t, err)
		require.Equal(t, []string{out.ID, home.ID}, []string{list[0].ID, list[1].ID})
		requireKept(t, list)
	})
}

// A report may overtake the answer to the booking.
func TestAReportBeforeTheBookingsAnswer(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		sh := f.order(d.Code, register.LegHome, 1)
		f.parcel(parcelEvent(sh, dossier.DeliveryPickedUp, moment))
		require.NoError(t, f.Conclude(t.Context(), store.Done{Key: sh.Key, Reference: "VT123", Shipment: sh.ID}))
		got := f.shipment(sh.ID)
		require.Equal(t, []any{"VT123", dossier.DeliveryPickedUp}, []any{got.TrackingNumber, got.State})
		require.Equal(t, dossier.DeliveryPickedUp, f.row(d.Code).DeliveryState)
	})
}

// The step that follows from a booking is written with the booking's end: both or
// neither, and the row has the end in it.
func TestABookingAndItsStepTogether(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		d := f.file(filing())
		sh := f.order(d.Code, register.LegHome, 1)
		_, _, err := f.BeginEffect(ctx, sh.Key, d.Code, "book_home")
		require.NoError(t, err)
		done := store.Done{Key: sh.Key, Reference: "VT123", Shipment: sh.ID}
		s, err := f.Snapshot(ctx, d.Code)
		require.NoError(t, err)
		next := register.Transition{Code: d.Code, Step: s.Step + 1, Kind: "delivery_booked", Actor: "system", After: s.Position, Data: map[string]string{"shipment": sh.ID}}

		ahead := next
		ahead.Step++
		_, err = f.RecordDone(ctx, done, ahead, store.Plan{})
		require.ErrorIs(t, err, store.ErrSuperseded)
		require.Equal(t, []any{dossier.DeliveryNone, "", dossier.DeliveryNone}, []any{f.shipment(sh.ID).State, f.shipment(sh.ID).TrackingNumber, f.row(d.Code).DeliveryState})

		for range 2 {
			got, err := f.RecordDone(ctx, done, next, store.Plan{})
			require.NoError(t, err)
			require.Equal(t, d.Revision+1, got.Revision)
			require.Equal(t, []any{dossier.DeliveryBooked, "VT123", dossier.DeliveryBooked, next.Step},
				[]any{f.shipment(sh.ID).State, f.shipment(sh.ID).TrackingNumber, f.row(d.Code).DeliveryState, f.row(d.Code).Step})
			list, err := f.Effects(ctx, d.Code)
			require.NoError(t, err)
			require.Equal(t, []any{store.EffectDone, "VT123"}, []any{list[0].State, list[0].Reference})
		}
	})
}

func TestAReportAndTheBookingsAnswerAtOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		for range 12 {
			d := f.file(filing())
			sh := f.order(d.Code, register.LegHome, 1)
			e := parcelEvent(sh, dossier.DeliveryDelivered, moment)
			requireNoErrors(t, together(2, func(i int) error {
				if i == 0 {
					return f.Conclude(t.Context(), store.Done{Key: sh.Key, Reference: "VT123", Shipment: sh.ID})
				}
				_, _, err := f.AcceptParcel(t.Context(), e)
				return err
			}))
			got := f.shipment(sh.ID)
			require.Equal(t, []any{"VT123", dossier.DeliveryDelivered}, []any{got.TrackingNumber, got.State})
			require.Equal(t, dossier.DeliveryDelivered, f.row(d.Code).DeliveryState)
		}
	})
}

// The delivery state follows the newest attempt, whatever an older one reports.
func TestOlderAttempts(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		first := f.order(d.Code, register.LegHome, 1)
		f.parcel(parcelEvent(first, dossier.DeliveryLost, moment))
		require.Equal(t, dossier.DeliveryLost, f.row(d.Code).DeliveryState)
		second := f.order(d.Code, register.LegHome, 2)
		require.Equal(t, dossier.DeliveryNone, f.row(d.Code).DeliveryState)
		require.NoError(t, f.Conclude(t.Context(), store.Done{Key: second.Key, Reference: "VT2", Shipment: second.ID}))

		require.Equal(t, first.ID, f.order(d.Code, register.LegHome, 1).ID, "an old order comes late")
		require.NoError(t, f.Conclude(t.Context(), store.Done{Key: first.Key, Reference: "VT1", Shipment: first.ID}))
		f.parcel(parcelEvent(first, dossier.DeliveryReturned, moment.Add(time.Hour))) // it was found again
		row := f.row(d.Code)
		require.Equal(t, []any{second.ID, dossier.DeliveryBooked}, []any{row.ShipmentID, row.DeliveryState})
		f.parcel(parcelEvent(second, dossier.DeliveryDelivered, moment))
		require.Equal(t, dossier.DeliveryDelivered, f.row(d.Code).DeliveryState)
	})
}
