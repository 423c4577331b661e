package apiclient

import (
	"context"
	"encoding/json"
	"net/url"
	"time"
)

// Dossier is what terminals show of a dossier.
type Dossier struct {
	Code       string `json:"code"`
	PortalCode string `json:"portal_code"`
	Procedure  struct {
		Code    string `json:"code"`
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"procedure"`
	Office    string `json:"office"`
	Network   string `json:"network"`
	Authority string `json:"authority"`
	Stage     string `json:"stage"`
	Status    struct {
		Code  int    `json:"code"`
		Name  string `json:"name"`
		Label string `json:"label"`
	} `json:"status"`
	Route      string     `json:"route"`
	FiledAt    time.Time  `json:"filed_at"`
	ReceivedAt *time.Time `json:"received_at"`
	DueAt      *time.Time `json:"due_at"`
	Overdue    bool       `json:"overdue"`
	Parked     bool       `json:"parked"`
	Payment    struct {
		State string `json:"state"`
	} `json:"payment"`
	Delivery struct {
		Method     string `json:"method"`
		Carrier    string `json:"carrier"`
		State      string `json:"state"`
		ShipmentID string `json:"shipment_id"`
	} `json:"delivery"`
	WaitingFor struct {
		Who   string     `json:"who"`
		What  string     `json:"what"`
		Label string     `json:"label"` // both in the reader's language
		Until *time.Time `json:"until"`
	} `json:"waiting_for"`
	Asked    []string `json:"asked"`
	Revision int64    `json:"revision"`

	RouteReasons []struct {
		Code    string `json:"code"`
		Message string `json:"message"` // in the reader's language
	} `json:"route_reasons"`
	ToFix []string `json:"to_fix"` // in the reader's language

	TrackingToken string   `json:"tracking_token"`
	Allowed       []string `json:"allowed"`
	Papers        []struct {
		Component string `json:"component"`
		Holder    string `json:"holder"`
		OfferedTo string `json:"offered_to"`
	} `json:"papers"`
}

// Closed says whether the dossier's way has ended.
func (d Dossier) Closed() bool { return d.Stage == "closed" }

// Dossier reads one dossier.
func (c *Client) Dossier(ctx context.Context, code string) (Dossier, error) {
	return decode[Dossier](c.Get(ctx, "/v1/dossiers/"+url.PathEscape(code)))
}

// File files a dossier.
func (c *Client) File(ctx context.Context, key string, filing any) (Dossier, error) {
	return decode[Dossier](c.Post(ctx, "/v1/dossiers", key, filing))
}

// Dossiers reads one page of a list; the query is the contract's.
func (c *Client) Dossiers(ctx context.Context, query url.Values) ([]Dossier, string, error) {
	type page struct {
		Items      []Dossier `json:"items"`
		NextCursor string    `json:"next_cursor"`
	}
	path := "/v1/dossiers"
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	p, err := decode[page](c.Get(ctx, path))
	return p.Items, p.NextCursor, err
}

// Command sends one of a dossier's commands ("supplement", "handover", …).
func (c *Client) Command(ctx context.Context, code, command, key string, body any) (json.RawMessage, error) {
	return c.Post(ctx, "/v1/dossiers/"+url.PathEscape(code)+"/"+command, key, body)
}

// Document is what terminals show of a scan.
type Document struct {
	ID       string `json:"id"`
	Pages    int    `json:"pages"`
	Verdict  string `json:"verdict"`
	Findings []struct {
		Code    string `json:"code"`
		Page    int    `json:"page"`
		Message string `json:"message"`
	} `json:"findings"`
}

// Scan stores a scan.
func (c *Client) Scan(ctx context.Context, key, name string, file []byte) (Document, error) {
	return decode[Document](c.Upload(ctx, key, name, file))
}

func decode[T any](raw json.RawMessage, err error) (T, error) {
	var v T
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	return v, err
}

// Event is one change of a dossier.
type Event struct {
	Seq   int64             `json:"seq"`
	At    time.Time         `json:"at"`
	Kind  string            `json:"kind"`
	Label string            `json:"label"`
	Data  map[string]string `json:"data"`
	Text  string            `json:"text"`
	Actor struct {
		Role    string `json:"role"`
		Subject string `json:"subject"`
	} `json:"actor"`
}

// Timeline reads every change of a dossier, oldest first.
func (c *Client) Timeline(ctx context.Context, code string) ([]Event, error) {
	type list struct {
		Items []Event `json:"items"`
	}
	l, err := decode[list](c.Get(ctx, "/v1/dossiers/"+url.PathEscape(code)+"/timeline"))
	return l.Items, err
}
