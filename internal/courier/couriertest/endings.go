package couriertest

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/outcome"
)

// unknown: the parcel was booked and no trustworthy answer came. Lookup finds
// it, and the same key again books nothing new.
func unknown(t *testing.T, b Bundle) {
	for _, f := range []Fault{LoseAnswer, FailAfter, Garbage, Hang} {
		b.Fault(t, "book", f, 1)
		order := Booking()
		ctx, giveUp := context.WithCancel(t.Context())
		if f == Hang {
			go func() {
				for t.Context().Err() == nil && b.Effects(t, "book", order.Key) == 0 {
					runtime.Gosched()
				}
				giveUp()
			}()
		}
		_, err := b.Carrier.Book(ctx, order)
		giveUp()
		requireEnding(t, err, outcome.Unknown, "")

		found, err := b.Carrier.Lookup(t.Context(), order.Key)
		require.NoError(t, err, f)
		again, err := b.Carrier.Book(t.Context(), order)
		require.NoError(t, err, f)
		require.Equal(t, found.TrackingNumber, again.TrackingNumber)
		require.Equal(t, 1, b.Effects(t, "book", order.Key), f)
	}
}

// retryable: the carrier says when to come back, and did nothing.
func retryable(t *testing.T, b Bundle) {
	for f, code := range map[Fault]string{RateLimit: "rate_limited", Unavailable: "unavailable"} {
		b.Fault(t, "book", f, 1)
		order := Booking()
		_, err := b.Carrier.Book(t.Context(), order)
		e := requireEnding(t, err, outcome.Retryable, code)
		require.Equal(t, 7*time.Second, e.RetryAfter)
		require.Zero(t, b.Effects(t, "book", order.Key))
		_, err = b.Carrier.Book(t.Context(), order)
		require.NoError(t, err)
	}
}

// failureBeforeEffect: a 500 tells nothing, so the outcome is unknown though
// nothing took place; the lookup says so.
func failureBeforeEffect(t *testing.T, b Bundle) {
	b.Fault(t, "book", FailBefore, 1)
	order := Booking()
	_, err := b.Carrier.Book(t.Context(), order)
	requireEnding(t, err, outcome.Unknown, "")
	_, err = b.Carrier.Lookup(t.Context(), order.Key)
	require.ErrorIs(t, err, courier.ErrNoSuchKey)
}

// questionsFail: whatever a lookup ends with, it must not be "no such key" nor
// a refusal, for both would be taken as leave to book again or to give up.
func questionsFail(t *testing.T, b Bundle) {
	order := booked(t, b)
	for _, f := range []Fault{FailBefore, Garbage, RateLimit, Unavailable, Refuse, Hang} {
		ctx := t.Context()
		if f == Hang {
			short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			defer cancel()
			ctx = short
		}
		b.Fault(t, "lookup", f, 1)
		_, err := b.Carrier.Lookup(ctx, order.Key)
		require.Error(t, err, f)
		require.NotErrorIs(t, err, courier.ErrNoSuchKey, f)
		require.NotEqual(t, outcome.Refused, outcome.KindOf(err), f)
		b.Fault(t, "events", f, 1)
		_, err = b.Carrier.Events(ctx, order.Key)
		require.Error(t, err, f)
		require.NotEqual(t, outcome.Refused, outcome.KindOf(err), f)
	}
}

// carrierWithoutKeys: at such a carrier a blind repeat is a second parcel; the
// client must not make one by itself, and Lookup must tell.
func carrierWithoutKeys(t *testing.T, b Bundle) {
	b.Fault(t, "book", IgnoreKeys, 0)
	order := booked(t, b)
	require.Equal(t, 1, b.Effects(t, "book", order.Key))
	_, err := b.Carrier.Lookup(t.Context(), order.Key)
	require.NoError(t, err)
	_, err = b.Carrier.Book(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, 2, b.Effects(t, "book", order.Key), "the fault must bite, or this test shows nothing")
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

func unreachable(t *testing.T, b Bundle) {
	b.Unplug(t)
	order := Booking()
	_, err := b.Carrier.Book(t.Context(), order)
	requireEnding(t, err, outcome.Retryable, "unreachable")
	requireEnding(t, b.Carrier.Cancel(t.Context(), order.Key), outcome.Retryable, "unreachable")
	_, err = b.Carrier.Lookup(t.Context(), order.Key)
	requireEnding(t, err, outcome.Retryable, "unreachable")
}
