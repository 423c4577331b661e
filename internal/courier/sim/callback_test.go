package sim_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/courier/couriertest"
	"hoso/internal/simulator/simtest"
)

func told(t *testing.T, took []simtest.Delivery) (list []courier.Event) {
	t.Helper()
	for _, d := range took {
		var e courier.Event
		require.NoError(t, json.Unmarshal(d.Body, &e))
		require.Equal(t, d.ID, e.ID, "the event's id is the message's")
		list = append(list, e)
	}
	return list
}

// Each carrier tells of its own parcels, at its own address, under its own secret.
func TestCarriersAreTwo(t *testing.T) {
	t.Parallel()
	r := receiver(t, func() time.Time { return today })
	b := setup(t, "", telling(r))
	order := b.booked(t, "vnpost")
	b.Settle(t)
	for _, d := range r.Took() {
		require.Equal(t, "/v1/webhooks/couriers/vnpost", d.Path)
	}
	_, err := b.carrier(t, "viettelpost").Lookup(t.Context(), order.Key)
	require.ErrorIs(t, err, courier.ErrNoSuchKey, "another carrier's parcel")
	_, err = b.carrier(t, "viettelpost").Book(t.Context(), order)
	require.NoError(t, err, "and its keys are its own")
	b.Settle(t)
	require.Len(t, r.Took(), 10)
	require.Zero(t, r.Forged())
	for i, prefix := range map[int]string{0: "CH000000001VN", 5: "VTP0000000001"} {
		require.Equal(t, prefix, told(t, r.Took())[i].TrackingNumber)
	}
	require.Equal(t, 2, b.effects(t, "book", order.Key))
	_, err = b.carrier(t, "pigeon").Book(t.Context(), order)
	require.ErrorContains(t, err, "no_such_carrier")
}

func TestReorderedAndDuplicateCallbacks(t *testing.T) {
	t.Parallel()
	r := receiver(t, func() time.Time { return today })
	b := setup(t, `{"seed": 5, "rules": [{"callbacks": {"reorder": true, "duplicate": 2}}, {"when": {"carrier": "viettelpost"}, "callbacks": {"silent": true}}]}`, telling(r))
	quiet := b.booked(t, "viettelpost")
	b.Settle(t)
	require.Empty(t, r.Took())
	require.Equal(t, usual, b.types(t, "viettelpost", quiet.Key))
	b.booked(t, "vnpost")
	b.Settle(t)
	var order []string
	for i, e := range told(t, r.Took()) {
		if i%2 == 0 {
			order = append(order, e.Type)
		} else {
			require.Equal(t, order[len(order)-1], e.Type)
		}
	}
	require.ElementsMatch(t, usual, order)
	require.NotEqual(t, usual, order)
}

// What a receiver did not take is told by the next carrier that opens the
// ledger, in order, and what it took is not told again.
func TestCallbacksOutliveTheCarrier(t *testing.T) {
	t.Parallel()
	r := receiver(t, func() time.Time { return today })
	var calls atomic.Int32
	r.Answer(func(simtest.Delivery) int {
		if calls.Add(1) == 3 {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	})
	b := setup(t, "", telling(r))
	b.booked(t, "vnpost")
	r.Await(t, 2)
	b.clock.AwaitWaiter(time.Millisecond)
	b.Kill(t) // the carrier left behind waits for its next try, and the clock stands still
	b.Settle(t)
	var types []string
	for _, e := range told(t, r.Took()) {
		types = append(types, e.Type)
	}
	require.Equal(t, usual, types)
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	r := receiver(t, func() time.Time { return today })
	b := setup(t, "", telling(r))
	c := b.carrier(t, "viettelpost")
	const many = 100
	var all sync.WaitGroup
	slots := make(chan struct{}, 20)
	for range many {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if _, err := c.Book(t.Context(), couriertest.Booking()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	b.Settle(t)
	byKey := map[string][]string{}
	for _, e := range told(t, r.Took()) {
		byKey[e.Key] = append(byKey[e.Key], e.Type)
	}
	require.Len(t, byKey, many)
	for key, types := range byKey {
		require.Equal(t, usual, types, key)
	}
}
