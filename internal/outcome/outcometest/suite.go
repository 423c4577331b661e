// Package outcometest holds what every act upon the outside world must do in
// each of its endings, whatever the act and whoever does it: the four ways to
// end, the business key, the questions afterwards. An adapter's own suite opens a
// Party for it.
package outcometest

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
)

// Party is the other side of an adapter, fresh for one test.
type Party struct {
	// New makes up an act that no other test uses.
	New func() Act
	// Act is what Fault calls such an act.
	Act string
	// Fault makes calls of an act, "lookup" or "events" go wrong from now on, the
	// first n times (0: always).
	Fault func(t *testing.T, act string, f Fault, n int)
	// Unplug ends the party for good, so that its address refuses connections.
	Unplug func(t *testing.T)
	// Effects counts how often the act of a key was done.
	Effects func(t *testing.T, key string) int
	// NoSuchKey is what a lookup of an act ends with that was not done.
	NoSuchKey error
	// Refusal is the code of the fault Refuse.
	Refusal string
	// Private lists words of the acts that no error may repeat.
	Private []string
}

// Act is one act under its key, and the questions about it.
type Act struct {
	Key    string
	Do     func(context.Context) (reference string, err error)
	Lookup func(context.Context) (reference string, err error)
	Events func(context.Context) error
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
	Refuse      Fault = "refuse"      // a final no
	IgnoreKeys  Fault = "ignore_keys" // a known key is a new act
)

// Run puts an act through all of it.
func Run(t *testing.T, open func(t *testing.T) Party) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Party, Act){
		"SameKeyAtOnce":         sameKeyAtOnce,
		"Unknown":               unknown,
		"RetryableBeforeEffect": retryable,
		"FailureBeforeEffect":   failureBeforeEffect,
		"Refused":               refused,
		"QuestionsFail":         questionsFail,
		"WithoutKeys":           withoutKeys,
		"Unreachable":           unreachable,
		"CalledOff":             calledOff,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t)
			test(t, p, p.New())
		})
	}
}

func sameKeyAtOnce(t *testing.T, p Party, a Act) {
	references := make([]string, 8)
	var all sync.WaitGroup
	for i := range references {
		all.Go(func() {
			if reference, err := a.Do(t.Context()); err == nil {
				references[i] = reference
			}
		})
	}
	all.Wait()
	for _, r := range references {
		require.NotEmpty(t, r)
		require.Equal(t, references[0], r)
	}
	require.Equal(t, 1, p.Effects(t, a.Key))
}

// unknown: the act took place and no trustworthy answer came. Lookup finds it,
// and the same key again does nothing new.
func unknown(t *testing.T, p Party, _ Act) {
	for _, f := range []Fault{LoseAnswer, FailAfter, Garbage, Hang} {
		p.Fault(t, p.Act, f, 1)
		a := p.New()
		ctx, giveUp := context.WithCancel(t.Context())
		if f == Hang {
			go p.giveUpOnceDone(t, a.Key, giveUp)
		}
		_, err := a.Do(ctx)
		giveUp()
		p.ends(t, err, outcome.Unknown, "")

		found, err := a.Lookup(t.Context())
		require.NoError(t, err, f)
		again, err := a.Do(t.Context())
		require.NoError(t, err, f)
		require.Equal(t, found, again)
		require.Equal(t, 1, p.Effects(t, a.Key), f)
	}
}

// giveUpOnceDone ends the wait for an answer once the act took place.
func (p Party) giveUpOnceDone(t *testing.T, key string, giveUp func()) {
	for t.Context().Err() == nil && p.Effects(t, key) == 0 {
		runtime.Gosched()
	}
	giveUp()
}

