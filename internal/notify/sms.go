package notify

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"hoso/internal/call"
)

// SMS is a Channel that speaks hoso's neutral gateway protocol: a message is
// posted under its key, and the key can be asked for.
//
//	POST /v1/messages        {"key", "to", "text"} -> receipt
//	GET  /v1/messages/{key}  -> receipt, or 404 no_such_key
//
// The gateway simulator serves it; an adapter for a company's own format stands
// beside this one and passes the same suite (package notifytest).
type SMS struct{ call *call.Client }

var _ Channel = (*SMS)(nil)

// NewSMS prepares calls to the gateway at the base URL with a bearer token. The
// HTTP client gives transport and time-out; nil means a plain one.
func NewSMS(baseURL, token string, hc *http.Client) (*SMS, error) {
	c, err := call.New("sms", baseURL, token, hc)
	if err != nil {
		return nil, err
	}
	return &SMS{c}, nil
}

// text is a message on its way to the gateway.
type text struct {
	Key  string `json:"key"`
	To   string `json:"to"`
	Text string `json:"text"`
}

// Send implements Channel.
func (s *SMS) Send(ctx context.Context, m Message) (Receipt, error) {
	return call.Act(ctx, s.call, "/v1/messages", call.JSON(text{m.Key, m.To, m.Text}), receiptFor(m.Key))
}

// Lookup implements Channel.
func (s *SMS) Lookup(ctx context.Context, key string) (Receipt, error) {
	r, err := call.Ask(ctx, s.call, "/v1/messages/"+url.PathEscape(key), "no_such_key", receiptFor(key))
	if errors.Is(err, call.ErrNothing) {
		return Receipt{}, ErrNoSuchKey
	}
	return r, err
}

// receiptFor accepts the receipt of one key only.
func receiptFor(key string) func(Receipt) bool {
	return func(r Receipt) bool { return r.Key == key && r.Reference != "" && !r.DoneAt.IsZero() }
}
