package samplepage

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

var (
	ink      = color.RGBA{R: 25, G: 25, B: 28, A: 255}
	stampRed = color.RGBA{R: 200, G: 40, B: 45, A: 255}
	penBlue  = color.RGBA{R: 30, G: 45, B: 150, A: 255}
	ruleGrey = color.RGBA{R: 120, G: 120, B: 120, A: 255}
)

// canvas draws in inches.
type canvas struct {
	img   *image.RGBA
	dpi   float64
	sized map[[2]float64]font.Face
}

// centred writes a text in the middle of a page of the given width.
func (c canvas) centred(s style, text string, points, pageWidth, y float64) {
	c.text(s, text, points, (pageWidth-s.width(text)*points/72)/2, y)
}

// row writes a line piece by piece.
func (c canvas) row(l line, points, x, y float64) {
	for _, s := range l {
		c.text(s.style, s.text, points, x, y)
		x += s.style.width(s.text) * points / 72
	}
}

// text writes on one baseline; x and y are inches from the top left corner.
func (c canvas) text(s style, text string, points, x, y float64) {
	key := [2]float64{float64(s), points}
	face := c.sized[key]
	if face == nil {
		face = s.sized(points / 72 * c.dpi)
		c.sized[key] = face
	}
	dot := fixed.Point26_6{X: fixed.Int26_6(x * c.dpi * 64), Y: fixed.Int26_6(y * c.dpi * 64)}
	uniform := image.NewUniform(ink)
	for _, r := range text {
		dr, mask, at, advance, ok := face.Glyph(dot, r)
		if ok {
			draw.DrawMask(c.img, dr, uniform, image.Point{}, mask, at, draw.Over)
		}
		dot.X += advance
	}
}

// rule draws the dotted line that a form is filled in on.
func (c canvas) rule(x, y, to float64) {
	for ; x < to; x += 0.06 {
		c.dot(x, y, 0.008, ruleGrey)
	}
}

// frame draws the lines of a box.
func (c canvas) frame(x0, y0, x1, y1 float64) {
	const step = 0.008
	for x := x0; x < x1; x += step {
		c.dot(x, y0, 0.006, ink)
		c.dot(x, y1, 0.006, ink)
	}
	for y := y0; y < y1; y += step {
		c.dot(x0, y, 0.006, ink)
		c.dot(x1, y, 0.006, ink)
	}
}

// dot fills a small disc, softly at its rim.
func (c canvas) dot(x, y, radius float64, col color.RGBA) {
	px, py, r := x*c.dpi, y*c.dpi, math.Max(radius*c.dpi, 0.5)
	box := image.Rect(int(px-r-1), int(py-r-1), int(px+r+2), int(py+r+2)).Intersect(c.img.Bounds())
	for j := box.Min.Y; j < box.Max.Y; j++ {
		for i := box.Min.X; i < box.Max.X; i++ {
			cover := r + 0.5 - math.Hypot(float64(i)+0.5-px, float64(j)+0.5-py)
			if cover > 0 {
				mix(c.img.Pix[c.img.PixOffset(i, j):], col, math.Min(cover, 1))
			}
		}
	}
}

// mix darkens a pixel towards a colour. It takes the darker of what is there
// and what comes, so that a stroke drawn as many dots stays one stroke.
func mix(pix []uint8, col color.RGBA, cover float64) {
	for i, v := range [3]uint8{col.R, col.G, col.B} {
		if got := uint8(255 - (255-float64(v))*cover); got < pix[i] {
			pix[i] = got
		}
	}
}

// stamp draws two rings and a star of dots.
func (c canvas) stamp(x, y float64) {
	for a := 0.0; a < 2*math.Pi; a += 0.008 {
		c.dot(x+0.65*math.Cos(a), y+0.65*math.Sin(a), 0.014, stampRed)
		c.dot(x+0.45*math.Cos(a), y+0.45*math.Sin(a), 0.008, stampRed)
	}
	for a := math.Pi / 2; a < 2.5*math.Pi; a += 0.4 * math.Pi {
		for t := 0.0; t < 0.2; t += 0.004 {
			c.dot(x+t*math.Cos(a), y-t*math.Sin(a), 0.02, stampRed)
		}
	}
}

// signature draws a scribble.
func (c canvas) signature(x, y float64, rng *rand.Rand) {
	a, b := 5+rng.Float64()*3, 0.12+rng.Float64()*0.1
	for t := 0.0; t < 1; t += 0.0008 {
		c.dot(x+t*1.3, y+b*math.Sin(a*2*math.Pi*t)*(1-t)+0.1*math.Sin(7*t), 0.009, penBlue)
	}
}
