package apiclient

import (
	"context"
	"net/url"
	"time"
)

// Form is what terminals show of an official form.
type Form struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Name     string    `json:"name"`
	N        int       `json:"n"`
	State    string    `json:"state"`
	Cause    string    `json:"cause"`
	IssuedAt time.Time `json:"issued_at"`
	SHA256   string    `json:"sha256"`
	Mark     string    `json:"mark"`
}

// Forms lists a dossier's official forms.
func (c *Client) Forms(ctx context.Context, code string) ([]Form, error) {
	type list struct {
		Items []Form `json:"items"`
	}
	l, err := decode[list](c.Get(ctx, "/v1/dossiers/"+url.PathEscape(code)+"/forms"))
	return l.Items, err
}

// FormDocument reads a form as a document; one that was not written yet is
// written now.
func (c *Client) FormDocument(ctx context.Context, code, id string) ([]byte, error) {
	return c.Get(ctx, "/v1/dossiers/"+url.PathEscape(code)+"/forms/"+url.PathEscape(id))
}
