// Package portaltest holds what every portal.Connector must do, whatever it
// speaks. An adapter opens a Bundle: itself, and a handle on the other side to
// make it misbehave.
package portaltest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
	"hoso/internal/portal"
)

// Bundle is a connector and the portal behind it, fresh for one test.
type Bundle struct {
	Connector portal.Connector
	// Script tells the portal's officers what to do with dossiers filed from now
	// on.
	Script func(t *testing.T, s Script)
	// Fault makes calls of an act ("submit", "supplement", "payment",
	// "withdraw", "lookup", "events") go wrong from now on, the first n times.
	Fault func(t *testing.T, act string, f Fault, n int)
	// Settle returns when the portal has nothing more to do by itself.
	Settle func(t *testing.T)
	// Restart ends the portal without notice and starts it again; nil where the
	// other side cannot be restarted.
	Restart func(t *testing.T)
	// Unplug ends the portal for good, so that its address refuses connections.
	Unplug func(t *testing.T)
	// Effects counts how often the portal did the act of a key.
	Effects func(t *testing.T, key string) int
}

// Script is what an officer is to do.
type Script struct {
	AskSupplement []string // these components, once
	AskFee        int64    // this amount, once
	Hold          bool     // nothing
	Refuse        string   // refuse reception with this reason
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
	Refuse      Fault = "refuse"      // a final no, code "not_competent"
	IgnoreKeys  Fault = "ignore_keys" // a known key is a new act
)

// Run puts a connector through all of it.
func Run(t *testing.T, open func(t *testing.T) Bundle) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Bundle){
		"AcceptsAndResolves":      acceptsAndResolves,
		"Supplement":              supplement,
		"Fee":                     fee,
		"RefusesReception":        refusesReception,
		"Withdraw":                withdraw,
		"WithdrawAfterDecision":   withdrawAfterDecision,
		"SameKeyTwice":            sameKeyTwice,
		"SameKeyAtOnce":           sameKeyAtOnce,
		"KeyOfAnotherDossier":     keyOfAnotherDossier,
		"Unknown":                 unknown,
		"RetryableBeforeEffect":   retryable,
		"FailureBeforeEffect":     failureBeforeEffect,
		"Refused":                 refused,
		"QuestionsFail":           questionsFail,
		"PortalWithoutKeys":       portalWithoutKeys,
		"ActsOnUnknownDossier":    actsOnUnknownDossier,
		"NothingAskedFor":         nothingAskedFor,
		"ChangedDocument":         changedDocument,
		"KeysAreEscaped":          keysAreEscaped,
		"Restart":                 restart,
		"Unreachable":             unreachable,
		"CalledOff":               calledOff,
		"DocumentsOpenedJustOnce": documentsOpenedOnce,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

var serial atomic.Int64

// Submission makes up a dossier that no other test uses.
func Submission() portal.Submission {
	code := fmt.Sprintf("VNPHKI-250205-%04d-M", serial.Add(1))
	return portal.Submission{
		Key: code + "/submit/1", Code: code, Procedure: "2.000635", Case: "default", Authority: "H26.12.03",
		Office: "VNPHKI", Network: "vnpost", Quantity: 1, FiledAt: time.Date(2025, 2, 5, 9, 30, 0, 0, time.UTC),
		Applicant: portal.Person{Kind: "citizen", FullName: "Nguyễn Văn Án Mẫu", CitizenID: "001090000001", Phone: "0900000123", Address: "1 Phố Mẫu"},
		Documents: []portal.Document{Document("to-khai", []byte("%PDF-1.7 a form")), Document("cccd", bytes.Repeat([]byte("scan "), 50_000))},
	}
}

// Document makes a scan of the given bytes.
func Document(component string, content []byte) portal.Document {
	sum := sha256.Sum256(content)
	return portal.Document{
		Component: component, SHA256: hex.EncodeToString(sum[:]), MediaType: "application/pdf", Bytes: int64(len(content)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	}
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
	for ; err != nil; err = unwrap(err) {
		require.NotContains(t, err.Error(), "Nguy")
		require.NotContains(t, err.Error(), "001090000001")
		require.NotContains(t, err.Error(), "0900000123")
	}
	return e
}

func unwrap(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return nil
}

// statuses lists what the portal said about a dossier, after holding each event
// against what all events must be.
func statuses(t *testing.T, b Bundle, code string) []int {
	t.Helper()
	b.Settle(t)
	events, err := b.Connector.Events(t.Context(), code)
	require.NoError(t, err)
	var list []int
	seen := map[string]bool{}
	for i, e := range events {
		require.Equal(t, code, e.Code)
		require.NotEmpty(t, e.ID)
		require.False(t, seen[e.ID], "event id given twice")
		seen[e.ID] = true
		if i > 0 {
			require.True(t, e.OccurredAt.After(events[i-1].OccurredAt), "events are oldest first")
		}
		list = append(list, e.Status)
	}
	return list
}

func submitted(t *testing.T, b Bundle) portal.Submission {
	t.Helper()
	s := Submission()
	r, err := b.Connector.Submit(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, s.Key, r.Key)
	require.NotEmpty(t, r.Reference)
	require.False(t, r.DoneAt.IsZero())
	return s
}
