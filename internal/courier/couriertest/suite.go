// Package couriertest holds what every courier.Carrier must do, whatever it
// speaks. An adapter opens a Bundle: itself, and a handle on the other side to
// make it misbehave.
package couriertest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/outcome"
)

// Bundle is a carrier's client and the carrier behind it, fresh for one test.
type Bundle struct {
	Carrier courier.Carrier
	// Script tells the carrier what becomes of parcels booked from now on.
	Script func(t *testing.T, s Script)
	// Fault makes calls of an act ("book", "cancel", "lookup", "events") go wrong
	// from now on, the first n times (0: always).
	Fault func(t *testing.T, act string, f Fault, n int)
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

// Fault is one way to go wrong.
type Fault string

// The ways to go wrong.
const (
	LoseAnswer  Fault = "lose_answer" // done, and the connection closed
	FailAfter   Fault = "fail_after"  // done, and 500
	FailBefore  Fault = "fail_before" // 500, not done
	Hang        Fault = "hang"        // done, and never answered
	Garbage     Fault = "garbage"     // done, and a web page
	RateLimit   Fault = "rate_limit"  // 429 with Retry-After 7
	Unavailable Fault = "unavailable" // 503 with Retry-After 7
	Refuse      Fault = "refuse"      // a final no, code "address_rejected"
	IgnoreKeys  Fault = "ignore_keys" // a known key is a new booking
)

// Run puts a carrier through all of it.
func Run(t *testing.T, open func(t *testing.T) Bundle) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Bundle){
		"DeliversHome":          deliversHome,
		"DeliversToAuthority":   deliversToAuthority,
		"FailedAttempts":        failedAttempts,
		"ReturnsToSender":       returnsToSender,
		"Loses":                 loses,
		"HoldsAtOffice":         holdsAtOffice,
		"SameKeyTwice":          sameKeyTwice,
		"SameKeyAtOnce":         sameKeyAtOnce,
		"KeyOfAnotherDossier":   keyOfAnotherDossier,
		"Cancel":                cancel,
		"CancelTooLate":         cancelTooLate,
		"CancelUnknown":         cancelUnknown,
		"CancelAnswerLost":      cancelAnswerLost,
		"AddressRejected":       addressRejected,
		"Unknown":               unknown,
		"RetryableBeforeEffect": retryable,
		"FailureBeforeEffect":   failureBeforeEffect,
		"QuestionsFail":         questionsFail,
		"CarrierWithoutKeys":    carrierWithoutKeys,
		"KeysAreEscaped":        keysAreEscaped,
		"Restart":               restart,
		"Unreachable":           unreachable,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
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

// requireEnding holds an error against the kind and code wanted.
func requireEnding(t *testing.T, err error, kind outcome.Kind, code string) *outcome.Error {
	t.Helper()
	e := new(outcome.Error)
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind.String(), e.Kind.String(), e.Code)
	if code != "" {
		require.Equal(t, code, e.Code)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		require.NotContains(t, err.Error(), "Nguy")
		require.NotContains(t, err.Error(), "0900000123")
		require.NotContains(t, err.Error(), "Phố")
	}
	return e
}
