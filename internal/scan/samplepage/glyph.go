package samplepage

import (
	"fmt"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// The Go fonts are free and come as a module, but hold only part of the
// Vietnamese alphabet. Letters they lack are put together from a letter they
// have and a mark they have, moved and shrunk. It is not typography; it gives
// the eye, and a blur, the same small strokes above and below the line.

// piece is one glyph of a laid-out line. Lengths are in ems of the line's font.
type piece struct {
	r     rune
	x, y  float64 // from the start of the line, y upwards from the baseline
	scale float64 // 1 is the line's own size
}

// mark says how a combining character is imitated.
type mark struct {
	glyph rune
	scale float64
	dy    float64 // how far up, over a small letter without another mark
	below bool
	right bool // at the letter's shoulder instead of its middle
}

var marks = map[rune]mark{
	'\u0300': {glyph: '`', scale: 0.9, dy: 0.02},
	'\u0301': {glyph: '´', scale: 0.9, dy: 0.02},
	'\u0303': {glyph: '˜', scale: 0.9, dy: 0.02},
	'\u0309': {glyph: '?', scale: 0.45, dy: 0.57},
	'\u0323': {glyph: '.', scale: 1, dy: -0.22, below: true},
	'\u031b': {glyph: '’', scale: 0.8, dy: -0.12, right: true},
	'\u0302': {glyph: 'ˆ', scale: 0.9, dy: 0.02},
	'\u0306': {glyph: '˘', scale: 0.9, dy: 0.02},
}

// face is a parsed font and its widths.
type face struct {
	font *sfnt.Font
	ttf  []byte
}

var faces = sync.OnceValue(func() [2]face {
	var out [2]face
	for i, ttf := range [][]byte{goregular.TTF, gobold.TTF} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			panic(fmt.Sprintf("samplepage: built-in font: %v", err)) // cannot be: the bytes are compiled in
		}
		out[i] = face{font: f, ttf: ttf}
	}
	return out
})

func regular() face { return faces()[0] }
func bold() face    { return faces()[1] }

func (f face) has(r rune) bool {
	var buf sfnt.Buffer
	g, err := f.font.GlyphIndex(&buf, r)
	return err == nil && g != 0
}

// advance is a glyph's width in ems.
func (f face) advance(r rune) float64 {
	var buf sfnt.Buffer
	const ppem = 1000
	g, err := f.font.GlyphIndex(&buf, r)
	if err != nil {
		return 0
	}
	w, err := f.font.GlyphAdvance(&buf, g, fixed.I(ppem), 0)
	if err != nil {
		return 0
	}
	return float64(w) / 64 / ppem
}

// layout puts a line's glyphs side by side and says how wide it came out.
func (f face) layout(line string) (pieces []piece, width float64) {
	for _, r := range norm.NFC.String(line) {
		base, rest := f.split(r)
		w := f.advance(base)
		pieces = append(pieces, piece{r: base, x: width, scale: 1})
		pieces = append(pieces, f.stack(base, rest, width, w)...)
		width += w
	}
	return pieces, width
}

// split finds the largest part of a letter that the font has, and the marks
// that are left to draw.
func (f face) split(r rune) (base rune, rest []rune) {
	if f.has(r) {
		return r, nil
	}
	runes := []rune(norm.NFD.String(string(r)))
	base, rest = runes[0], runes[1:]
	for i, m := range rest {
		joined := []rune(norm.NFC.String(string([]rune{base, m})))
		if len(joined) == 1 && f.has(joined[0]) {
			return joined[0], append(append([]rune{}, rest[:i]...), rest[i+1:]...)
		}
	}
	return base, rest
}

// stack places the marks of one letter: each over the one before.
func (f face) stack(base rune, rest []rune, x, width float64) []piece {
	lift := 0.0
	if unicode.IsUpper(base) {
		lift = 0.18
	}
	if base > 0x7f && base != 'đ' && base != 'Đ' {
		lift += 0.16 // the letter wears a hat already
	}
	var out []piece
	for _, c := range rest {
		m, ok := marks[c]
		if !ok {
			continue
		}
		p := piece{r: m.glyph, scale: m.scale, y: m.dy, x: x + (width-f.advance(m.glyph)*m.scale)/2}
		if m.right {
			p.x = x + width - f.advance(m.glyph)*m.scale*0.6
		} else if !m.below {
			p.y += lift
			lift += 0.16
		}
		out = append(out, p)
	}
	return out
}
