package forms

import (
	"errors"
	"net/url"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// Code is what a form's QR code says. Nothing in it is personal: whoever finds a
// slip learns what dossier it was, and no name.
type Code struct {
	Dossier   string // our code, or the official one on official forms
	Procedure string
	// Link is where the holder may follow the dossier: <base>/v1/track?t=TOKEN.
	Link string
}

// Text is the content of the QR code, in this one format:
//
//	https://…/v1/track?t=TOKEN#hs=VNPHKI-250205-0001-M&tt=2.000635
//
// A telephone opens the link; the part after # never leaves it. A reader at a
// counter takes code (hs, mã hồ sơ) and procedure (tt, mã thủ tục) from there.
// Without a link the content begins with #.
func (c Code) Text() string {
	return c.Link + "#hs=" + url.QueryEscape(c.Dossier) + "&tt=" + url.QueryEscape(c.Procedure)
}

// ParseCode reads what [Code.Text] wrote.
func ParseCode(text string) (Code, error) {
	link, rest, found := strings.Cut(text, "#")
	values, err := url.ParseQuery(rest)
	if !found || err != nil || values.Get("hs") == "" || values.Get("tt") == "" {
		return Code{}, errors.New("not the code of a dossier form")
	}
	return Code{Dossier: values.Get("hs"), Procedure: values.Get("tt"), Link: link}, nil
}

// qrCode draws a code as filled rectangles: sharp at any size, and small.
func (s *sheet) qrCode(x, y, edge float64, c Code) error {
	// M repairs up to 15 %: a fold or a stamp, and still few enough modules.
	code, err := qr.Encode(c.Text(), qr.M, qr.Auto)
	if err != nil {
		return err
	}
	n := code.Bounds().Dx()
	module := edge / float64(n)
	for row := range n {
		for col := 0; col < n; {
			length := darkRun(code, col, row)
			if length > 0 {
				// A hair more than a module, or viewers show seams between rows.
				s.pdf.Rect(x+float64(col)*module, y+float64(row)*module, float64(length)*module, module*1.02, "F")
			}
			col += max(length, 1)
		}
	}
	return nil
}

// darkRun counts the dark modules from a place to the right.
func darkRun(code barcode.Barcode, col, row int) int {
	n := 0
	for col+n < code.Bounds().Dx() {
		if r, _, _, _ := code.At(col+n, row).RGBA(); r != 0 {
			break
		}
		n++
	}
	return n
}
