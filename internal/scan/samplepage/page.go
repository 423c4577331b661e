package samplepage

import (
	"image"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"

	"golang.org/x/image/font"

	"hoso/internal/scan/plane"
)

// Paper is a size in inches.
type Paper struct{ Width, Height float64 }

// The papers that counters see. A5 lies on its side, as receipts and cards are
// printed; it holds a heading and a few lines.
var (
	A4 = Paper{8.27, 11.69}
	A5 = Paper{8.27, 5.83}
)

// DefaultDPI is the resolution of a page whose options name none: what a
// counter's scanner is set to.
const DefaultDPI = 200

// Options say what to draw and what to spoil. The zero value is a clean sample
// form on A4 at DefaultDPI. Lengths in pixels are those of the finished picture.
type Options struct {
	// Title and Lines replace the sample form's own. Lines that do not fit the
	// page are left out.
	Title string
	Lines []string
	// Rows bounds the number of lines; zero is as many as fit.
	Rows int
	// Paper is A4 when zero.
	Paper Paper
	// Points is the size of print, 12.5 when zero.
	Points float64
	// DPI is the resolution in pixels per inch, DefaultDPI when zero.
	DPI int
	// Blank draws the paper only.
	Blank bool
	// Frame draws a box round the lines, as many forms have.
	Frame bool
	// Seed picks the form: title, order of lines, and their place.
	Seed uint64
	// Filler picks the person who fills the form in.
	Filler uint64
	// Scan tells scans of the same paper apart: the grain is another each time.
	Scan uint64

	// Shift moves the paper on the glass, in inches; what leaves the glass is lost.
	ShiftX, ShiftY float64
	// Skew turns the paper on the glass, in degrees clockwise.
	Skew float64
	// Turn turns the whole picture by quarters, clockwise.
	Turn int
	// Photo takes a photograph of the paper on a desk instead of a scan.
	Photo *Photo

	// Blur is the standard deviation of a Gaussian blur in pixels. At 200 dpi, 1
	// is an ordinary scan, 2.5 soft, 4 beyond reading.
	Blur float64
	// Motion is the length in pixels of a smear, MotionAngle its direction in degrees.
	Motion, MotionAngle float64
	// Dark takes light away: 0 none, 1 all.
	Dark float64
	// Contrast is how black the ink is: 1 full, 0.1 hardly there. Zero means 1.
	Contrast float64
	// Noise is the standard deviation of the sensor's noise in grey levels (0 to 255).
	Noise float64
}

// Page draws one page.
func Page(o Options) image.Image {
	img, _ := Shot(o)
	return img
}

// Shot draws one page and tells where the paper's corners lie in the picture,
// clockwise from that which is the top left one to a reader.
func Shot(o Options) (image.Image, plane.Quad) {
	img := paper(o)
	corners := rectangle(img.Rect)
	if o.ShiftX != 0 || o.ShiftY != 0 || o.Skew != 0 {
		img, corners = place(img, o.ShiftX*o.dpi(), o.ShiftY*o.dpi(), o.Skew)
	}
	grain := rand.New(rand.NewPCG(o.Seed+o.Filler<<32, o.Scan^0xda3e39cb94b95bdb))
	if o.Photo != nil {
		img, corners = o.Photo.take(img, grain)
	}
	spoil(img, o, grain)
	for range (o.Turn%4 + 4) % 4 {
		img, corners = quarter(img, corners)
	}
	return img, corners
}

// Words are the words that a page of these options shows, in the order of reading.
func Words(o Options) []string {
	if o.Blank {
		return nil
	}
	var b strings.Builder
	o.set(func(_ style, l line, _, _ float64) {
		b.WriteString(l.String())
		b.WriteByte(' ')
	})
	return strings.Fields(b.String())
}

func (o Options) dpi() float64 {
	if o.DPI <= 0 {
		return DefaultDPI
	}
	return float64(o.DPI)
}

func (o Options) size() Paper {
	if o.Paper == (Paper{}) {
		return A4
	}
	return o.Paper
}

// paper draws what is on the paper, before anything happens to it.
func paper(o Options) *image.RGBA {
	size, dpi := o.size(), o.dpi()
	rect := image.Rect(0, 0, int(math.Round(size.Width*dpi)), int(math.Round(size.Height*dpi)))
	c := canvas{img: image.NewRGBA(rect), dpi: dpi, sized: map[[2]float64]font.Face{}}
	draw.Draw(c.img, rect, image.White, image.Point{}, draw.Src)
	if !o.Blank {
		o.form(c)
	}
	return c.img
}

const (
	leftEdge  = 1.0
	footSpace = 1.6
)

// set lays the form's rows out and hands each over with its size and place. A
// place of zero is the middle.
func (o Options) set(put func(s style, l line, x, y float64)) (rng *rand.Rand, top, foot float64) {
	rng = rand.New(rand.NewPCG(o.Seed, 0x9e3779b97f4a7c15))
	lines := o.lines(rng)
	size, points := o.size(), o.points()
	dx, y := (rng.Float64()-0.5)*0.2, 0.9+rng.Float64()*0.1
	if size.Height < 8 {
		y -= 0.4
	}
	put(bold, line{{heading[0], bold}}, 0, y)
	put(bold, line{{heading[1], bold}}, 0, y+0.25)
	put(bold, line{{o.title(), bold}}, 0, y+0.75)
	y += 1.25
	top = y - 0.25
	for i, l := range lines {
		if o.Rows > 0 && i >= o.Rows || y > size.Height-footSpace {
			break
		}
		put(regular, l, leftEdge+dx, y)
		y += 0.31 * points / 12.5
	}
	return rng, top, y
}

func (o Options) points() float64 {
	if o.Points == 0 {
		return 12.5
	}
	return o.Points
}

// form writes the heading, the title and the lines, and signs and stamps the foot.
func (o Options) form(c canvas) {
	size := o.size()
	n := 0
	rng, top, foot := o.set(func(s style, l line, x, y float64) {
		if x == 0 {
			c.centred(s, l.String(), 12, size.Width, y)
			return
		}
		c.row(l, o.points(), x, y)
		if n++; n%3 == 2 {
			c.rule(x+regular.width(l.String())*o.points()/72+0.1, y, size.Width-0.7)
		}
	})
	if o.Frame {
		c.frame(0.8, top, size.Width-0.6, foot)
	}
	c.stamp(2.2, size.Height-0.9)
	signer := rand.New(rand.NewPCG(o.Filler, rng.Uint64()))
	c.signature(5.6, size.Height-0.9, signer)
}
