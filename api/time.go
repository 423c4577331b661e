package api

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hoso/internal/dossier"
)

// Time is an instant as the API writes it: RFC 3339 in +07:00, whole seconds.
// Read, it may come in any offset.
type Time struct{ time.Time }

// At makes a Time.
func At(t time.Time) Time { return Time{t} }

// AtOrNil makes a *Time, nil for an instant that is not known.
func AtOrNil(t *time.Time) *Time {
	if t == nil || t.IsZero() {
		return nil
	}
	return &Time{*t}
}

// String writes the time as the API does.
func (t Time) String() string { return t.In(dossier.Zone).Format(time.RFC3339) }

// MarshalJSON writes the time as the API does.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON reads an RFC 3339 time.
func (t *Time) UnmarshalJSON(raw []byte) error { return t.Time.UnmarshalJSON(raw) }

// Schema is the type's entry in the OpenAPI document.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Format: "date-time",
		Examples: []any{"2025-02-05T09:30:00+07:00"},
	}
}
