package call

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
)

type receipt struct {
	Key string `json:"key"`
}

func fitsK(r receipt) bool { return r.Key == "k" }

// party serves one handler and gives a client for it.
func party(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return client(t, srv.URL, nil)
}

func client(t *testing.T, base string, hc *http.Client) *Client {
	t.Helper()
	c, err := New("party", base, "token", hc)
	require.NoError(t, err)
	return c
}

func act(t *testing.T, c *Client) error {
	t.Helper()
	_, err := Act(t.Context(), c, "/act", JSON(map[string]string{"key": "k"}), fitsK)
	return err
}

func ask(t *testing.T, c *Client) error {
	t.Helper()
	_, err := Ask(t.Context(), c, "/ask", "no_such_key", fitsK)
	return err
}

// requireEnding compares an error with the ending wanted; code "" stands for done.
func requireEnding(t *testing.T, err error, kind outcome.Kind, code string, wait time.Duration) {
	t.Helper()
	if code == "" {
		require.NoError(t, err)
		return
	}
	e := new(outcome.Error)
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind.String()+": "+code, e.Error())
	require.Equal(t, wait, e.RetryAfter)
}

func TestEndings(t *testing.T) {
	t.Parallel()
	const good = `{"key":"k"}`
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		status   int
		headers  map[string]string
		body     string
		kind     outcome.Kind
		code     string // of an act; "" for done
		wait     time.Duration
		askKind  outcome.Kind
		askCode  string // where a question ends differently
		askWants error
	}{
		"done":                    {status: 201, body: good},
		"done before":             {status: 200, body: " \n" + good + "\n"},
		"html":                    {status: 200, body: "<html>Bảo trì hệ thống</html>", kind: outcome.Unknown, code: "garbled_answer"},
		"empty":                   {status: 204, kind: outcome.Unknown, code: "garbled_answer"},
		"cut json":                {status: 200, body: good[:5], kind: outcome.Unknown, code: "garbled_answer"},
		"wrong type":              {status: 200, body: `{"key":7}`, kind: outcome.Unknown, code: "garbled_answer"},
		"two documents":           {status: 200, body: good + good, kind: outcome.Unknown, code: "garbled_answer"},
		"bad utf-8":               {status: 200, body: "{\"key\":\"k\",\"x\":\"\xff\"}", kind: outcome.Unknown, code: "garbled_answer"},
		"another key":             {status: 200, body: `{"key":"j"}`, kind: outcome.Unknown, code: "garbled_answer"},
		"redirect":                {status: 307, headers: map[string]string{"Location": "/elsewhere"}, body: good, kind: outcome.Unknown, code: "redirected"},
		"not modified":            {status: 304, kind: outcome.Unknown, code: "redirected"},
		"unauthenticated":         {status: 401, body: `{"code":"x"}`, kind: outcome.Retryable, code: "unauthenticated"},
		"refused":                 {status: 422, body: `{"code":"address_rejected"}`, kind: outcome.Refused, code: "address_rejected", askKind: outcome.Unknown, askCode: "question_refused"},
		"refused with a name":     {status: 422, body: `{"code":"Nguyễn 001090000001 already-decided"}`, kind: outcome.Refused, code: "nguyn__already_decided", askKind: outcome.Unknown, askCode: "question_refused"},
		"refused at length":       {status: 422, body: `{"code":"` + strings.Repeat("a", 99) + `"}`, kind: outcome.Refused, code: strings.Repeat("a", 40), askKind: outcome.Unknown, askCode: "question_refused"},
		"refused wordless":        {status: 400, body: "no", kind: outcome.Refused, code: "refused", askKind: outcome.Unknown, askCode: "question_refused"},
		"code of wrong type":      {status: 409, body: `{"code":3}`, kind: outcome.Refused, code: "conflict", askKind: outcome.Unknown, askCode: "question_refused"},
		"forbidden":               {status: 403, kind: outcome.Refused, code: "forbidden", askKind: outcome.Unknown, askCode: "question_refused"},
		"too large":               {status: 413, kind: outcome.Refused, code: "too_large", askKind: outcome.Unknown, askCode: "question_refused"},
		"no such page":            {status: 404, body: "<html>", kind: outcome.Refused, code: "not_found", askKind: outcome.Unknown, askCode: "question_refused"},
		"no such key":             {status: 404, body: `{"code":"no_such_key"}`, kind: outcome.Refused, code: "no_such_key", askWants: ErrNothing},
		"no such key, not 404":    {status: 400, body: `{"code":"no_such_key"}`, kind: outcome.Refused, code: "no_such_key", askKind: outcome.Unknown, askCode: "question_refused"},
		"request time-out":        {status: 408, kind: outcome.Unknown, code: "server_error"},
		"rate limit":              {status: 429, headers: map[string]string{"Retry-After": "7"}, kind: outcome.Retryable, code: "rate_limited", wait: 7 * time.Second},
		"rate limit, no time":     {status: 429, kind: outcome.Retryable, code: "rate_limited"},
		"rate limit, nonsense":    {status: 429, headers: map[string]string{"Retry-After": "-5"}, kind: outcome.Retryable, code: "rate_limited"},
		"rate limit, past date":   {status: 429, headers: map[string]string{"Retry-After": date(-time.Hour)}, kind: outcome.Retryable, code: "rate_limited"},
		"rate limit, for ever":    {status: 429, headers: map[string]string{"Retry-After": "2000000000"}, kind: outcome.Retryable, code: "rate_limited", wait: longestWait},
		"unavailable":             {status: 503, headers: map[string]string{"Retry-After": "120"}, kind: outcome.Retryable, code: "unavailable", wait: 2 * time.Minute},
		"unavailable, no time":    {status: 503, kind: outcome.Unknown, code: "server_error"},
		"unavailable, nonsense":   {status: 503, headers: map[string]string{"Retry-After": "soon"}, kind: outcome.Unknown, code: "server_error"},
		"internal error":          {status: 500, body: `{"code":"x"}`, kind: outcome.Unknown, code: "server_error"},
		"bad gateway":             {status: 502, kind: outcome.Unknown, code: "server_error"},
		"gateway time-out":        {status: 504, headers: map[string]string{"Retry-After": "1"}, kind: outcome.Unknown, code: "server_error"},
		"too long":                {status: 200, body: `{"key":"k","x":"` + strings.Repeat("x", MaxAnswer) + `"}`, kind: outcome.Unknown, code: "answer_too_long"},
		"too long, and a refusal": {status: 400, body: `{"code":"x","x":"` + strings.Repeat("x", MaxAnswer) + `"}`, kind: outcome.Refused, code: "refused", askKind: outcome.Unknown, askCode: "question_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := party(t, func(w http.ResponseWriter, r *http.Request) {
				for k, v := range c.headers {
					w.Header().Set(k, v)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			requireEnding(t, act(t, p), c.kind, c.code, c.wait)
			if c.askWants != nil {
				require.ErrorIs(t, ask(t, p), c.askWants)
				return
			}
			if c.askCode != "" {
				c.kind, c.code = c.askKind, c.askCode
			}
			requireEnding(t, ask(t, p), c.kind, c.code, c.wait)
		})
	}
}

