package sim

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	domain "hoso/internal/dossier"
	"hoso/internal/portal"
)

func statusesOf(s Script) []int {
	var list []int
	for _, t := range s.turns() {
		list = append(list, t.status)
	}
	return list
}

func TestOfficersPart(t *testing.T) {
	t.Parallel()
	wish := func(after, rounds int) *SupplementWish { return &SupplementWish{After: after, Rounds: rounds} }
	fee := func(after int) *FeeWish { return &FeeWish{Amount: 1, After: after} }
	for want, s := range map[string]Script{
		"[2 4 9]":            {},
		"[3]":                {RefuseReception: "no"},
		"[2 4 8]":            {Stop: "no"},
		"[2 5 4 9]":          {AskSupplement: wish(0, 0)},
		"[5 2 4 9]":          {AskSupplement: wish(1, 1)},
		"[5 1 5 2 4 9]":      {AskSupplement: wish(1, 2)},
		"[5 3]":              {AskSupplement: wish(1, 1), RefuseReception: "no"},
		"[2 4 5 4 5 4 9]":    {AskSupplement: wish(4, 2)},
		"[2 6 4 9]":          {AskFee: fee(0)},
		"[2 5 4 6 4 9]":      {AskSupplement: wish(2, 1), AskFee: fee(2)},
		"[2 6 4 5 8]":        {AskSupplement: wish(4, 1), AskFee: fee(2), Stop: "no"},
		"[2 4 9 4 3]":        {Then: []int{4, 3}},
		"[5 1 6 2 4 9]":      {AskSupplement: wish(1, 1), AskFee: fee(1)},
		"[2 4 5 4 6 4 9 10]": {AskSupplement: wish(4, 1), AskFee: fee(4), Then: []int{10}},
	} {
		require.Equal(t, want, fmt.Sprint(statusesOf(s)))
		require.NoError(t, s.check())
	}
}

// Whatever is asked, the officer keeps to the graph of statuses and asks for
// nothing twice before it was given.
func TestEveryPartIsLawful(t *testing.T) {
	t.Parallel()
	parts := 0
	for _, wishes := range []int{0, 1, 2, 4} {
		for rounds := range 4 {
			for _, fees := range []int{0, 1, 2, 4} {
				for _, end := range []Script{{}, {RefuseReception: "no"}, {Stop: "no"}} {
					for mask := range 4 {
						s := end
						if mask&1 > 0 {
							s.AskSupplement = &SupplementWish{After: wishes, Rounds: rounds}
						}
						if mask&2 > 0 {
							s.AskFee = &FeeWish{After: fees, Amount: 1}
						}
						requireLawful(t, s)
						parts++
					}
				}
			}
		}
	}
	require.Greater(t, parts, 500)
}

func requireLawful(t *testing.T, s Script) {
	t.Helper()
	at, supplements, payments := registered, 0, 0
	for _, turn := range s.turns() {
		require.NoError(t, domain.CanMove(domain.Status(at), domain.Status(turn.status), domain.ByAuthority), "%+v", s)
		require.Equal(t, supplements, turn.supplements)
		require.Equal(t, payments, turn.payments)
		switch at = turn.status; at {
		case supplementRequired:
			supplements++
		case paymentRequired:
			payments++
		}
	}
	require.Contains(t, []int{refused, stopped, resolved}, at)
}

func TestBadScripts(t *testing.T) {
	t.Parallel()
	for _, s := range []Script{
		{DueAfterDays: -1}, {AskSupplement: &SupplementWish{After: 3}}, {AskSupplement: &SupplementWish{Rounds: -1}},
		{AskFee: &FeeWish{}}, {AskFee: &FeeWish{Amount: 1, After: 9}}, {HoldBefore: 11}, {Then: []int{0}},
	} {
		require.Error(t, s.check(), "%+v", s)
	}
	require.NoError(t, Script{Result: &portal.Result{}}.check())
}
