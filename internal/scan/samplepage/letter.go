package samplepage

import (
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	typeface "hoso/internal/forms/font"
)

// style is one of the faces that a form is set in.
type style int

const (
	regular style = iota
	bold
	italic
)

func (s style) ttf() []byte { return [][]byte{typeface.Regular, typeface.Bold, typeface.Italic}[s] }

// faces are parsed once: sizing one is cheap after that.
var faces = sync.OnceValue(func() [3]*sfnt.Font {
	var out [3]*sfnt.Font
	for s := range out {
		f, err := sfnt.Parse(style(s).ttf())
		if err != nil {
			panic(fmt.Sprintf("samplepage: built-in font: %v", err)) // cannot be: the bytes are compiled in
		}
		out[s] = f
	}
	return out
})

// sized gives the face at a size in pixels. It is not for two goroutines at once.
func (s style) sized(pixels float64) font.Face {
	f, err := opentype.NewFace(faces()[s], &opentype.FaceOptions{Size: pixels, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic("samplepage: sizing a built-in font: " + err.Error()) // cannot be: the size is a number
	}
	return f
}

// width is a text's width in ems.
func (s style) width(text string) float64 {
	const ppem = 1000
	var buf sfnt.Buffer
	sum := 0.0
	for _, r := range text {
		g, err := faces()[s].GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		if w, err := faces()[s].GlyphAdvance(&buf, g, fixed.I(ppem), font.HintingNone); err == nil {
			sum += float64(w) / 64 / ppem
		}
	}
	return sum
}