// A date is read against the sender's clock, not ours.
func TestRetryAfterDateUsesTheSendersClock(t *testing.T) {
	t.Parallel()
	theirs := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	resp := &http.Response{Header: http.Header{
		"Retry-After": {theirs.Add(90 * time.Second).Format(http.TimeFormat)},
		"Date":        {theirs.Format(http.TimeFormat)},
	}}
	wait, ok := retryAfter(resp, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	require.True(t, ok)
	require.Equal(t, 90*time.Second, wait)
}

func TestTheCallItself(t *testing.T) {
	t.Parallel()
	p := party(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token" || r.Header.Get("Idempotency-Key") != "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		_, _ = io.Copy(w, r.Body)
	})
	require.NoError(t, act(t, p))
}

func TestBaseIsCheckedAtOnce(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "portal", "ftp://portal", "http://", "http://user:pass@portal", "http://portal?x=1", "http://portal#x", ":"} {
		_, err := New("party", base, "", nil)
		require.Error(t, err, base)
		require.NotContains(t, err.Error(), "pass")
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, "1", []byte(`{"key":"k"}`))
	f.Add(404, "", []byte(`{"code":"no_such_key"}`))
	f.Add(503, "Wed, 05 Feb 2025 09:30:00 GMT", []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, after string, body []byte) {
		if status < 100 || status > 999 {
			return
		}
		c := &Client{base: "http://party", now: time.Now, http: &http.Client{Transport: canned{status, after, body}}}
		_, err := Act(t.Context(), c, "/", JSON(1), fitsK)
		if err == nil && (status/100 != 2 || !bytes.Contains(body, []byte(`"k"`)) && !bytes.Contains(body, []byte(`\u`))) {
			t.Fatalf("done on status %d body %q", status, body)
		}
		e := new(outcome.Error)
		if err != nil && (!errors.As(err, &e) || e.RetryAfter < 0 || e.RetryAfter > longestWait || len(e.Code) == 0 || len(e.Code) > 40) {
			t.Fatalf("ending %#v", err)
		}
		if e.Kind == outcome.Refused && status/100 != 4 {
			t.Fatalf("status %d refused", status)
		}
		if _, err := Ask(t.Context(), c, "/", "no_such_key", fitsK); errors.Is(err, ErrNothing) && status != 404 {
			t.Fatalf("status %d taken for nothing", status)
		}
	})
}

type canned struct {
	status int
	after  string
	body   []byte
}

func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Header: http.Header{"Retry-After": {c.after}}, Body: io.NopCloser(bytes.NewReader(c.body))}, nil
}
