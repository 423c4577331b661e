package couriertest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/outcome"
	"hoso/internal/outcome/outcometest"
)

func deliversHome(t *testing.T, b Bundle) {
	order := booked(t, b)
	types, events := story(t, b, order.Key)
	require.Equal(t, []string{"booked", "picked_up", "in_transit", "out_for_delivery", "delivered"}, types)
	proof := events[4].Proof
	require.NotEmpty(t, proof.Method)
	require.Equal(t, "self", proof.Relation)
	found, err := b.Carrier.Lookup(t.Context(), order.Key)
	require.NoError(t, err)
	for _, e := range events {
		require.Equal(t, found.TrackingNumber, e.TrackingNumber)
	}
}

func deliversToAuthority(t *testing.T, b Bundle) {
	order := Booking()
	order.Key, order.Leg = order.Code+"/courier/out/1", "out"
	order.From, order.To = courier.Party{Kind: "office", ID: "VNPHKI", Name: "Bưu cục Mẫu", Address: "3 Phố Mẫu"}, order.From
	_, err := b.Carrier.Book(t.Context(), order)
	require.NoError(t, err)
	types, events := story(t, b, order.Key)
	require.Equal(t, "delivered", types[len(types)-1])
	require.Equal(t, "officer", events[len(events)-1].Proof.Relation)
}

func failedAttempts(t *testing.T, b Bundle) {
	b.Script(t, Script{AttemptsFailed: 2})
	types, events := story(t, b, booked(t, b).Key)
	require.Equal(t, []string{"booked", "picked_up", "in_transit", "out_for_delivery", "attempt_failed", "out_for_delivery", "attempt_failed", "out_for_delivery", "delivered"}, types)
	require.NotEmpty(t, events[4].Reason)
}

func returnsToSender(t *testing.T, b Bundle) {
	b.Script(t, Script{AttemptsFailed: 2, ReturnToSender: true})
	types, _ := story(t, b, booked(t, b).Key)
	require.Equal(t, []string{"returning", "returned_to_sender"}, types[len(types)-2:])
	require.NotContains(t, types, "delivered")
}

func loses(t *testing.T, b Bundle) {
	b.Script(t, Script{Lose: true})
	types, _ := story(t, b, booked(t, b).Key)
	require.Equal(t, []string{"booked", "picked_up", "in_transit", "lost"}, types)
}

func holdsAtOffice(t *testing.T, b Bundle) {
	b.Script(t, Script{AttemptsFailed: 1, HeldAtOffice: true})
	types, _ := story(t, b, booked(t, b).Key)
	require.Equal(t, []string{"booked", "picked_up", "in_transit", "out_for_delivery", "attempt_failed", "held_at_office"}, types)
}

func sameKeyTwice(t *testing.T, b Bundle) {
	order := Booking()
	_, err := b.Carrier.Lookup(t.Context(), order.Key)
	require.ErrorIs(t, err, courier.ErrNoSuchKey)
	events, err := b.Carrier.Events(t.Context(), order.Key)
	require.NoError(t, err)
	require.Empty(t, events)
	first, err := b.Carrier.Book(t.Context(), order)
	require.NoError(t, err)
	second, err := b.Carrier.Book(t.Context(), order)
	require.NoError(t, err)
	found, err := b.Carrier.Lookup(t.Context(), order.Key)
	require.NoError(t, err)
	for _, c := range []courier.Confirmation{second, found} {
		require.Equal(t, first.TrackingNumber, c.TrackingNumber)
		require.True(t, first.BookedAt.Equal(c.BookedAt))
	}
	require.Equal(t, 1, b.Effects(t, "book", order.Key))
}

func keyOfAnotherDossier(t *testing.T, b Bundle) {
	order, other := booked(t, b), Booking()
	other.Key = order.Key
	_, err := b.Carrier.Book(t.Context(), other)
	requireEnding(t, err, outcome.Refused, "key_reused")
}

func cancel(t *testing.T, b Bundle) {
	b.Script(t, Script{Hold: true})
	order := booked(t, b)
	types, _ := story(t, b, order.Key)
	require.Equal(t, []string{"booked"}, types)
	for range 2 {
		require.NoError(t, b.Carrier.Cancel(t.Context(), order.Key), "cancelling twice is done")
	}
	require.Equal(t, 1, b.Effects(t, "cancel", order.Key))
	types, _ = story(t, b, order.Key)
	require.Equal(t, []string{"booked", "cancelled"}, types)
	_, err := b.Carrier.Lookup(t.Context(), order.Key)
	require.NoError(t, err, "a cancelled booking was a booking")
}

func cancelTooLate(t *testing.T, b Bundle) {
	order := booked(t, b)
	b.Settle(t)
	requireEnding(t, b.Carrier.Cancel(t.Context(), order.Key), outcome.Refused, "already_collected")
	require.Zero(t, b.Effects(t, "cancel", order.Key))
}

func cancelUnknown(t *testing.T, b Bundle) {
	err := b.Carrier.Cancel(t.Context(), "NONE-250205-0001-X/courier/home/1")
	requireEnding(t, err, outcome.Refused, "no_such_key")
	require.ErrorIs(t, err, courier.ErrNoSuchKey)
}

func cancelAnswerLost(t *testing.T, b Bundle) {
	b.Script(t, Script{Hold: true})
	order := booked(t, b)
	b.Settle(t)
	b.Fault(t, "cancel", outcometest.LoseAnswer, 1)
	requireEnding(t, b.Carrier.Cancel(t.Context(), order.Key), outcome.Unknown, "")
	require.NoError(t, b.Carrier.Cancel(t.Context(), order.Key))
	require.Equal(t, 1, b.Effects(t, "cancel", order.Key))
}

func keysAreEscaped(t *testing.T, b Bundle) {
	order := Booking()
	order.Key = order.Code + "/courier?a=1&b=%2F#x/é 1"
	_, err := b.Carrier.Book(t.Context(), order)
	require.NoError(t, err)
	found, err := b.Carrier.Lookup(t.Context(), order.Key)
	require.NoError(t, err)
	require.Equal(t, order.Key, found.Key)
	types, _ := story(t, b, order.Key)
	require.Len(t, types, 5)
}

// restart: what was acknowledged is known afterwards, and nothing is told twice
// under another id.
func restart(t *testing.T, b Bundle) {
	if b.Restart == nil {
		t.Skip("the other side cannot be restarted")
	}
	b.Script(t, Script{AttemptsFailed: 1})
	order := booked(t, b)
	before, err := b.Carrier.Lookup(t.Context(), order.Key)
	require.NoError(t, err)
	b.Restart(t)
	after, err := b.Carrier.Lookup(t.Context(), order.Key)
	require.NoError(t, err)
	require.Equal(t, before.TrackingNumber, after.TrackingNumber)
	require.True(t, before.BookedAt.Equal(after.BookedAt))

	types, events := story(t, b, order.Key)
	require.Len(t, types, 7)
	b.Restart(t)
	_, again := story(t, b, order.Key)
	require.Equal(t, events, again)
	_, err = b.Carrier.Book(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, 1, b.Effects(t, "book", order.Key))
}

func cancelUnreachable(t *testing.T, b Bundle) {
	b.Unplug(t)
	requireEnding(t, b.Carrier.Cancel(t.Context(), Booking().Key), outcome.Retryable, "unreachable")
}
