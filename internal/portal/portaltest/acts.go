package portaltest

import (
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
	"hoso/internal/portal"
)

func acceptsAndResolves(t *testing.T, b Bundle) {
	s := submitted(t, b)
	require.Equal(t, []int{2, 4, 9}, statuses(t, b, s.Code))
	events, err := b.Connector.Events(t.Context(), s.Code)
	require.NoError(t, err)
	require.Regexp(t, `^H26\.12\.03-\d{6}-\d{4,5}$`, events[0].PortalCode)
	require.NotNil(t, events[0].DueAt)
	require.True(t, events[0].DueAt.After(events[0].OccurredAt))
	require.NotNil(t, events[2].Result)
	require.True(t, events[2].Result.Paper)
}

func supplement(t *testing.T, b Bundle) {
	b.Script(t, Script{AskSupplement: []string{"to-khai"}})
	s := submitted(t, b)
	require.Equal(t, []int{2, 5}, statuses(t, b, s.Code))
	events, err := b.Connector.Events(t.Context(), s.Code)
	require.NoError(t, err)
	require.Equal(t, []string{"to-khai"}, events[1].Components)

	_, err = b.Connector.Withdraw(t.Context(), portal.Withdrawal{Key: s.Key, Code: s.Code})
	requireEnding(t, err, outcome.Refused, "key_reused")
	give := portal.Supplement{Key: s.Code + "/supplement/1", Code: s.Code, Round: 1, Documents: []portal.Document{Document("to-khai", []byte("better"))}}
	r, err := b.Connector.Supplement(t.Context(), give)
	require.NoError(t, err)
	require.Equal(t, give.Key, r.Key)
	require.Equal(t, []int{2, 5, 4, 9}, statuses(t, b, s.Code))

	again, err := b.Connector.Supplement(t.Context(), give)
	require.NoError(t, err)
	require.Equal(t, r.Reference, again.Reference)
	require.Equal(t, 1, b.Effects(t, give.Key))
	require.Equal(t, []int{2, 5, 4, 9}, statuses(t, b, s.Code))
}

func fee(t *testing.T, b Bundle) {
	b.Script(t, Script{AskFee: 8000})
	s := submitted(t, b)
	require.Equal(t, []int{2, 6}, statuses(t, b, s.Code))
	events, err := b.Connector.Events(t.Context(), s.Code)
	require.NoError(t, err)
	require.EqualValues(t, 8000, events[1].FeeAmount)

	pay := portal.Payment{Key: s.Code + "/payment/1", Code: s.Code, Amount: 8000, PaidAt: time.Now()}
	for range 2 {
		_, err = b.Connector.ConfirmPayment(t.Context(), pay)
		require.NoError(t, err)
	}
	require.Equal(t, 1, b.Effects(t, pay.Key))
	require.Equal(t, []int{2, 6, 4, 9}, statuses(t, b, s.Code))
}

func refusesReception(t *testing.T, b Bundle) {
	b.Script(t, Script{Refuse: "Không thuộc thẩm quyền"})
	s := submitted(t, b)
	require.Equal(t, []int{3}, statuses(t, b, s.Code))
	events, err := b.Connector.Events(t.Context(), s.Code)
	require.NoError(t, err)
	require.Equal(t, "Không thuộc thẩm quyền", events[0].Text)
}

func withdraw(t *testing.T, b Bundle) {
	b.Script(t, Script{Hold: true})
	s := submitted(t, b)
	require.Empty(t, statuses(t, b, s.Code))
	w := portal.Withdrawal{Key: s.Code + "/withdraw/1", Code: s.Code, Reason: "đổi ý"}
	for range 2 {
		_, err := b.Connector.Withdraw(t.Context(), w)
		require.NoError(t, err)
	}
	require.Equal(t, 1, b.Effects(t, w.Key))
	require.Equal(t, []int{7}, statuses(t, b, s.Code))
}

func withdrawAfterDecision(t *testing.T, b Bundle) {
	s := submitted(t, b)
	b.Settle(t)
	_, err := b.Connector.Withdraw(t.Context(), portal.Withdrawal{Key: s.Code + "/withdraw/1", Code: s.Code})
	requireEnding(t, err, outcome.Refused, "already_decided")
	_, err = b.Connector.Lookup(t.Context(), s.Code+"/withdraw/1")
	require.ErrorIs(t, err, portal.ErrNoSuchKey, "a refused act did not happen")
}

func sameKeyTwice(t *testing.T, b Bundle) {
	s := Submission()
	_, err := b.Connector.Lookup(t.Context(), s.Key)
	require.ErrorIs(t, err, portal.ErrNoSuchKey)
	first, err := b.Connector.Submit(t.Context(), s)
	require.NoError(t, err)
	second, err := b.Connector.Submit(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, first.Reference, second.Reference)
	require.True(t, first.DoneAt.Equal(second.DoneAt))
	found, err := b.Connector.Lookup(t.Context(), s.Key)
	require.NoError(t, err)
	require.Equal(t, first.Reference, found.Reference)
	require.Equal(t, 1, b.Effects(t, s.Key))
	require.Equal(t, []int{2, 4, 9}, statuses(t, b, s.Code))
}

