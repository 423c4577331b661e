package samplepage

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// A4 in inches.
const (
	pageWidth  = 8.27
	pageHeight = 11.69
)

// DefaultDPI is the resolution of a page whose options name none: what a
// counter's scanner is set to.
const DefaultDPI = 200

// Options say what to draw and what to spoil. The zero value is a clean sample
// form on A4 at DefaultDPI.
type Options struct {
	// Title and Lines replace the sample form's own. Lines that do not fit the
	// page are left out.
	Title string
	Lines []string
	// DPI is the resolution in pixels per inch, DefaultDPI when zero.
	DPI int
	// Blur is the standard deviation of a Gaussian blur in pixels of this page.
	// At 200 dpi, 1 is an
	// ordinary scan, 2.5 soft, 4 beyond reading.
	Blur float64
	// Dark takes light away: 0 none, 1 all.
	Dark float64
	// Contrast is how black the ink is: 1 full, 0.1 hardly there. Zero means 1.
	Contrast float64
	// Noise is the standard deviation of the sensor's noise in grey levels (0 to 255).
	Noise float64
	// Blank draws the paper only.
	Blank bool
	// Seed picks the order of the sample text, the jitter of its place and the noise.
	Seed uint64
}

// Page draws one A4 page.
func Page(o Options) image.Image {
	if o.DPI <= 0 {
		o.DPI = DefaultDPI
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x9e3779b97f4a7c15))
	dpi := float64(o.DPI)
	size := image.Rect(0, 0, int(math.Round(pageWidth*dpi)), int(math.Round(pageHeight*dpi)))
	c := canvas{img: image.NewRGBA(size), dpi: dpi}
	draw.Draw(c.img, size, image.White, image.Point{}, draw.Src)
	if !o.Blank {
		c.form(o, rng)
	}
	spoil(c.img, o, rng)
	return c.img
}

// canvas draws in inches.
type canvas struct {
	img *image.RGBA
	dpi float64
}

var (
	ink       = color.RGBA{R: 25, G: 25, B: 28, A: 255}
	stampRed  = color.RGBA{R: 200, G: 40, B: 45, A: 255}
	penBlue   = color.RGBA{R: 30, G: 45, B: 150, A: 255}
	ruleGrey  = color.RGBA{R: 120, G: 120, B: 120, A: 255}
	leftEdge  = 1.0
	lineSpace = 0.31
)

// form writes the heading, the title and the lines, and signs and stamps the foot.
func (c canvas) form(o Options, rng *rand.Rand) {
	lines, title := o.Lines, o.Title
	if len(lines) == 0 {
		lines = formLines(rng)
	}
	if title == "" {
		title = defaultTitle
	}
	dx, y := (rng.Float64()-0.5)*0.2, 0.9+rng.Float64()*0.1
	c.centred(bold(), heading[0], 12, y)
	c.centred(bold(), heading[1], 12, y+0.25)
	c.centred(bold(), title, 15, y+0.8)
	y += 1.35
	for i, line := range lines {
		if y > pageHeight-1.6 {
			break
		}
		c.text(regular(), line, 12.5, leftEdge+dx, y)
		if i%3 == 1 {
			c.rule(leftEdge+dx, y+0.07, pageWidth-0.7)
		}
		y += lineSpace
	}
	c.stamp(2.2, pageHeight-1.2)
	c.signature(5.6, pageHeight-1.1, rng)
}

// centred writes a line in the middle of the page.
func (c canvas) centred(f face, line string, points, y float64) {
	_, width := f.layout(line)
	c.text(f, line, points, (pageWidth-width*points/72)/2, y)
}

// text writes a line; x and y are inches from the top left corner.
func (c canvas) text(f face, line string, points, x, y float64) {
	em := points / 72 * c.dpi
	sized := map[float64]font.Face{}
	pieces, _ := f.layout(line)
	for _, p := range pieces {
		ff := sized[p.scale]
		if ff == nil {
			var err error
			ff, err = opentype.NewFace(f.font, &opentype.FaceOptions{Size: points * p.scale, DPI: c.dpi, Hinting: font.HintingNone})
			if err != nil {
				panic("samplepage: sizing a built-in font: " + err.Error()) // cannot be: the size is a constant
			}
			sized[p.scale] = ff
		}
		dot := fixed.Point26_6{X: fixed.Int26_6((x*c.dpi + p.x*em) * 64), Y: fixed.Int26_6((y*c.dpi - p.y*em) * 64)}
		if dr, mask, at, _, ok := ff.Glyph(dot, p.r); ok {
			draw.DrawMask(c.img, dr, image.NewUniform(ink), image.Point{}, mask, at, draw.Over)
		}
	}
}

// rule draws the dotted line that a form is filled in on.
func (c canvas) rule(x, y, to float64) {
	for ; x < to; x += 0.06 {
		c.dot(x, y, 0.008, ruleGrey)
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
