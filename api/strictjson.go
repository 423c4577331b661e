package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// maxDepth is how deeply a body may be nested; our own types need six levels.
const maxDepth = 32

// pointerArg marks the argument that is the pointer itself.
const pointerArg = "\x1fpointer"

// jsonFormat is how bodies are read and answers written. huma reads a body
// twice, first into `any` for validation and then into the type. The first
// reading is ours: what encoding/json would silently take differently the second
// time (a field twice, half a surrogate) is refused, and so is text that
// PostgreSQL cannot hold (NUL).
var jsonFormat = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(raw []byte, into any) error {
		if generic, ok := into.(*any); ok {
			return parseStrictly(raw, generic)
		}
		return locate(json.Unmarshal(raw, into))
	},
}

// jsonError travels through huma as text; fieldErrorFrom reads it back.
type jsonError struct{ rule, pointer string }

func (e jsonError) Error() string {
	return e.rule + sep + pointerArg + sep + e.pointer
}

// locate keeps the place of a mistyped value and drops the rest of what
// encoding/json says, which quotes the value.
func locate(err error) error {
	if err == nil {
		return nil
	}
	if mistyped := new(json.UnmarshalTypeError); errors.As(err, &mistyped) {
		return jsonError{"wrong_type", pointerFrom(mistyped.Field)}
	}
	return jsonError{"invalid_value", ""}
}

func parseStrictly(raw []byte, into *any) error {
	if !utf8.Valid(raw) {
		return jsonError{"text_not_plain", ""}
	}
	p := strictParser{dec: json.NewDecoder(bytes.NewReader(raw))}
	value, err := p.value("", 0)
	if err != nil {
		return err
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return jsonError{"json_broken", ""}
	}
	*into = value
	return nil
}

type strictParser struct{ dec *json.Decoder }

func (p *strictParser) value(at string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, jsonError{"json_too_deep", ""}
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, jsonError{"json_broken", ""}
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return p.object(at, depth)
		}
		return p.array(at, depth)
	case string:
		if !plainText(v) {
			return nil, jsonError{"text_not_plain", at}
		}
	}
	return token, nil
}

func (p *strictParser) object(at string, depth int) (any, error) {
	object := map[string]any{}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return nil, jsonError{"json_broken", ""}
		}
		name, _ := token.(string)
		if plainName(name) == "" {
			return nil, jsonError{"unknown_field", at}
		}
		here := at + "/" + name
		if _, twice := object[name]; twice {
			return nil, jsonError{"duplicate_field", here}
		}
		if object[name], err = p.value(here, depth+1); err != nil {
			return nil, err
		}
	}
	return object, p.end()
}

func (p *strictParser) array(at string, depth int) (any, error) {
	list := []any{}
	for p.dec.More() {
		v, err := p.value(at+"/"+strconv.Itoa(len(list)), depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, p.end()
}

func (p *strictParser) end() error {
	if _, err := p.dec.Token(); err != nil {
		return jsonError{"json_broken", ""}
	}
	return nil
}

// plainText says whether a text holds nothing but printable characters, spaces,
// tabs and line breaks. U+FFFD stands for what was no character at all, and the
// bidirectional controls can make a reader see another text than is stored.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		switch {
		case r == '\n', r == '\r', r == '\t':
			return false
		case r == utf8.RuneError, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return true
		}
		return unicode.IsControl(r)
	})
}
