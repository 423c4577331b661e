package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"hoso/internal/downstream"
	"hoso/internal/outcome"
	"hoso/internal/trail"
)

// MaxAnswer is the longest answer read; electronic results travel in it.
const MaxAnswer = 4 << 20

// defaultTimeout ends a call whose client was given no time-out of its own: an
// answer that drips in byte by byte must not hold a worker for ever.
const defaultTimeout = time.Minute

// ErrNothing is a question's answer when the other side says, in so many words,
// that it knows nothing of what was asked.
var ErrNothing = errors.New("call: the other side knows of none")

// Client speaks to one outside party. It is safe for concurrent use.
type Client struct {
	party string // as metrics and traces call it
	base  string
	token string
	http  *http.Client
	now   func() time.Time
}

// New prepares calls to a party, by the name that metrics and traces call it, at
// the base URL with a bearer token ("" for
// none). The HTTP client is copied: its transport is used, its redirect policy
// is not, and it gets a time-out if it has none. Nil means a plain one.
func New(party, base, token string, hc *http.Client) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("call: base must be an http or https URL with neither user nor query")
	}
	if hc == nil {
		hc = &http.Client{}
	}
	own := *hc
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	if own.Timeout == 0 {
		own.Timeout = defaultTimeout
	}
	return &Client{party: party, base: strings.TrimRight(base, "/"), token: token, http: &own, now: time.Now}, nil
}

// Act posts a body and reads the answer into T. An answer that does not fit
// (another key's receipt, say) leaves the outcome unknown.
func Act[T any](ctx context.Context, c *Client, path string, body Body, fits func(T) bool) (got T, err error) {
	var none T
	ctx, seen := downstream.Begin(ctx, c.party, downstream.Act)
	defer func() { seen.End(err, false) }()
	content, err := body.open(ctx)
	if err != nil {
		// Ours, and before a byte has left.
		return none, outcome.Retry("document_unreadable", 0, err)
	}
	defer content.close()
	answer, err := c.send(ctx, seen, http.MethodPost, path, content)
	if err != nil {
		return none, err
	}
	if answer.status/100 != 2 {
		return none, refused(answer)
	}
	return decode(answer, fits)
}

// Ask gets an answer into T. It returns ErrNothing only when the other side
// answers 404 with the code named: a bare 404 may come from a proxy or a wrong
// address, and to take it for "never happened" would be to do an act twice.
func Ask[T any](ctx context.Context, c *Client, path, nothing string, fits func(T) bool) (got T, err error) {
	var none T
	ctx, seen := downstream.Begin(ctx, c.party, downstream.Question)
	defer func() { seen.End(err, errors.Is(err, ErrNothing)) }()
	answer, err := c.send(ctx, seen, http.MethodGet, path, nil)
	if err != nil {
		return none, err
	}
	if answer.status == http.StatusNotFound && codeIn(answer.body) == nothing {
		return none, ErrNothing
	}
	if answer.status/100 != 2 {
		return none, outcome.Unsure("question_refused", fmt.Errorf("status %d", answer.status))
	}
	return decode(answer, fits)
}

// answer is a response read to its end that is neither retryable nor unknown.
type answer struct {
	status int
	body   []byte
}

// send makes the call and sorts out every ending in which the answer's body
// does not matter.
func (c *Client) send(ctx context.Context, seen *downstream.Call, method, path string, content *content) (answer, error) {
	// From GotConn on something may have reached the other side.
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := c.request(ctx, method, path, content)
	if err != nil {
		return answer{}, outcome.Retry("unreachable", 0, err)
	}
	resp, err := c.http.Do(req)
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		seen.HTTP(method, resp.StatusCode)
	} else {
		seen.HTTP(method, 0)
	}
	if content != nil && content.broken() != nil {
		// Even an answer to half a request would be an answer to our own fault.
		return answer{}, outcome.Unsure("document_unreadable", content.broken())
	}
	switch {
	case err != nil && !connected.Load():
		return answer{}, outcome.Retry("unreachable", 0, quiet(err))
	case err != nil:
		return answer{}, outcome.Unsure(brokenCode(err), quiet(err))
	}

	// Read even what will be judged by its status alone: a connection is kept
	// for the next call only if it was read to the end.
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	if ending := byStatus(resp, c.now()); ending != nil {
		return answer{}, ending
	}
	if resp.StatusCode/100 == 2 && err != nil {
		return answer{}, outcome.Unsure(brokenCode(err), quiet(err))
	}
	if resp.StatusCode/100 == 2 && len(body) > MaxAnswer {
		return answer{}, outcome.Unsure("answer_too_long", nil)
	}
	return answer{status: resp.StatusCode, body: body}, nil
}

func (c *Client) request(ctx context.Context, method, path string, content *content) (*http.Request, error) {
	var body io.Reader
	if content != nil {
		body = content
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("build request: %w", err)
	}
	if content != nil {
		req.ContentLength = content.length
		req.Header.Set("Content-Type", content.mediaType)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if mark := trail.From(ctx).Traceparent; mark != "" {
		req.Header.Set("Traceparent", mark)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "hoso")
	return req, nil
}

// decode reads a success. Whatever is wrong with it, the act behind it may have
// happened; the decoder's own words are dropped, for they quote the answer.
func decode[T any](a answer, fits func(T) bool) (T, error) {
	var v, none T
	if !utf8.Valid(a.body) || json.Unmarshal(bytes.TrimSpace(a.body), &v) != nil {
		return none, outcome.Unsure("garbled_answer", errors.New("not the JSON asked for"))
	}
	if !fits(v) {
		return none, outcome.Unsure("garbled_answer", errors.New("not an answer to this call"))
	}
	return v, nil
}
