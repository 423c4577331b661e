package receipt

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Version is that of the statement's format.
const Version = 1

// Kind is what the statement certifies.
type Kind string

// A Slip certifies what was handed over at filing, a Receipt the acceptance.
const (
	Slip    Kind = "slip"
	Receipt Kind = "receipt"
)

// Statement is what an office certifies. It names no person. The fields stand in
// the order of their names, which makes their JSON canonical; times have whole
// seconds.
type Statement struct {
	Code string `json:"code"` // our code
	// Documents are the SHA-256 digests, as 64 hexadecimal digits, of the files
	// that were handed over; sorted, each once.
	Documents []string `json:"documents"`
	// DueAt is until when; a receipt without one has no fixed day, a slip never
	// has one.
	DueAt   *time.Time `json:"due_at,omitempty"`
	FiledAt time.Time  `json:"filed_at"`
	// Form is the form's number ("00", "01").
	Form string `json:"form"`
	// KeyID is set by Sign.
	KeyID            string `json:"key_id"`
	Kind             Kind   `json:"kind"`
	Office           string `json:"office"`                // the office that took it, e.g. VNPHKI
	PortalCode       string `json:"portal_code,omitempty"` // the official code; a receipt's only
	Procedure        string `json:"procedure"`
	ProcedureVersion string `json:"procedure_version"`
	// ReceivedAt is the valid reception; a receipt's only.
	ReceivedAt *time.Time `json:"received_at,omitempty"`
	Version    int        `json:"version"`
}

// zone is Vietnam's time, in which statements are written.
var zone = time.FixedZone("+07", 7*60*60)

// FieldError says which field of a statement is wrong, and how; never its value.
type FieldError struct{ Field, Rule string }

// Error reads "receipt: code is required".
func (e *FieldError) Error() string { return "receipt: " + e.Field + " " + e.Rule }

// short says whether a text is as codes are: no blanks, no control characters,
// nothing that JSON could write in two ways. By hand: the same as a regular
// expression holds 0.8 MB in every process, all letters of the world forty times.
func short(text string) bool {
	n := utf8.RuneCountInString(text)
	return n >= 1 && n <= 40 && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune("._/:-", r)
	})
}

// mostDocuments bounds a statement.
const mostDocuments = 1000

// normal brings a statement into the one form in which it is signed.
func (s Statement) normal() Statement {
	s.FiledAt = whole(s.FiledAt)
	s.ReceivedAt, s.DueAt = wholeOr(s.ReceivedAt), wholeOr(s.DueAt)
	s.Documents = slices.Compact(slices.Sorted(slices.Values(s.Documents)))
	if s.Documents == nil {
		s.Documents = []string{} // canonical: [], never null
	}
	return s
}

func whole(t time.Time) time.Time { return t.In(zone).Truncate(time.Second) }

func wholeOr(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := whole(*t)
	return &at
}

// check holds a statement against the rules of its kind.
func (s Statement) check() error {
	for _, f := range []struct{ name, value string }{
		{"code", s.Code}, {"form", s.Form}, {"key_id", s.KeyID}, {"office", s.Office}, {"procedure", s.Procedure}, {"procedure_version", s.ProcedureVersion},
	} {
		if !short(f.value) {
			return &FieldError{f.name, "must be 1 to 40 letters, digits or . _ / : -"}
		}
	}
	if s.Version != Version {
		return &FieldError{"version", fmt.Sprintf("must be %d", Version)}
	}
	if err := s.checkTimes(); err != nil {
		return err
	}
	return s.checkDocuments()
}

func (s Statement) checkTimes() error {
	for _, f := range []struct {
		name string
		at   *time.Time
	}{{"filed_at", &s.FiledAt}, {"received_at", s.ReceivedAt}, {"due_at", s.DueAt}} {
		if f.at != nil && (f.at.Year() < 2000 || f.at.Year() > 2200) {
			return &FieldError{f.name, "must be a time of the years 2000 to 2200"}
		}
	}
	switch s.Kind {
	case Slip:
		if s.ReceivedAt != nil || s.DueAt != nil || s.PortalCode != "" {
			return &FieldError{"kind", "is slip, which has neither received_at nor due_at nor portal_code"}
		}
	case Receipt:
		if s.ReceivedAt == nil || !short(s.PortalCode) {
			return &FieldError{"kind", "is receipt, which needs received_at and portal_code"}
		}
		if s.DueAt != nil && s.DueAt.Before(*s.ReceivedAt) {
			return &FieldError{"due_at", "is before received_at"}
		}
	default:
		return &FieldError{"kind", "must be slip or receipt"}
	}
	return nil
}

func (s Statement) checkDocuments() error {
	if len(s.Documents) > mostDocuments {
		return &FieldError{"documents", fmt.Sprintf("has more than %d", mostDocuments)}
	}
	for _, d := range s.Documents {
		if raw, err := hex.DecodeString(d); err != nil || len(raw) != 32 || d != hex.EncodeToString(raw) {
			return &FieldError{"documents", "must be SHA-256 digests in lower-case hexadecimal digits"}
		}
	}
	return nil
}

// canonical is the statement as it is signed.
func (s Statement) canonical() ([]byte, error) { return canonical(s) }

// canonical writes JSON without blanks and without escapes for HTML. With fields
// in the order of their names and texts that need no escape it is RFC 8785.
func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("receipt: write statement: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Names says whether a document of this digest (64 hexadecimal digits) is among
// those handed over.
func (s Statement) Names(sha256 string) bool {
	_, found := slices.BinarySearch(s.Documents, sha256)
	return found
}
