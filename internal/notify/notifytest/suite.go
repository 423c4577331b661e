// Package notifytest holds what every notify.Channel must do, whatever it
// speaks. An adapter opens a Bundle: itself, and a handle on the other side to
// make it misbehave.
package notifytest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/notify"
	"hoso/internal/outcome"
	"hoso/internal/outcome/outcometest"
)

// Bundle is a channel and the other side of it, fresh for one test.
type Bundle struct {
	Channel notify.Channel
	// To is an address that the channel takes.
	To string
	// Fault makes the next call go wrong; nil where there is no other side.
	Fault func(t *testing.T, f Fault)
	// Unplug ends the other side for good; nil where there is none.
	Unplug func(t *testing.T)
	// Effects counts how often a key's message was taken.
	Effects func(t *testing.T, key string) int
	// Forgets says that the other side cannot be asked what became of a key.
	Forgets bool
}

// Fault is one way to go wrong.
type Fault string

// The ways to go wrong.
const (
	LoseAnswer Fault = "lose_answer" // taken, and the connection closed
	Hang       Fault = "hang"        // taken, and never answered
	Later      Fault = "later"       // not taken; it may be tried again
	Refuse     Fault = "refuse"      // a final no for this recipient
	Vanish     Fault = "vanish"      // the connection closed before anything was taken
)

// Run puts a channel through all of it.
func Run(t *testing.T, open func(t *testing.T) Bundle) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Bundle){
		"Sends": sends, "SaysWhetherItCanBeAsked": asked, "Unknown": unknown, "GivesUpInTime": givesUp,
		"Retryable": retryable, "Refused": refused, "Vanishes": vanishes, "Unreachable": unreachable, "CalledOff": calledOff,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

var serial atomic.Int64

// message is one that no other test uses.
func (b Bundle) message() notify.Message {
	code := fmt.Sprintf("VNPHKI-260702-%04d-M", serial.Add(1))
	return notify.Message{Key: code + "/notify/3/accepted/any", To: b.To, Subject: "Hồ sơ " + code, Text: code + ": Cơ quan đã tiếp nhận hợp lệ."}
}

func sends(t *testing.T, b Bundle) {
	m := b.message()
	before := time.Now().Add(-time.Second)
	r, err := b.Channel.Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, m.Key, r.Key)
	require.NotEmpty(t, r.Reference)
	require.NotContains(t, r.Reference, b.To)
	require.True(t, r.DoneAt.After(before))
	require.Equal(t, 1, b.Effects(t, m.Key))
}

func asked(t *testing.T, b Bundle) {
	m := b.message()
	_, err := b.Channel.Lookup(t.Context(), m.Key)
	if b.Forgets {
		require.ErrorIs(t, err, notify.ErrCannotAsk)
		return
	}
	require.ErrorIs(t, err, notify.ErrNoSuchKey)
	sent, err := b.Channel.Send(t.Context(), m)
	require.NoError(t, err)
	found, err := b.Channel.Lookup(t.Context(), m.Key)
	require.NoError(t, err)
	require.Equal(t, sent.Reference, found.Reference)
	require.Equal(t, sent.NotTold, found.NotTold)
}

// unknown: it was taken and no trustworthy answer came.
func unknown(t *testing.T, b Bundle) {
	b.needFault(t)
	b.Fault(t, LoseAnswer)
	m := b.message()
	_, err := b.Channel.Send(t.Context(), m)
	b.requireEnding(t, err, outcome.Unknown)
	require.Equal(t, 1, b.Effects(t, m.Key))
	if b.Forgets {
		return
	}
	_, err = b.Channel.Lookup(t.Context(), m.Key)
	require.NoError(t, err)
	_, err = b.Channel.Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, 1, b.Effects(t, m.Key))
}

// givesUp: an answer that never comes ends with the caller's patience.
func givesUp(t *testing.T, b Bundle) {
	b.needFault(t)
	b.Fault(t, Hang)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := b.Channel.Send(ctx, b.message())
	b.requireEnding(t, err, outcome.Unknown)
}

func retryable(t *testing.T, b Bundle) {
	b.needFault(t)
	b.Fault(t, Later)
	m := b.message()
	_, err := b.Channel.Send(t.Context(), m)
	b.requireEnding(t, err, outcome.Retryable)
	require.Zero(t, b.Effects(t, m.Key))
	_, err = b.Channel.Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, 1, b.Effects(t, m.Key))
}

func refused(t *testing.T, b Bundle) {
	b.needFault(t)
	b.Fault(t, Refuse)
	m := b.message()
	_, err := b.Channel.Send(t.Context(), m)
	b.requireEnding(t, err, outcome.Refused)
	require.Zero(t, b.Effects(t, m.Key))
}

// vanishes: whether it is retryable or unknown depends on how far it came; it
// must not be a refusal, and nothing may have been taken.
func vanishes(t *testing.T, b Bundle) {
	b.needFault(t)
	b.Fault(t, Vanish)
	m := b.message()
	_, err := b.Channel.Send(t.Context(), m)
	require.Error(t, err)
	require.NotEqual(t, outcome.Refused, outcome.KindOf(err))
	require.Zero(t, b.Effects(t, m.Key))
}

func unreachable(t *testing.T, b Bundle) {
	if b.Unplug == nil {
		t.Skip("there is no other side")
	}
	b.Unplug(t)
	_, err := b.Channel.Send(t.Context(), b.message())
	e := b.requireEnding(t, err, outcome.Retryable)
	require.Equal(t, "unreachable", e.Code)
}

func calledOff(t *testing.T, b Bundle) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := b.message()
	_, err := b.Channel.Send(ctx, m)
	b.requireEnding(t, err, outcome.Retryable)
	require.Zero(t, b.Effects(t, m.Key))
}

func (b Bundle) needFault(t *testing.T) {
	t.Helper()
	if b.Fault == nil {
		t.Skip("there is no other side")
	}
}

// requireEnding holds an error against the kind wanted, and all of its words
// against the address and the message.
func (b Bundle) requireEnding(t *testing.T, err error, kind outcome.Kind) *outcome.Error {
	t.Helper()
	return outcometest.Require(t, err, kind, "", b.To, "tiếp nhận")
}
