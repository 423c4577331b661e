package api

import (
	"encoding/base64"
	"encoding/json"
)

// Page is the part of a list's input that says which page; embed it.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Entries per page."`
	Cursor string `query:"cursor" maxLength:"512" doc:"next_cursor of the page before; empty for the first."`
}

// List is one page of a list.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Absent on the last page."`
}

// NewList makes a page. items may be nil; next is "" on the last page.
func NewList[T any](items []T, next string) List[T] {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items, NextCursor: next}
}

// pageOf makes a page of rows of which one more was asked for than fits on it, to
// know whether there is another. Key is a row's sort key.
func pageOf[R, T any](p Page, rows []R, key func(R) any, view func(R) T) List[T] {
	next := ""
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		next = EncodeCursor(key(rows[p.Limit-1]))
	}
	items := make([]T, len(rows))
	for i, r := range rows {
		items[i] = view(r)
	}
	return NewList(items, next)
}

// cursorVersion leads every cursor, so that an old one is refused and not
// misread after its shape has changed.
const cursorVersion = "1."

// EncodeCursor makes a cursor of the last entry's sort key. It is opaque but not
// secret: codes, times and numbers may be in it, personal data may not.
func EncodeCursor(key any) string {
	raw, err := json.Marshal(key)
	if err != nil {
		panic("api: cursor key: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(append([]byte(cursorVersion), raw...))
}

// DecodeCursor reads a cursor back into the sort key and says whether there was
// one. What we did not make ourselves is an invalid_request.
func DecodeCursor(cursor string, key any) (there bool, err error) {
	if cursor == "" {
		return false, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) < len(cursorVersion) || string(raw[:len(cursorVersion)]) != cursorVersion {
		return false, NewInvalidRequest(Parameter("cursor", "cursor"))
	}
	if json.Unmarshal(raw[len(cursorVersion):], key) != nil {
		return false, NewInvalidRequest(Parameter("cursor", "cursor"))
	}
	return true, nil
}
