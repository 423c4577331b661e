package receipt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/validate"

	"hoso/internal/forms"
)

// IsPDF tells a PDF from a statement by its first bytes.
func IsPDF(file []byte) bool { return bytes.HasPrefix(file, []byte("%PDF-")) }

// VerifyPDF verifies the statement that a slip or receipt carries, and that its
// pages print this statement's mark and key, its codes and its times. A statement
// of another dossier put into the file, or a date changed on the page with a PDF
// editor, is [ErrInvalid].
func VerifyPDF(keys Keys, pdf []byte) (*Signed, error) {
	file, pages, err := open(pdf)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	s, err := Verify(keys, file)
	if err != nil {
		return nil, err
	}
	if err := s.printedOn(pages); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return s, nil
}

// mostPages bounds what is read of a file.
const mostPages = 100

// open reads the attached statement and, page by page, the printed texts.
func open(pdf []byte) (file []byte, pages [][]string, err error) {
	// The reader is careful and still somebody else's: a file made to break it
	// must not break us.
	defer func() {
		if recover() != nil {
			err = errors.New("not a readable PDF")
		}
	}()
	// Made by hand: pdfcpu's own default writes a folder into the user's home.
	conf := &model.Configuration{
		Reader15: true, ValidationMode: model.ValidationRelaxed, Cmd: model.EXTRACTATTACHMENTS, Offline: true, Limits: model.DefaultResourceLimits(),
	}
	// What the package pkg/api does in one call. It is left out for it brings the
	// filling in of PDF forms along, whose tables take 2 MB of every process.
	doc, err := pdfcpu.Read(bytes.NewReader(pdf), conf)
	if err == nil {
		err = validate.XRefTable(doc)
	}
	if err != nil {
		return nil, nil, errors.New("not a readable PDF")
	}
	if doc.PageCount > mostPages {
		return nil, nil, errors.New("too many pages for a slip or receipt")
	}
	if file, err = attached(doc); err != nil {
		return nil, nil, err
	}
	for n := 1; n <= doc.PageCount; n++ {
		content, err := pdfcpu.ExtractPageContent(doc, n)
		if err != nil || content == nil {
			return nil, nil, fmt.Errorf("page %d cannot be read", n)
		}
		raw, err := io.ReadAll(content)
		if err != nil {
			return nil, nil, fmt.Errorf("page %d cannot be read", n)
		}
		pages = append(pages, texts(raw))
	}
	return file, pages, nil
}

// attached is the one statement in the file; a second one would be one too many.
func attached(doc *model.Context) ([]byte, error) {
	all, err := doc.ExtractAttachments(nil)
	if err != nil {
		return nil, errors.New("carries no signed statement")
	}
	var found []byte
	for _, a := range all {
		if a.FileName != forms.SealName {
			continue
		}
		if found != nil {
			return nil, errors.New("carries more than one statement")
		}
		if found, err = io.ReadAll(io.LimitReader(a, biggest+1)); err != nil {
			return nil, errors.New("the statement cannot be read")
		}
	}
	if found == nil {
		return nil, errors.New("carries no signed statement")
	}
	return found, nil
}

// printedOn holds the pages against the statement.
func (s *Signed) printedOn(pages [][]string) error {
	mark, err := s.Mark()
	if err != nil {
		return err
	}
	seal := forms.SealWords(mark, s.KeyID)
	for i, page := range pages {
		if !contains(page, seal) {
			return fmt.Errorf("page %d does not print the mark of the statement it carries", i+1)
		}
	}
	all := slices.Concat(pages...)
	for _, code := range []string{s.Code, s.PortalCode} {
		// A code stands alone on paper, in bold type.
		if code != "" && !slices.ContainsFunc(all, func(t string) bool { return strings.TrimSpace(t) == code }) {
			return errors.New("the pages print another code than the statement they carry")
		}
	}
	for _, words := range s.times() {
		if !contains(all, words) {
			return errors.New("the pages print another time than the statement they carry")
		}
	}
	return nil
}

// times are the moments of the statement in the words of its form.
func (s *Signed) times() []string {
	if s.Kind == Slip {
		return []string{forms.TimeWords(s.FiledAt)}
	}
	words := []string{forms.TimeWords(*s.ReceivedAt)}
	if s.DueAt != nil {
		return append(words, forms.TimeWords(*s.DueAt))
	}
	return append(words, forms.NoDueDate)
}

// contains looks for words among texts without regard to how they were broken
// into lines.
func contains(texts []string, words string) bool {
	return strings.Contains(dense(strings.Join(texts, "")), dense(words))
}

func dense(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
