package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/portal"
	"hoso/internal/portal/portaltest"
)

// filed submits a dossier as an office.
func (b *bench) filed(t *testing.T, office, network string) portal.Submission {
	t.Helper()
	s := portaltest.Submission()
	s.Office, s.Network = office, network
	s.Code = strings.Replace(s.Code, "VNPHKI", office, 1)
	s.Key = s.Code + "/submit/1"
	_, err := b.Submit(t.Context(), s)
	require.NoError(t, err)
	return s
}

// The rule of the sample run: every dossier of an FPT office is asked once.
func TestRuleForOneNetworksOffices(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"name": "fpt-supplement", "when": {"office": "FPT"}, "script": {"ask_supplement": {"components": ["to-khai"], "text": "Tờ khai thiếu chữ ký"}}}]}`, nil)
	asked, other := b.filed(t, "FPTCGY", "fpt"), b.filed(t, "VNPHKI", "vnpost")
	b.Settle(t)
	require.Equal(t, []int{2, 5}, b.statuses(t, asked.Code))
	require.Equal(t, []int{2, 4, 9}, b.statuses(t, other.Code))
	events, err := b.Events(t.Context(), asked.Code)
	require.NoError(t, err)
	require.Equal(t, "Tờ khai thiếu chữ ký", events[1].Text)
	_, err = b.Supplement(t.Context(), portal.Supplement{Key: asked.Code + "/supplement/1", Code: asked.Code, Round: 2})
	require.ErrorContains(t, err, "wrong_round")
	_, err = b.Supplement(t.Context(), portal.Supplement{Key: asked.Code + "/supplement/1", Code: asked.Code, Round: 1})
	require.NoError(t, err)
	b.Settle(t)
	require.Equal(t, []int{2, 5, 4, 9}, b.statuses(t, asked.Code))
}

func TestNumbersRunByAuthorityAndDay(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"when": {"office": "SAME"}, "script": {"portal_code": "H26.12.03-250205-0001"}}]}`, nil)
	number := func(authority, office string) string {
		s := portaltest.Submission()
		s.Authority, s.Office = authority, office
		_, err := b.Submit(t.Context(), s)
		require.NoError(t, err)
		b.Settle(t)
		events, err := b.Events(t.Context(), s.Code)
		require.NoError(t, err)
		return events[0].PortalCode
	}
	require.Equal(t, "H26.12.03-250205-0001", number("H26.12.03", "VNPHKI"))
	require.Equal(t, "H26.12.03-250205-0002", number("H26.12.03", "VNPHKI"))
	require.Equal(t, "H26.12.04-250205-0001", number("H26.12.04", "VNPHKI"))
	b.Kill(t)
	require.Equal(t, "H26.12.03-250205-0003", number("H26.12.03", "VNPHKI"))
	require.Equal(t, "H26.12.03-250205-0001", number("H26.12.03", "SAMEXX"), "the portal that gives one number twice")
	b.clock.Advance(14*time.Hour + 30*time.Minute) // midnight, in Hà Nội
	require.Equal(t, "H26.12.03-250206-0001", number("H26.12.03", "VNPHKI"))
}

func TestStepsTakeTheirTime(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"script": {"step_delay": "1h", "due_after_days": 3}}]}`, nil)
	s := b.filed(t, "VNPHKI", "vnpost")
	for n := range 3 {
		require.Len(t, b.statuses(t, s.Code), n)
		if n == 1 {
			b.Kill(t) // the time waited so far still counts
		}
		b.clock.AwaitWaiter(59 * time.Minute)
		b.clock.Advance(time.Hour)
		b.waitFor(t, s.Code, n+1)
	}
	events, err := b.Events(t.Context(), s.Code)
	require.NoError(t, err)
	require.Equal(t, today.Add(time.Hour).Unix(), events[0].OccurredAt.Unix())
	require.Equal(t, "2025-02-10T17:00:00+07:00", events[0].DueAt.Format(time.RFC3339), "not on Saturday")

	// Withdrawn while the officer takes her time: that is what happens next.
	w := b.filed(t, "VNPHKI", "vnpost")
	_, err = b.Withdraw(t.Context(), portal.Withdrawal{Key: w.Code + "/withdraw/1", Code: w.Code, Reason: "Nguyễn Văn Án Mẫu đổi ý"})
	require.NoError(t, err)
	b.clock.AwaitWaiter(59 * time.Minute)
	b.clock.Advance(time.Hour)
	b.Settle(t)
	require.Equal(t, []int{7}, b.statuses(t, w.Code))
	_, err = b.Withdraw(t.Context(), portal.Withdrawal{Key: w.Code + "/withdraw/2", Code: w.Code})
	require.ErrorContains(t, err, "already_withdrawn")
}

// waitFor asks until a dossier has so many events.
func (b *bench) waitFor(t *testing.T, code string, n int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); len(b.statuses(t, code)) < n; {
		require.True(t, time.Now().Before(deadline), "no event came")
	}
}

func TestHoldAndRelease(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"when": {"office": "V"}, "script": {"hold": true}}, {"when": {"office": "FPT"}, "script": {"hold_before": 9}}]}`, nil)
	v, f := b.filed(t, "VNPHKI", "vnpost"), b.filed(t, "FPTCGY", "fpt")
	b.Settle(t)
	require.Empty(t, b.statuses(t, v.Code))
	require.Equal(t, []int{2, 4}, b.statuses(t, f.Code))
	b.Kill(t)
	require.JSONEq(t, `{"released": 1}`, b.admin(t, "POST", "/admin/release", `{"code": "`+f.Code+`"}`))
	b.Settle(t)
	require.Empty(t, b.statuses(t, v.Code))
	require.Equal(t, []int{2, 4, 9}, b.statuses(t, f.Code))
	require.JSONEq(t, `{"released": 1}`, b.admin(t, "POST", "/admin/release", ""))
	b.Kill(t)
	b.Settle(t)
	require.Equal(t, []int{2, 4, 9}, b.statuses(t, v.Code), "a release outlives the portal")
	require.JSONEq(t, `{"released": 0}`, b.admin(t, "POST", "/admin/release", `{}`))
}

func TestAnswerWaitsTheDelay(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"when": {"act": "submit"}, "call": {"delay": "30m"}}]}`, nil)
	s := portaltest.Submission()
	answered := make(chan error, 1)
	go func() {
		_, err := b.Submit(t.Context(), s)
		answered <- err
	}()
	b.clock.AwaitWaiter(29 * time.Minute)
	require.Equal(t, 1, b.effects(t, s.Key), "the act took place, its answer is on the way")
	require.Empty(t, answered)
	b.clock.Advance(30 * time.Minute)
	require.NoError(t, <-answered)
}
