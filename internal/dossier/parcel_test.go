package dossier_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
)

// happened is an event of a parcel at a minute of the morning.
func happened(id string, what dossier.DeliveryState, minute int) dossier.ParcelEvent {
	return dossier.ParcelEvent{ID: id, Type: what, OccurredAt: at(minute)}
}

// parcelStories are six events each, and what they add up to.
var parcelStories = map[string]struct {
	events []dossier.ParcelEvent
	want   dossier.Parcel
}{
	"delivered at the second attempt": {
		[]dossier.ParcelEvent{
			happened("1", dossier.DeliveryBooked, 1), happened("2", dossier.DeliveryPickedUp, 2), happened("3", dossier.DeliveryOut, 3),
			happened("4", dossier.DeliveryAttemptFailed, 4), happened("5", dossier.DeliveryOut, 5), happened("6", dossier.DeliveryDelivered, 6),
		},
		dossier.Parcel{State: dossier.DeliveryDelivered, Since: at(6), Attempts: 1},
	},
	"returned after two attempts": {
		[]dossier.ParcelEvent{
			happened("1", dossier.DeliveryPickedUp, 1), happened("2", dossier.DeliveryAttemptFailed, 2), happened("3", dossier.DeliveryHeld, 3),
			happened("4", dossier.DeliveryAttemptFailed, 4), happened("5", dossier.DeliveryReturning, 5), happened("6", dossier.DeliveryReturned, 6),
		},
		dossier.Parcel{State: dossier.DeliveryReturned, Since: at(6), Attempts: 2},
	},
	"still held at the office": {
		[]dossier.ParcelEvent{
			happened("1", dossier.DeliveryBooked, 1), happened("2", dossier.DeliveryPickedUp, 2), happened("3", dossier.DeliveryInTransit, 3),
			happened("4", dossier.DeliveryOut, 4), happened("5", dossier.DeliveryAttemptFailed, 5), happened("6", dossier.DeliveryHeld, 6),
		},
		dossier.Parcel{State: dossier.DeliveryHeld, Since: at(6), Attempts: 1},
	},
	"a clock that runs behind: delivered before it was out": {
		[]dossier.ParcelEvent{
			happened("1", dossier.DeliveryBooked, 1), happened("2", dossier.DeliveryPickedUp, 3), happened("3", dossier.DeliveryDelivered, 2),
			happened("4", dossier.DeliveryInTransit, 4), happened("5", dossier.DeliveryOut, 5), happened("6", dossier.DeliveryReturning, 6),
		},
		dossier.Parcel{State: dossier.DeliveryDelivered, Since: at(2)},
	},
	"two ends: a person must look": {
		[]dossier.ParcelEvent{
			happened("1", dossier.DeliveryBooked, 1), happened("2", dossier.DeliveryLost, 5), happened("3", dossier.DeliveryCancelled, 6),
			happened("4", dossier.DeliveryReturned, 4), happened("5", dossier.DeliveryDelivered, 3), happened("6", dossier.DeliveryDelivered, 2),
		},
		dossier.Parcel{State: dossier.DeliveryDelivered, Since: at(3), Contradicted: true},
	},
	"the same end from two events": {
		[]dossier.ParcelEvent{
			happened("1", dossier.DeliveryLost, 1), happened("2", dossier.DeliveryLost, 2), happened("3", dossier.DeliveryOut, 3),
			happened("4", dossier.DeliveryBooked, 1), happened("5", dossier.DeliveryPickedUp, 1), happened("6", dossier.DeliveryInTransit, 9),
		},
		dossier.Parcel{State: dossier.DeliveryLost, Since: at(2)},
	},
	"all in one minute": {
		[]dossier.ParcelEvent{
			happened("1", dossier.DeliveryBooked, 1), happened("2", dossier.DeliveryPickedUp, 1), happened("3", dossier.DeliveryAttemptFailed, 1),
			happened("4", dossier.DeliveryOut, 1), happened("5", dossier.DeliveryInTransit, 1), happened("6", dossier.DeliveryAttemptFailed, 1),
		},
		dossier.Parcel{State: dossier.DeliveryAttemptFailed, Since: at(1), Attempts: 2},
	},
}

// TestParcelInEveryOrder folds six events in each of their 720 orders, and each
// order with each event once more at each place.
func TestParcelInEveryOrder(t *testing.T) {
	t.Parallel()
	for name, story := range parcelStories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Len(t, story.events, 6)
			orders := 0
			permute(story.events, func(arrived []dossier.ParcelEvent) {
				orders++
				requireParcel(t, story.want, arrived)
				for _, again := range story.events {
					for i := range len(arrived) + 1 {
						requireParcel(t, story.want, slices.Insert(slices.Clone(arrived), i, again))
					}
				}
			})
			require.Equal(t, 720, orders)
		})
	}
}

func requireParcel(t *testing.T, want dossier.Parcel, arrived []dossier.ParcelEvent) {
	t.Helper()
	if got := dossier.Fold(arrived); got != want { // spelled out, for it runs a hundred thousand times
		require.Equal(t, want, got, "arrived %v", arrived)
	}
}

