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
	"hoso/internal/outcome/outcometest"
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
	Fault func(t *testing.T, act string, f outcometest.Fault, n int)
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
		"KeyOfAnotherDossier":     keyOfAnotherDossier,
		"ActsOnUnknownDossier":    actsOnUnknownDossier,
		"NothingAskedFor":         nothingAskedFor,
		"ChangedDocument":         changedDocument,
		"KeysAreEscaped":          keysAreEscaped,
		"Restart":                 restart,
		"DocumentsOpenedJustOnce": documentsOpenedOnce,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
	outcometest.Run(t, func(t *testing.T) outcometest.Party { return open(t).party() })
}

// party is the portal as one that takes submissions.
func (b Bundle) party() outcometest.Party {
	return outcometest.Party{
		Act: "submit", Refusal: "not_competent", NoSuchKey: portal.ErrNoSuchKey, Private: private, Fault: b.Fault, Unplug: b.Unplug, Effects: b.Effects,
		New: func() outcometest.Act {
			s := Submission()
			return outcometest.Act{
				Key: s.Key,
				Do: func(ctx context.Context) (string, error) {
					r, err := b.Connector.Submit(ctx, s)
					return r.Reference, err
				},
				Lookup: func(ctx context.Context) (string, error) {
					r, err := b.Connector.Lookup(ctx, s.Key)
					return r.Reference, err
				},
				Events: func(ctx context.Context) error {
					_, err := b.Connector.Events(ctx, s.Code)
					return err
				},
			}
		},
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

// private are words of a submission's applicant.
var private = []string{"Nguy", "001090000001", "0900000123"}

func requireEnding(t *testing.T, err error, kind outcome.Kind, code string) {
	t.Helper()
	outcometest.Require(t, err, kind, code, private...)
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
