package portal

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"hoso/internal/call"
)

// HTTPClient is a Connector that speaks hoso's neutral portal protocol: one
// resource per act, JSON and multipart forms, the business key in the body. The
// portal simulator serves it; an adapter for a real system stands beside this
// one and passes the same suite (package portaltest).
type HTTPClient struct {
	call *call.Client
}

var _ Connector = (*HTTPClient)(nil)

// NewHTTPClient prepares calls to the portal at the base URL with a bearer
// token. The HTTP client gives transport and time-out; nil means a plain one.
func NewHTTPClient(baseURL, token string, hc *http.Client) (*HTTPClient, error) {
	c, err := call.New("portal", baseURL, token, hc)
	if err != nil {
		return nil, err
	}
	return &HTTPClient{call: c}, nil
}

// Submit implements Connector.
func (c *HTTPClient) Submit(ctx context.Context, s Submission) (Receipt, error) {
	return c.act(ctx, "/v1/submissions", s.Key, call.Form{Name: "submission", Value: s, Files: files(s.Documents)})
}

// Supplement implements Connector.
func (c *HTTPClient) Supplement(ctx context.Context, s Supplement) (Receipt, error) {
	return c.act(ctx, "/v1/supplements", s.Key, call.Form{Name: "supplement", Value: s, Files: files(s.Documents)})
}

// ConfirmPayment implements Connector.
func (c *HTTPClient) ConfirmPayment(ctx context.Context, p Payment) (Receipt, error) {
	return c.act(ctx, "/v1/payments", p.Key, call.JSON(p))
}

// Withdraw implements Connector.
func (c *HTTPClient) Withdraw(ctx context.Context, w Withdrawal) (Receipt, error) {
	return c.act(ctx, "/v1/withdrawals", w.Key, call.JSON(w))
}

// Lookup implements Connector.
func (c *HTTPClient) Lookup(ctx context.Context, key string) (Receipt, error) {
	r, err := call.Ask(ctx, c.call, "/v1/acts/"+url.PathEscape(key), "no_such_key", receiptFor(key))
	if errors.Is(err, call.ErrNothing) {
		return Receipt{}, ErrNoSuchKey
	}
	return r, err
}

// Events implements Connector. Of a dossier the portal has never seen it has
// nothing to say: an empty list.
func (c *HTTPClient) Events(ctx context.Context, code string) ([]Event, error) {
	type list struct {
		Events []Event `json:"events"`
	}
	// One event of another dossier, or of no known status, spoils the list: what
	// else in it is true cannot be told.
	fits := func(l list) bool {
		for _, e := range l.Events {
			if e.Code != code || e.ID == "" || e.Status < 1 || e.Status > 10 {
				return false
			}
		}
		return l.Events != nil
	}
	l, err := call.Ask(ctx, c.call, "/v1/dossiers/"+url.PathEscape(code)+"/events", "no_such_dossier", fits)
	if errors.Is(err, call.ErrNothing) {
		return nil, nil
	}
	return l.Events, err
}

func (c *HTTPClient) act(ctx context.Context, path, key string, body call.Body) (Receipt, error) {
	return call.Act(ctx, c.call, path, body, receiptFor(key))
}

// receiptFor accepts the receipt of one key only.
func receiptFor(key string) func(Receipt) bool {
	return func(r Receipt) bool { return r.Key == key && r.Reference != "" && !r.DoneAt.IsZero() }
}

func files(docs []Document) []call.File {
	out := make([]call.File, 0, len(docs))
	for _, d := range docs {
		out = append(out, call.File{MediaType: d.MediaType, SHA256: d.SHA256, Bytes: d.Bytes, Open: d.Open})
	}
	return out
}
