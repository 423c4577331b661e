package portaltest

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
	"hoso/internal/portal"
)

// unknown: the act took place and no trustworthy answer came. Lookup finds it,
// and the same key again does nothing new.
func unknown(t *testing.T, b Bundle) {
	for _, f := range []Fault{LoseAnswer, FailAfter, Garbage, Hang} {
		b.Fault(t, "submit", f, 1)
		s := Submission()
		ctx, giveUp := context.WithCancel(t.Context())
		if f == Hang {
			go giveUpOnceDone(t, b, s.Key, giveUp)
		}
		_, err := b.Connector.Submit(ctx, s)
		giveUp()
		requireEnding(t, err, outcome.Unknown, "")

		found, err := b.Connector.Lookup(t.Context(), s.Key)
		require.NoError(t, err, f)
		require.Equal(t, s.Key, found.Key)
		again, err := b.Connector.Submit(t.Context(), s)
		require.NoError(t, err, f)
		require.Equal(t, found.Reference, again.Reference)
		require.Equal(t, 1, b.Effects(t, s.Key), f)
	}
}

// giveUpOnceDone ends the wait for an answer once the act took place.
func giveUpOnceDone(t *testing.T, b Bundle, key string, giveUp func()) {
	for t.Context().Err() == nil && b.Effects(t, key) == 0 {
		runtime.Gosched()
	}
	giveUp()
}

// retryable: the portal says when to come back, and did nothing.
func retryable(t *testing.T, b Bundle) {
	for f, code := range map[Fault]string{RateLimit: "rate_limited", Unavailable: "unavailable"} {
		b.Fault(t, "submit", f, 1)
		s := Submission()
		_, err := b.Connector.Submit(t.Context(), s)
		e := requireEnding(t, err, outcome.Retryable, code)
		require.Equal(t, 7*time.Second, e.RetryAfter)
		require.Zero(t, b.Effects(t, s.Key))
		_, err = b.Connector.Submit(t.Context(), s)
		require.NoError(t, err)
	}
}

// failureBeforeEffect: a 500 tells nothing, so the outcome is unknown though
// nothing took place; the lookup says so.
func failureBeforeEffect(t *testing.T, b Bundle) {
	b.Fault(t, "submit", FailBefore, 1)
	s := Submission()
	_, err := b.Connector.Submit(t.Context(), s)
	requireEnding(t, err, outcome.Unknown, "")
	_, err = b.Connector.Lookup(t.Context(), s.Key)
	require.ErrorIs(t, err, portal.ErrNoSuchKey)
	_, err = b.Connector.Submit(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, 1, b.Effects(t, s.Key))
}

func refused(t *testing.T, b Bundle) {
	b.Fault(t, "submit", Refuse, 1)
	s := Submission()
	_, err := b.Connector.Submit(t.Context(), s)
	requireEnding(t, err, outcome.Refused, "not_competent")
	_, err = b.Connector.Lookup(t.Context(), s.Key)
	require.ErrorIs(t, err, portal.ErrNoSuchKey)
}

// questionsFail: whatever a lookup ends with, it must not be "no such key" nor
// a refusal, for both would be taken as leave to act again or to give up.
func questionsFail(t *testing.T, b Bundle) {
	s := submitted(t, b)
	for _, f := range []Fault{FailBefore, Garbage, RateLimit, Unavailable, Refuse, Hang} {
		ctx := t.Context()
		if f == Hang {
			short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			defer cancel()
			ctx = short
		}
		b.Fault(t, "lookup", f, 1)
		_, err := b.Connector.Lookup(ctx, s.Key)
		require.Error(t, err, f)
		require.NotErrorIs(t, err, portal.ErrNoSuchKey, f)
		require.NotEqual(t, outcome.Refused, outcome.KindOf(err), f)
		b.Fault(t, "events", f, 1)
		_, err = b.Connector.Events(ctx, s.Code)
		require.Error(t, err, f)
		require.NotEqual(t, outcome.Refused, outcome.KindOf(err), f)
	}
}

// portalWithoutKeys: on such a portal a blind repeat is a second filing; the
// connector must not make one by itself, and Lookup must tell.
func portalWithoutKeys(t *testing.T, b Bundle) {
	b.Fault(t, "submit", IgnoreKeys, 0)
	s := submitted(t, b)
	require.Equal(t, 1, b.Effects(t, s.Key))
	_, err := b.Connector.Lookup(t.Context(), s.Key)
	require.NoError(t, err)
	_, err = b.Connector.Submit(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, 2, b.Effects(t, s.Key), "the fault must bite, or this test shows nothing")
}

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

func unreachable(t *testing.T, b Bundle) {
	b.Unplug(t)
	s := Submission()
	_, err := b.Connector.Submit(t.Context(), s)
	requireEnding(t, err, outcome.Retryable, "unreachable")
	_, err = b.Connector.Lookup(t.Context(), s.Key)
	requireEnding(t, err, outcome.Retryable, "unreachable")
}

// calledOff: a context that ended before anything was sent leaves nothing behind.
func calledOff(t *testing.T, b Bundle) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := Submission()
	_, err := b.Connector.Submit(ctx, s)
	requireEnding(t, err, outcome.Retryable, "")
	require.Zero(t, b.Effects(t, s.Key))
}
