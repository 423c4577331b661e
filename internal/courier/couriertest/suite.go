// Package couriertest holds what every courier.Carrier must do, whatever it
// speaks. An adapter opens a Bundle: itself, and a handle on the other side to
// make it misbehave.
package couriertest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/outcome"
	"hoso/internal/outcome/outcometest"
)

// Bundle is a carrier's client and the carrier behind it, fresh for one test.
type Bundle struct {
	Carrier courier.Carrier
	// Script tells the carrier what becomes of parcels booked from now on.
	Script func(t *testing.T, s Script)
	// Fault makes calls of an act ("book", "cancel", "lookup", "events") go wrong
	// from now on, the first n times (0: always).
	Fault func(t *testing.T, act string, f outcometest.Fault, n int)
	// Settle returns when nothing more happens by itself.
	Settle func(t *testing.T)
	// Restart ends the carrier without notice and starts it again; nil where the
	// other side cannot be restarted.
	Restart func(t *testing.T)
	// Unplug ends the carrier for good, so that its address refuses connections.
	Unplug func(t *testing.T)
	// Effects counts how often the carrier did an act ("book", "cancel") of a key.
	Effects func(t *testing.T, act, key string) int
}

// Script is what becomes of a parcel.
type Script struct {
	AttemptsFailed int
	ReturnToSender bool
	Lose           bool
	HeldAtOffice   bool
	Hold           bool // it is not collected
}

// Run puts a carrier through all of it.
func Run(t *testing.T, open func(t *testing.T) Bundle) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Bundle){
		"DeliversHome":        deliversHome,
		"DeliversToAuthority": deliversToAuthority,
		"FailedAttempts":      failedAttempts,
		"ReturnsToSender":     returnsToSender,
		"Loses":               loses,
		"HoldsAtOffice":       holdsAtOffice,
		"SameKeyTwice":        sameKeyTwice,
		"KeyOfAnotherDossier": keyOfAnotherDossier,
		"Cancel":              cancel,
		"CancelTooLate":       cancelTooLate,
		"CancelUnknown":       cancelUnknown,
		"CancelAnswerLost":    cancelAnswerLost,
		"CancelUnreachable":   cancelUnreachable,
		"KeysAreEscaped":      keysAreEscaped,
		"Restart":             restart,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
	outcometest.Run(t, func(t *testing.T) outcometest.Party { return open(t).party() })
}

// party is the carrier as one that books.
func (b Bundle) party() outcometest.Party {
	return outcometest.Party{
		Act: "book", Refusal: "address_rejected", NoSuchKey: courier.ErrNoSuchKey, Private: private, Fault: b.Fault, Unplug: b.Unplug,
		Effects: func(t *testing.T, key string) int { return b.Effects(t, "book", key) },
		New: func() outcometest.Act {
			order := Booking()
			return outcometest.Act{
				Key: order.Key,
				Do: func(ctx context.Context) (string, error) {
					c, err := b.Carrier.Book(ctx, order)
					return c.TrackingNumber, err
				},
				Lookup: func(ctx context.Context) (string, error) {
					c, err := b.Carrier.Lookup(ctx, order.Key)
					return c.TrackingNumber, err
				},
				Events: func(ctx context.Context) error {
					_, err := b.Carrier.Events(ctx, order.Key)
					return err
				},
			}
		},
	}
}

var serial atomic.Int64

// Booking makes up a parcel home that no other test uses.
func Booking() courier.Booking {
	code := fmt.Sprintf("VNPHKI-250205-%04d-M", serial.Add(1))
	return courier.Booking{
		Key: code + "/courier/home/1", Code: code, Leg: "home",
		From:     courier.Party{Kind: "authority", ID: "H26.12.03", Name: "UBND phường Mẫu", Address: "2 Phố Mẫu"},
		To:       courier.Party{Kind: "citizen", Name: "Nguyễn Văn Án Mẫu", Phone: "0900000123", Address: "1 Phố Mẫu"},
		Contents: map[string]int{"result": 1},
	}
}

func booked(t *testing.T, b Bundle) courier.Booking {
	t.Helper()
	order := Booking()
	c, err := b.Carrier.Book(t.Context(), order)
	require.NoError(t, err)
	require.Equal(t, order.Key, c.Key)
	require.NotEmpty(t, c.TrackingNumber)
	require.False(t, c.BookedAt.IsZero())
	return order
}

// story lists what happened to a parcel, after holding each event against what
// all events must be.
func story(t *testing.T, b Bundle, key string) ([]string, []courier.Event) {
	t.Helper()
	b.Settle(t)
	events, err := b.Carrier.Events(t.Context(), key)
	require.NoError(t, err)
	var types []string
	seen := map[string]bool{}
	for i, e := range events {
		require.Equal(t, key, e.Key)
		require.NotEmpty(t, e.ID)
		require.False(t, seen[e.ID], "event id given twice")
		seen[e.ID] = true
		if i > 0 {
			require.True(t, e.OccurredAt.After(events[i-1].OccurredAt), "events are oldest first")
		}
		require.Equal(t, e.Type == "delivered", e.Proof != nil, "a proof comes with delivery and only then")
		types = append(types, e.Type)
	}
	return types, events
}

// private are words of a booking's parties.
var private = []string{"Nguy", "0900000123", "Phố"}

func requireEnding(t *testing.T, err error, kind outcome.Kind, code string) {
	t.Helper()
	outcometest.Require(t, err, kind, code, private...)
}
