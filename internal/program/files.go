package program

import (
	"context"
	"errors"

	"hoso/api"
	"hoso/internal/confined"
	"hoso/internal/scan"
)

// readers are who reads uploaded files: a child process. Only a program that
// cannot have any, such as a test's, reads them itself.
func (m *Main) readers(ctx context.Context) (scan.Checker, api.CodeReader, error) {
	c, err := confined.New(confined.Options{Log: m.Log})
	if errors.Is(err, confined.ErrNotServed) {
		return scan.InProcess{}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if words, whole := c.State(); !whole {
		m.Log.WarnContext(ctx, words)
	}
	return c, c, nil
}

// files says how uploaded files are read, and which programs help with it.
func (d *doctor) files() {
	c, err := confined.New(confined.Options{})
	if err != nil {
		d.found("scan child", err, "")
		return
	}
	words, whole := c.State()
	state := OK
	if !whole {
		state = Note
	}
	d.tell(Finding{"scan child", state, words})
	tools := confined.FindTools()
	d.helper("page renderer", tools.PDFToPPM, "no pdftoppm: PDF pages in codings of their own are left to a person's eyes (Debian: apt-get install poppler-utils)")
	d.helper("card reader", tools.ZBarImg, "no zbarimg: identity cards are read with a hand scanner only (Debian: apt-get install zbar-tools)")
}

// helper tells of a program that the engine can do without.
func (d *doctor) helper(check, path, without string) {
	if path == "" {
		d.tell(Finding{check, Note, without})
		return
	}
	d.tell(Finding{check, OK, path})
}
