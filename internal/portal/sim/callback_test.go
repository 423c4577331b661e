package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/portal"
	"hoso/internal/portal/portaltest"
	"hoso/internal/simulator"
	"hoso/internal/simulator/simtest"
)

func told(t *testing.T, took []simtest.Delivery) (list []portal.Event) {
	t.Helper()
	for _, d := range took {
		var e portal.Event
		require.NoError(t, json.Unmarshal(d.Body, &e))
		require.Equal(t, d.ID, e.ID, "the event's id is the message's")
		require.Equal(t, "/v1/webhooks/portal", d.Path)
		list = append(list, e)
	}
	return list
}

func statusesTold(t *testing.T, took []simtest.Delivery) (list []int) {
	t.Helper()
	for _, e := range told(t, took) {
		list = append(list, e.Status)
	}
	return list
}

func TestCallbacksTellWhatEventsList(t *testing.T) {
	t.Parallel()
	r := receiver(t, func() time.Time { return today })
	b := setup(t, "", telling(r))
	s := b.filed(t, "VNPHKI", "vnpost")
	b.Settle(t)
	events, err := b.Events(t.Context(), s.Code)
	require.NoError(t, err)
	require.Equal(t, events, told(t, r.Took()))
	require.Equal(t, s.Code+"-1", events[0].ID)
	require.Equal(t, "H26.12.03-250205-0001", events[0].PortalCode)
	require.Equal(t, "2025-02-06T17:00:00+07:00", events[0].DueAt.Format(time.RFC3339))
	require.Zero(t, r.Forged())
	require.Equal(t, 3, b.kinds(t, simulator.KindCallback))
}

func TestDuplicateAndSilentCallbacks(t *testing.T) {
	t.Parallel()
	r := receiver(t, func() time.Time { return today })
	b := setup(t, `{"rules": [{"callbacks": {"duplicate": 3}}, {"when": {"network": "fpt"}, "callbacks": {"silent": true}}]}`, telling(r))
	s := b.filed(t, "FPTCGY", "fpt")
	b.Settle(t)
	require.Empty(t, r.Took())
	require.Equal(t, []int{2, 4, 9}, b.statuses(t, s.Code), "who asks is answered")
	b.filed(t, "VNPHKI", "vnpost")
	b.Settle(t)
	require.Equal(t, []int{2, 2, 2, 4, 4, 4, 9, 9, 9}, statusesTold(t, r.Took()))
}

func TestReorderedCallbacks(t *testing.T) {
	t.Parallel()
	r := receiver(t, func() time.Time { return today })
	b := setup(t, `{"seed": 3, "rules": [{"callbacks": {"reorder": true}, "script": {"ask_supplement": {"after": 4}}}]}`, telling(r))
	s := b.filed(t, "VNPHKI", "vnpost")
	b.Settle(t)
	require.Equal(t, []int{2, 4, 5}, b.statuses(t, s.Code))
	first := statusesTold(t, r.Took())
	require.ElementsMatch(t, []int{2, 4, 5}, first)
	require.NotEqual(t, []int{2, 4, 5}, first)
	_, err := b.Supplement(t.Context(), portal.Supplement{Key: s.Code + "/supplement/1", Code: s.Code, Round: 1})
	require.NoError(t, err)
	b.Settle(t)
	require.Equal(t, []int{9, 4}, statusesTold(t, r.Took())[3:], "the portal never keeps back what the other side waits for")
}

// What a receiver did not take is told by the next portal that opens the
// ledger, and what it took is not told again.
func TestCallbacksOutliveThePortal(t *testing.T) {
	t.Parallel()
	for _, knobs := range []string{"", `{"rules": [{"callbacks": {"reorder": true}}]}`} {
		r := receiver(t, func() time.Time { return today })
		var calls atomic.Int32
		r.Answer(func(simtest.Delivery) int {
			if calls.Add(1) == 2 {
				return http.StatusServiceUnavailable
			}
			return http.StatusOK
		})
		b := setup(t, knobs, telling(r))
		s := b.filed(t, "VNPHKI", "vnpost")
		r.Await(t, 1)
		// The second was refused: the portal left behind waits for its next try,
		// and the clock stands still.
		b.clock.AwaitWaiter(time.Millisecond)
		b.Kill(t)
		b.Settle(t)
		require.Len(t, r.Took(), 3)
		require.ElementsMatch(t, []int{2, 4, 9}, statusesTold(t, r.Took()))
		require.Equal(t, []int{2, 4, 9}, b.statuses(t, s.Code))
	}
}

// Two hundred dossiers at once: every callback arrives once, in its dossier's
// order, and numbers are given once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	r := receiver(t, func() time.Time { return today })
	b := setup(t, "", telling(r))
	const many = 200
	var all sync.WaitGroup
	slots := make(chan struct{}, 20)
	for range many {
		s := portaltest.Submission()
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if _, err := b.Submit(t.Context(), s); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	b.Settle(t)
	byCode, numbers := map[string][]int{}, map[string]bool{}
	for _, e := range told(t, r.Took()) {
		byCode[e.Code] = append(byCode[e.Code], e.Status)
		if e.PortalCode != "" {
			numbers[e.PortalCode] = true
		}
	}
	require.Len(t, byCode, many)
	require.Len(t, numbers, many)
	for code, statuses := range byCode {
		require.Equal(t, []int{2, 4, 9}, statuses, code)
	}
	require.True(t, numbers[fmt.Sprintf("H26.12.03-250205-%04d", many)])
}