// retryable: the party says when to come back, and did nothing.
func retryable(t *testing.T, p Party, _ Act) {
	for f, code := range map[Fault]string{RateLimit: "rate_limited", Unavailable: "unavailable"} {
		p.Fault(t, p.Act, f, 1)
		a := p.New()
		_, err := a.Do(t.Context())
		e := p.ends(t, err, outcome.Retryable, code)
		require.Equal(t, 7*time.Second, e.RetryAfter)
		require.Zero(t, p.Effects(t, a.Key))
		_, err = a.Do(t.Context())
		require.NoError(t, err)
	}
}

// failureBeforeEffect: a 500 tells nothing, so the outcome is unknown though
// nothing took place; the lookup says so.
func failureBeforeEffect(t *testing.T, p Party, a Act) {
	p.Fault(t, p.Act, FailBefore, 1)
	_, err := a.Do(t.Context())
	p.ends(t, err, outcome.Unknown, "")
	_, err = a.Lookup(t.Context())
	require.ErrorIs(t, err, p.NoSuchKey)
	_, err = a.Do(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, p.Effects(t, a.Key))
}

func refused(t *testing.T, p Party, a Act) {
	p.Fault(t, p.Act, Refuse, 1)
	_, err := a.Do(t.Context())
	p.ends(t, err, outcome.Refused, p.Refusal)
	_, err = a.Lookup(t.Context())
	require.ErrorIs(t, err, p.NoSuchKey)
}

// questionsFail: whatever a lookup ends with, it must not be "no such key" nor
// a refusal, for both would be taken as leave to act again or to give up.
func questionsFail(t *testing.T, p Party, a Act) {
	_, err := a.Do(t.Context())
	require.NoError(t, err)
	for _, f := range []Fault{FailBefore, Garbage, RateLimit, Unavailable, Refuse, Hang} {
		ctx := t.Context()
		if f == Hang {
			short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			defer cancel()
			ctx = short
		}
		p.Fault(t, "lookup", f, 1)
		_, err := a.Lookup(ctx)
		require.Error(t, err, f)
		require.NotErrorIs(t, err, p.NoSuchKey, f)
		require.NotEqual(t, outcome.Refused, outcome.KindOf(err), f)
		p.Fault(t, "events", f, 1)
		err = a.Events(ctx)
		require.Error(t, err, f)
		require.NotEqual(t, outcome.Refused, outcome.KindOf(err), f)
	}
}

// withoutKeys: with such a party a blind repeat does the act a second time; the
// adapter must not repeat by itself, and Lookup must tell.
func withoutKeys(t *testing.T, p Party, a Act) {
	p.Fault(t, p.Act, IgnoreKeys, 0)
	_, err := a.Do(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, p.Effects(t, a.Key))
	_, err = a.Lookup(t.Context())
	require.NoError(t, err)
	_, err = a.Do(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, p.Effects(t, a.Key), "the fault must bite, or this test shows nothing")
}

func unreachable(t *testing.T, p Party, a Act) {
	p.Unplug(t)
	_, err := a.Do(t.Context())
	p.ends(t, err, outcome.Retryable, "unreachable")
	_, err = a.Lookup(t.Context())
	p.ends(t, err, outcome.Retryable, "unreachable")
}

// calledOff: a context that ended before anything was sent leaves nothing behind.
func calledOff(t *testing.T, p Party, a Act) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := a.Do(ctx)
	p.ends(t, err, outcome.Retryable, "")
	require.Zero(t, p.Effects(t, a.Key))
}

func (p Party) ends(t *testing.T, err error, kind outcome.Kind, code string) *outcome.Error {
	t.Helper()
	return Require(t, err, kind, code, p.Private...)
}

// Require holds an error against the kind and the code wanted ("" for any), and
// all of its words against those that are private.
func Require(t *testing.T, err error, kind outcome.Kind, code string, private ...string) *outcome.Error {
	t.Helper()
	e := new(outcome.Error)
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind.String(), e.Kind.String(), e.Code)
	if code != "" {
		require.Equal(t, code, e.Code)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		for _, word := range private {
			require.NotContains(t, err.Error(), word)
		}
	}
	return e
}
