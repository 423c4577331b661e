package forms

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"codeberg.org/go-pdf/fpdf"
)

// Form is the data of one of the forms of this package.
type Form interface {
	// Kind says which form the data is for.
	Kind() Kind

	top() *Head
	check(c *checker)
	write(s *sheet) error
}

// Document is a rendered form, ready to be stored and served.
type Document struct {
	Official  Official
	MediaType string // application/pdf, or that of XLSX
	// Name is a file name to offer: no, codes, no personal data.
	Name   string
	Bytes  []byte
	SHA256 string // of Bytes, 64 hexadecimal digits
	Pages  int    // 0 for a table
}

// PDF checks a form's data and writes the document. Faults of the data are
// [Problems]. The same data gives the same bytes.
func PDF(f Form) (Document, error) {
	official, err := check(f)
	if err != nil {
		return Document{}, err
	}
	h := f.top()
	s := newSheet(official, h.IssuedAt, official.Name)
	if err := f.write(s); err != nil {
		return Document{}, fmt.Errorf("write form %s: %w", f.Kind(), err)
	}
	seal := sealOf(f)
	s.foot(footWords(official, h), seal)
	if seal != nil {
		s.pdf.SetAttachments([]fpdf.Attachment{{Content: []byte(seal.Statement), Filename: SealName}})
	}
	pages := s.pdf.PageCount()
	raw, err := s.bytes()
	if err != nil {
		return Document{}, err
	}
	d := newDocument(official, h, "application/pdf", "pdf", raw)
	d.Pages = pages
	return d, nil
}

func check(f Form) (Official, error) {
	var c checker
	f.check(&c)
	sealOf(f).check(&c)
	if err := c.err(); err != nil {
		return Official{}, err
	}
	return InForce(f.Kind(), f.top().law())
}

// sealed are the forms that can carry a signed statement.
type sealed interface{ enclosed() *Seal }

func sealOf(f Form) *Seal {
	if s, ok := f.(sealed); ok {
		return s.enclosed()
	}
	return nil
}

func newDocument(o Official, h *Head, media, ext string, raw []byte) Document {
	sum := sha256.Sum256(raw)
	return Document{
		Official: o, MediaType: media, Bytes: raw, SHA256: hex.EncodeToString(sum[:]),
		Name: fileName(o, h) + "." + ext,
	}
}

// fileName is "01-H26.12.03-250205-0001": only what is safe in a name anywhere.
func fileName(o Official, h *Head) string {
	name := []byte(o.No + "-" + string(o.Kind))
	if code := h.code().Dossier; code != "" {
		name = []byte(o.No + "-" + code)
	}
	for i, b := range name {
		safe := b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == '.' || b == '-'
		if !safe {
			name[i] = '_'
		}
	}
	return string(name)
}

// footWords stand on one line at the foot of every page.
func footWords(o Official, h *Head) string {
	switch code := h.code().Dossier; {
	case code == "":
		return o.Name
	case len(code) > 24: // longer than any code we know
		return code
	default:
		return code + " · " + o.Name
	}
}

// Decode reads the stored JSON of a form. A field that the form does not have is
// an error: data of one kind must not pass for another.
func Decode(k Kind, raw []byte) (Form, error) {
	f, ok := blank(k)
	if !ok {
		return nil, fmt.Errorf("no form is called %q", k)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("read data of form %s: %w", k, err)
	}
	return f, nil
}

func blank(k Kind) (Form, bool) {
	switch k {
	case KindSlip:
		return &Slip{}, true
	case KindReceipt:
		return &Receipt{}, true
	case KindSupplement:
		return &Supplement{}, true
	case KindRefusal:
		return &Refusal{}, true
	case KindExtension:
		return &Extension{}, true
	case KindStop:
		return &Stop{}, true
	case KindControl:
		return &Control{}, true
	case KindRegister:
		return &Register{}, true
	case KindHandover:
		return &Handover{}, true
	}
	return nil, false
}