func TestParcelOfNothing(t *testing.T) {
	t.Parallel()
	require.Equal(t, dossier.Parcel{State: dossier.DeliveryNone}, dossier.Fold(nil))
	ours := []dossier.ParcelEvent{happened("1", dossier.DeliveryNone, 1), happened("2", dossier.DeliveryAtCounter, 2), happened("3", dossier.DeliveryCollected, 3), happened("4", "teleported", 4)}
	require.Equal(t, dossier.Parcel{State: dossier.DeliveryNone}, dossier.Fold(ours), "what no carrier says is not believed of one")
	require.Equal(t, dossier.DeliveryDelivered, dossier.Fold([]dossier.ParcelEvent{happened("", dossier.DeliveryDelivered, 1)}).State, "an event without an id is an event")
}

func TestEndsAreRanked(t *testing.T) {
	t.Parallel()
	ranked := []dossier.DeliveryState{dossier.DeliveryDelivered, dossier.DeliveryReturned, dossier.DeliveryLost, dossier.DeliveryCancelled}
	for i, better := range ranked {
		for _, worse := range ranked[i+1:] {
			for _, minute := range []int{1, 5, 9} {
				p := dossier.Fold([]dossier.ParcelEvent{happened("1", worse, 5), happened("2", better, minute)})
				require.Equal(t, dossier.Parcel{State: better, Since: at(minute), Contradicted: true}, p)
			}
		}
	}
	for _, s := range dossier.ParcelEventTypes() {
		require.Equal(t, slices.Contains(ranked, s), s.ParcelEnd(), s)
	}
	require.False(t, dossier.DeliveryAtCounter.ParcelEnd())
	require.False(t, dossier.DeliveryNone.ParcelEnd())
}

// someEvents draws events with ids of their own, at few different times.
func someEvents(t *rapid.T) []dossier.ParcelEvent {
	events := make([]dossier.ParcelEvent, rapid.IntRange(0, 12).Draw(t, "count"))
	for i := range events {
		events[i] = happened(strconv.Itoa(i), rapid.SampledFrom(dossier.ParcelEventTypes()).Draw(t, "type"), rapid.IntRange(0, 4).Draw(t, "minute"))
	}
	return events
}

func TestParcelIsTheSumOfASet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := someEvents(t)
		arrived := slices.Clone(events)
		if len(events) > 0 {
			arrived = append(arrived, rapid.SliceOf(rapid.SampledFrom(events)).Draw(t, "again")...)
		}
		require.Equal(t, sum(events), dossier.Fold(rapid.Permutation(arrived).Draw(t, "arrived")))
	})
}

func TestNoEventTakesAnEndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := someEvents(t)
		for i := range events {
			before, after := dossier.Fold(events[:i]), dossier.Fold(events[:i+1])
			require.True(t, !before.State.ParcelEnd() || after.State.ParcelEnd(), "%v then %v", before, after)
			require.True(t, !before.Contradicted || after.Contradicted)
			require.GreaterOrEqual(t, after.Attempts, before.Attempts)
		}
	})
}

// sum is what Fold should give, said otherwise: sort, and take the last.
func sum(events []dossier.ParcelEvent) dossier.Parcel {
	p := dossier.Parcel{State: dossier.DeliveryNone}
	rank := func(s dossier.DeliveryState) int {
		return slices.Index([]dossier.DeliveryState{dossier.DeliveryCancelled, dossier.DeliveryLost, dossier.DeliveryReturned, dossier.DeliveryDelivered}, s)
	}
	way := func(s dossier.DeliveryState) int { return slices.Index(dossier.ParcelEventTypes(), s) }
	sorted := slices.SortedFunc(slices.Values(events), func(a, b dossier.ParcelEvent) int {
		switch {
		case rank(a.Type) != rank(b.Type):
			return rank(a.Type) - rank(b.Type)
		case !a.OccurredAt.Equal(b.OccurredAt):
			return a.OccurredAt.Compare(b.OccurredAt)
		default:
			return way(a.Type) - way(b.Type)
		}
	})
	ends := map[dossier.DeliveryState]bool{}
	for _, e := range sorted {
		p.State, p.Since = e.Type, e.OccurredAt
		if e.Type == dossier.DeliveryAttemptFailed {
			p.Attempts++
		}
		if rank(e.Type) >= 0 {
			ends[e.Type] = true
		}
	}
	p.Contradicted = len(ends) > 1
	return p
}

// TestTheCarriersZoneMakesNoDifference guards against comparing times as values.
func TestTheCarriersZoneMakesNoDifference(t *testing.T) {
	t.Parallel()
	here, there := happened("1", dossier.DeliveryOut, 1), happened("2", dossier.DeliveryInTransit, 1)
	there.OccurredAt = there.OccurredAt.In(time.UTC)
	require.Equal(t, dossier.DeliveryOut, dossier.Fold([]dossier.ParcelEvent{here, there}).State)
	require.Equal(t, dossier.DeliveryOut, dossier.Fold([]dossier.ParcelEvent{there, here}).State)
}
