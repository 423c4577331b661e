package forms

import (
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	typeface "hoso/internal/forms/font"
)

// style is a face of the family, in the words of the PDF library.
type style string

const (
	regular style = ""
	bold    style = "B"
	italic  style = "I"
)

// face is what setting text needs to know of a font: the advance of each
// character of the basic plane, in thousandths of the size; -1 where there is none.
type face struct {
	ttf     []byte
	advance [1 << 16]int16
}

// family holds the faces by style.
type family map[style]*face

// faces are parsed once, at the first form; reading three fonts takes longer
// than writing one.
var faces = sync.OnceValue(func() family {
	return family{regular: newFace(typeface.Regular), bold: newFace(typeface.Bold), italic: newFace(typeface.Italic)}
})

func newFace(ttf []byte) *face {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		panic("forms: embedded font: " + err.Error())
	}
	f := &face{ttf: ttf}
	var buf sfnt.Buffer
	for r := range f.advance {
		f.advance[r] = -1
		glyph, err := parsed.GlyphIndex(&buf, rune(r))
		if err != nil || glyph == 0 {
			continue
		}
		if width, err := parsed.GlyphAdvance(&buf, glyph, fixed.I(1000), font.HintingNone); err == nil {
			f.advance[r] = int16(width.Round())
		}
	}
	return f
}

// has says whether every face can show the character.
func (f family) has(r rune) bool {
	if r < 0 || r > 0xFFFF {
		return false
	}
	for _, face := range f {
		if face.advance[r] < 0 {
			return false
		}
	}
	return true
}

// width is that of a cleaned text in millimetres, at a size in points.
func (f *face) width(text string, size float64) float64 {
	sum := 0
	for _, r := range text {
		if r <= 0xFFFF {
			sum += max(int(f.advance[r]), 0)
		}
	}
	return float64(sum) * size / 1000 * point
}

// point is a typographic point in millimetres.
const point = 25.4 / 72