func keyOfAnotherDossier(t *testing.T, b Bundle) {
	s, other := submitted(t, b), Submission()
	other.Key = s.Key
	_, err := b.Connector.Submit(t.Context(), other)
	requireEnding(t, err, outcome.Refused, "key_reused")
}

func actsOnUnknownDossier(t *testing.T, b Bundle) {
	_, err := b.Connector.Withdraw(t.Context(), portal.Withdrawal{Key: "NONE-250205-0001-X/withdraw/1", Code: "NONE-250205-0001-X"})
	requireEnding(t, err, outcome.Refused, "no_such_dossier")
	events, err := b.Connector.Events(t.Context(), "NONE-250205-0001-X")
	require.NoError(t, err)
	require.Empty(t, events)
}

func nothingAskedFor(t *testing.T, b Bundle) {
	b.Script(t, Script{AskFee: 8000})
	s := submitted(t, b)
	b.Settle(t)
	_, err := b.Connector.Supplement(t.Context(), portal.Supplement{Key: s.Code + "/supplement/1", Code: s.Code, Round: 1})
	requireEnding(t, err, outcome.Refused, "not_asked")
	_, err = b.Connector.ConfirmPayment(t.Context(), portal.Payment{Key: s.Code + "/payment/1", Code: s.Code, Amount: 7999})
	requireEnding(t, err, outcome.Refused, "wrong_amount")
	require.Equal(t, []int{2, 6}, statuses(t, b, s.Code))
}

// A scan that is not what its digest says never reaches the portal as a whole.
func changedDocument(t *testing.T, b Bundle) {
	s := Submission()
	s.Documents[1].SHA256 = strings.Repeat("0", 64)
	_, err := b.Connector.Submit(t.Context(), s)
	require.Error(t, err)
	require.NotEqual(t, outcome.Refused, outcome.KindOf(err), "it is not the portal that says no")
	require.Zero(t, b.Effects(t, s.Key))
}

func keysAreEscaped(t *testing.T, b Bundle) {
	s := Submission()
	s.Key = s.Code + "/submit?a=1&b=%2F#x/é 1"
	_, err := b.Connector.Submit(t.Context(), s)
	require.NoError(t, err)
	found, err := b.Connector.Lookup(t.Context(), s.Key)
	require.NoError(t, err)
	require.Equal(t, s.Key, found.Key)
}

func documentsOpenedOnce(t *testing.T, b Bundle) {
	s := Submission()
	var opened, closed atomic.Int32
	open := s.Documents[0].Open
	s.Documents[0].Open = func(ctx context.Context) (io.ReadCloser, error) {
		opened.Add(1)
		r, err := open(ctx)
		return counting{r, &closed}, err
	}
	_, err := b.Connector.Submit(t.Context(), s)
	require.NoError(t, err)
	require.EqualValues(t, 1, opened.Load())
	require.EqualValues(t, 1, closed.Load())
}

type counting struct {
	io.Reader
	n *atomic.Int32
}

func (c counting) Close() error { c.n.Add(1); return nil }

// restart: what was acknowledged is known afterwards, and nothing is told twice
// under another id.
func restart(t *testing.T, b Bundle) {
	if b.Restart == nil {
		t.Skip("the other side cannot be restarted")
	}
	b.Script(t, Script{AskSupplement: []string{"to-khai"}})
	s := submitted(t, b)
	before, err := b.Connector.Lookup(t.Context(), s.Key)
	require.NoError(t, err)
	b.Restart(t)
	after, err := b.Connector.Lookup(t.Context(), s.Key)
	require.NoError(t, err)
	require.Equal(t, before.Reference, after.Reference)
	require.True(t, before.DoneAt.Equal(after.DoneAt))

	require.Equal(t, []int{2, 5}, statuses(t, b, s.Code))
	events, err := b.Connector.Events(t.Context(), s.Code)
	require.NoError(t, err)
	b.Restart(t)
	_, err = b.Connector.Supplement(t.Context(), portal.Supplement{Key: s.Code + "/supplement/1", Code: s.Code, Round: 1})
	require.NoError(t, err)
	require.Equal(t, []int{2, 5, 4, 9}, statuses(t, b, s.Code))
	b.Restart(t)
	require.Equal(t, []int{2, 5, 4, 9}, statuses(t, b, s.Code))
	whole, err := b.Connector.Events(t.Context(), s.Code)
	require.NoError(t, err)
	require.Equal(t, events, whole[:2], "what was said stays said")
	require.Equal(t, 1, b.Effects(t, s.Key))
}
