package calendar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxFile is far more than a century of holidays needs.
const maxFile = 1 << 20

// reader walks a JSON document token by token. Unlike json.Unmarshal it refuses
// fields given twice or in the wrong case and knows the line it is on.
type reader struct {
	data []byte
	dec  *json.Decoder
}

// newReader takes the whole document in and checks that it is well-formed, so
// that the walk afterwards meets no syntax error.
func newReader(r io.Reader) (*reader, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	doc := &reader{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	if len(data) > maxFile {
		return nil, &LoadError{Problem: "file is larger than 1 MiB"}
	}
	if !utf8.Valid(data) {
		return nil, &LoadError{Problem: "file is not UTF-8"}
	}
	var whole json.RawMessage
	err = json.Unmarshal(data, &whole)
	if err == nil {
		return doc, nil
	}
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return nil, &LoadError{Problem: err.Error()}
	}
	return nil, &LoadError{Line: doc.lineAt(syntax.Offset), Problem: syntax.Error()}
}

func (r *reader) lineAt(offset int64) int {
	return 1 + bytes.Count(r.data[:offset], []byte("\n"))
}

// line is the line of what was read last.
func (r *reader) line() int { return r.lineAt(r.dec.InputOffset()) }

func (r *reader) failf(format string, args ...any) error {
	return &LoadError{Line: r.line(), Problem: fmt.Sprintf(format, args...)}
}

// object reads an object that must have exactly the given fields; those in
// optional may be left out.
func (r *reader) object(fields map[string]func() error, optional ...string) error {
	err := r.open('{', "an object")
	if err != nil {
		return err
	}
	line := r.line()
	seen := make(map[string]bool)
	for r.dec.More() {
		token, _ := r.dec.Token()
		name, _ := token.(string)
		read, known := fields[name]
		if !known {
			return r.failf("unknown field %q", name)
		}
		if seen[name] {
			return r.failf("field %q given twice", name)
		}
		seen[name] = true
		err := read()
		if err != nil {
			return err
		}
	}
	_, _ = r.dec.Token() // the closing brace
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !seen[name] && !slices.Contains(optional, name) {
			return &LoadError{Line: line, Problem: fmt.Sprintf("field %q is missing", name)}
		}
	}
	return nil
}

// array reads an array, calling each for every element.
func (r *reader) array(each func() error) error {
	err := r.open('[', "an array")
	if err != nil {
		return err
	}
	for r.dec.More() {
		err := each()
		if err != nil {
			return err
		}
	}
	_, _ = r.dec.Token() // the closing bracket
	return nil
}

func (r *reader) open(delim json.Delim, what string) error {
	token, _ := r.dec.Token()
	if token != delim {
		return r.failf("expected %s", what)
	}
	return nil
}

// text makes a field reader for a string that says something.
func (r *reader) text(into *string) func() error {
	return func() error {
		err := r.value(into, "a text")()
		if err == nil && strings.TrimSpace(*into) == "" {
			return r.failf("expected a text that is not empty")
		}
		return err
	}
}

// value makes a field reader for a number, a boolean or a string.
func (r *reader) value(into any, what string) func() error {
	return func() error {
		var raw json.RawMessage
		err := r.dec.Decode(&raw)
		// Unmarshal takes null for "leave as it is"; here it is no value at all.
		if err != nil || string(raw) == "null" || json.Unmarshal(raw, into) != nil {
			return r.failf("expected %s", what)
		}
		return nil
	}
}
