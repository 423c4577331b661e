// Package apiclient speaks to hoso's own API as one subject: for the terminal
// commands and the demonstration. It knows of the answers what these show; the
// contract in full is the server's /openapi.json.
package apiclient

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 16 << 20

// Client calls the API as one subject. It is safe for concurrent use.
type Client struct {
	base     string
	token    string
	language string
	http     *http.Client
}

// New prepares calls to the server at base ("http://127.0.0.1:8080").
func New(base, token string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the server must be an address such as http://127.0.0.1:8080")
	}
	return &Client{base: strings.TrimRight(base, "/"), token: token, language: "en", http: &http.Client{Timeout: 2 * time.Minute}}, nil
}

// Language asks for problems in "vi" or "en" (the default).
func (c *Client) Language(tag string) { c.language = tag }

// Base is the server's address.
func (c *Client) Base() string { return c.base }

// NewKey draws an Idempotency-Key for one intent.
func NewKey() string { return uuid.NewString() }

// Problem is the server's refusal.
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Pointer   string `json:"pointer"`
		Parameter string `json:"parameter"`
		Code      string `json:"code"`
		Detail    string `json:"detail"`
	} `json:"errors"`
	// RetryAfter is when to come back, 0 where the server did not say.
	RetryAfter time.Duration `json:"-"`
}

// Error gives the problem in one line, with what is wrong where.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", p.Status, p.Code)
	if words := cmp.Or(p.Detail, p.Title); words != "" {
		b.WriteString(": " + words)
	}
	for _, e := range p.Errors {
		fmt.Fprintf(&b, "\n  %s: %s", cmp.Or(e.Pointer, e.Parameter, "/"), cmp.Or(e.Detail, e.Code))
	}
	return b.String()
}

// errForeign is an answer that hoso does not give.
var errForeign = errors.New("not as hoso does")

// ErrAway means that no server answers.
var ErrAway = errors.New("the server does not answer")

// Get reads a resource and gives its JSON.
func (c *Client) Get(ctx context.Context, path string) (json.RawMessage, error) {
	raw, _, err := c.do(ctx, http.MethodGet, path, "", "", nil)
	return raw, err
}

// Post sends a command under its key and gives the answer's JSON.
func (c *Client) Post(ctx context.Context, path, key string, body any) (json.RawMessage, error) {
	raw, ok := body.(json.RawMessage)
	if !ok {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	answer, status, err := c.do(ctx, http.MethodPost, path, key, "application/json", raw)
	if err != nil || status != http.StatusAccepted {
		return answer, err
	}
	return c.await(ctx, answer)
}

// operation is the state of a command that was stored and not yet carried out.
type operation struct {
	ID      string   `json:"id"`
	Dossier string   `json:"dossier"`
	Bag     string   `json:"bag"`
	State   string   `json:"state"`
	Problem *Problem `json:"problem"`
}

// askAgain is how long a stored command is left alone between questions.
const askAgain = 500 * time.Millisecond

// await follows a stored command to its end, and gives the dossier or bag after it.
func (c *Client) await(ctx context.Context, answer json.RawMessage) (json.RawMessage, error) {
	for {
		op, err := decode[operation](answer, nil)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read operation: %w", err)
		case op.State == "applied" && op.Bag != "":
			return c.Get(ctx, "/v1/bags/"+url.PathEscape(op.Bag))
		case op.State == "applied":
			return c.Get(ctx, "/v1/dossiers/"+url.PathEscape(op.Dossier))
		case op.State == "refused" && op.Problem != nil:
			return nil, op.Problem
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(askAgain):
		}
		if answer, err = c.Get(ctx, "/v1/operations/"+url.PathEscape(op.ID)); err != nil {
			return nil, err
		}
	}
}

// Upload stores a scan and gives its Document as JSON.
func (c *Client) Upload(ctx context.Context, key, name string, file []byte) (json.RawMessage, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return nil, err
	}
	if _, err := part.Write(file); err != nil {
		return nil, err
	}
	if err := form.Close(); err != nil {
		return nil, err
	}
	raw, _, err := c.do(ctx, http.MethodPost, "/v1/documents", key, form.FormDataContentType(), body.Bytes())
	return raw, err
}

// tries is how often a call is made again under its key when the server asks us
// to come back, or breaks off.
const tries = 8

func (c *Client) do(ctx context.Context, method, path, key, contentType string, body []byte) (json.RawMessage, int, error) {
	for try := 1; ; try++ {
		raw, status, err := c.once(ctx, method, path, key, contentType, body)
		var p *Problem
		wait := time.Duration(try) * 300 * time.Millisecond
		switch {
		case err == nil || try == tries || ctx.Err() != nil:
			return raw, status, err
		case errors.As(err, &p):
			if p.Status != http.StatusServiceUnavailable && p.Status != http.StatusTooManyRequests {
				return raw, status, err
			}
			wait = min(max(p.RetryAfter, wait), 10*time.Second)
		case errors.Is(err, ErrAway), errors.Is(err, errForeign):
			return raw, status, err // nobody there, or somebody else: say so at once
		}
		select {
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (c *Client) once(ctx context.Context, method, path, key, contentType string, body []byte) (json.RawMessage, int, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	for name, value := range map[string]string{"Idempotency-Key": key, "Content-Type": contentType, "Accept-Language": c.language} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, 0, c.away(err)
	}
	defer res.Body.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, 0, fmt.Errorf("read answer: %w", err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return nil, res.StatusCode, problemOf(res, raw)
	}
	return raw, res.StatusCode, nil
}

// away tells a server that is not there from a call that broke off.
func (c *Client) away(err error) error {
	var refused *net.OpError
	if errors.As(err, &refused) && refused.Op == "dial" {
		return fmt.Errorf("%w at %s: is `hoso up` running?", ErrAway, c.base)
	}
	return fmt.Errorf("call %s: %w", c.base, errors.Unwrap(err))
}

func problemOf(res *http.Response, raw []byte) error {
	p := &Problem{}
	if json.Unmarshal(raw, p) != nil || p.Code == "" {
		return fmt.Errorf("the server answers %s, and %w", res.Status, errForeign)
	}
	p.Status = res.StatusCode
	if seconds, err := time.ParseDuration(res.Header.Get("Retry-After") + "s"); err == nil {
		p.RetryAfter = seconds
	}
	return p
}
