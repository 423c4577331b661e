package courier

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"hoso/internal/call"
	"hoso/internal/outcome"
)

// HTTPClient is one Carrier behind hoso's neutral courier protocol, which the
// courier simulator serves for all carriers under one address. An adapter for a
// carrier's own format stands beside this one and passes the same suite
// (package couriertest).
type HTTPClient struct {
	call *call.Client
	path string // of the carrier
}

var _ Carrier = (*HTTPClient)(nil)

// NewHTTPClient prepares calls to a carrier ("vnpost", "viettelpost") at the
// base URL with a bearer token. The HTTP client gives transport and time-out;
// nil means a plain one.
func NewHTTPClient(baseURL, carrier, token string, hc *http.Client) (*HTTPClient, error) {
	if carrier == "" {
		return nil, errors.New("courier: no carrier named")
	}
	c, err := call.New(carrier, baseURL, token, hc)
	if err != nil {
		return nil, err
	}
	return &HTTPClient{call: c, path: "/v1/" + url.PathEscape(carrier)}, nil
}

// Book implements Carrier.
func (c *HTTPClient) Book(ctx context.Context, b Booking) (Confirmation, error) {
	return call.Act(ctx, c.call, c.path+"/bookings", call.JSON(b), confirmationFor(b.Key))
}

// Cancel implements Carrier. A booking never made is refused with
// "no_such_key", and the error is ErrNoSuchKey, too.
func (c *HTTPClient) Cancel(ctx context.Context, key string) error {
	type cancelled struct {
		Key string `json:"key"`
	}
	_, err := call.Act(ctx, c.call, c.path+"/cancellations", call.JSON(cancelled{key}), func(a cancelled) bool { return a.Key == key })
	e := new(outcome.Error)
	if errors.As(err, &e) && e.Kind == outcome.Refused && e.Code == "no_such_key" {
		e.Err = ErrNoSuchKey
	}
	return err
}

// Lookup implements Carrier.
func (c *HTTPClient) Lookup(ctx context.Context, key string) (Confirmation, error) {
	b, err := call.Ask(ctx, c.call, c.booking(key), "no_such_key", confirmationFor(key))
	if errors.Is(err, call.ErrNothing) {
		return Confirmation{}, ErrNoSuchKey
	}
	return b, err
}

// Events implements Carrier. Of a booking never made there is nothing to say:
// an empty list.
func (c *HTTPClient) Events(ctx context.Context, key string) ([]Event, error) {
	type list struct {
		Events []Event `json:"events"`
	}
	fits := func(l list) bool {
		for _, e := range l.Events {
			if e.Key != key || e.ID == "" || e.Type == "" {
				return false
			}
		}
		return l.Events != nil
	}
	l, err := call.Ask(ctx, c.call, c.booking(key)+"/events", "no_such_key", fits)
	if errors.Is(err, call.ErrNothing) {
		return nil, nil
	}
	return l.Events, err
}

func (c *HTTPClient) booking(key string) string { return c.path + "/bookings/" + url.PathEscape(key) }

// confirmationFor accepts the confirmation of one key only.
func confirmationFor(key string) func(Confirmation) bool {
	return func(b Confirmation) bool { return b.Key == key && b.TrackingNumber != "" && !b.BookedAt.IsZero() }
}
