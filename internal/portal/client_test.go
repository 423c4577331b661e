package portal_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
	"hoso/internal/portal"
	"hoso/internal/portal/portaltest"
)

// saying is a portal that gives one answer to everything.
func saying(t *testing.T, status int, body string) *portal.HTTPClient {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	c, err := portal.NewHTTPClient(srv.URL, "token", nil)
	require.NoError(t, err)
	return c
}

// Only the receipt of the very key is a receipt.
func TestReceiptsThatAreNone(t *testing.T) {
	t.Parallel()
	const key = "C/submit/1"
	good := fmt.Sprintf(`{"key":%q,"reference":"R-1","done_at":"2025-02-05T09:30:00+07:00"}`, key)
	r, err := saying(t, 201, good).Lookup(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, "R-1", r.Reference)
	for _, body := range []string{
		`{"key":"C/submit/2","reference":"R-1","done_at":"2025-02-05T09:30:00+07:00"}`,
		fmt.Sprintf(`{"key":%q,"done_at":"2025-02-05T09:30:00+07:00"}`, key),
		fmt.Sprintf(`{"key":%q,"reference":"R-1"}`, key),
		fmt.Sprintf(`{"key":%q,"reference":"R-1","done_at":"yesterday"}`, key),
		`[]`, `null`, `{}`, ``,
	} {
		c := saying(t, 200, body)
		s := portaltest.Submission()
		s.Key = key
		for _, act := range []func() (portal.Receipt, error){
			func() (portal.Receipt, error) { return c.Submit(t.Context(), s) },
			func() (portal.Receipt, error) { return c.Supplement(t.Context(), portal.Supplement{Key: key}) },
			func() (portal.Receipt, error) { return c.ConfirmPayment(t.Context(), portal.Payment{Key: key}) },
			func() (portal.Receipt, error) { return c.Withdraw(t.Context(), portal.Withdrawal{Key: key}) },
			func() (portal.Receipt, error) { return c.Lookup(t.Context(), key) },
		} {
			_, err := act()
			require.Equal(t, outcome.Unknown, outcome.KindOf(err), body)
			require.EqualError(t, err, "unknown: garbled_answer")
		}
	}
}

// One event that cannot be true spoils the list: a decision about another
// dossier must never close this one.
func TestEventsThatAreNone(t *testing.T) {
	t.Parallel()
	const good = `{"event_id":"C-1","code":"C","status":2,"occurred_at":"2025-02-05T09:30:00+07:00"}`
	events, err := saying(t, 200, `{"events":[`+good+`]}`).Events(t.Context(), "C")
	require.NoError(t, err)
	require.Len(t, events, 1)
	events, err = saying(t, 200, `{"events":[]}`).Events(t.Context(), "C")
	require.NoError(t, err)
	require.Empty(t, events)
	for _, body := range []string{
		`{"events":[` + good + `,{"event_id":"D-2","code":"D","status":9,"occurred_at":"2025-02-05T09:30:00+07:00"}]}`,
		`{"events":[{"code":"C","status":2}]}`,
		`{"events":[{"event_id":"C-1","code":"C","status":0}]}`,
		`{"events":[{"event_id":"C-1","code":"C","status":11}]}`,
		`{"events":[{"event_id":"C-1","code":"C","status":"accepted"}]}`,
		`{"events":null}`, `{}`, `[]`, `<html>`,
	} {
		_, err := saying(t, 200, body).Events(t.Context(), "C")
		require.EqualError(t, err, "unknown: garbled_answer", body)
	}
}

func TestBadAddress(t *testing.T) {
	t.Parallel()
	_, err := portal.NewHTTPClient("nowhere", "", nil)
	require.Error(t, err)
}

// An outcome that is unknown is asked about by the act's key.
func ExampleHTTPClient() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			panic(http.ErrAbortHandler) // done, and the answer lost
		}
		_, _ = io.WriteString(w, `{"key":"C/withdraw/1","reference":"R-1","done_at":"2025-02-05T09:30:00+07:00"}`)
	}))
	defer srv.Close()
	c, _ := portal.NewHTTPClient(srv.URL, "token", nil)

	_, err := c.Withdraw(context.Background(), portal.Withdrawal{Key: "C/withdraw/1", Code: "C"})
	fmt.Println(err)
	found, err := c.Lookup(context.Background(), "C/withdraw/1")
	fmt.Println(found.Reference, err)
	// Output:
	// unknown: connection_lost
	// R-1 <nil>
}
