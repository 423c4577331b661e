package scan

import (
	"image"

	"hoso/internal/scan/plane"
)

// sheet is one page as it is measured: grey, at workDPI where it is that fine,
// turned as its file says, with the place of the paper in it.
type sheet struct {
	g     gray
	dpi   float64 // of g
	paper plane.Quad
	desk  bool      // something lies around the paper
	fine  histogram // noise of the picture's own pixels
}

// judgeImage judges one decoded picture as a page. What the file says of it may
// be nothing.
func (in *inspection) judgeImage(page int, img image.Image, file said) {
	paper, desk := findPaper(img, false)
	across, down := paper.Sides()
	dpi := in.resolution(img.Bounds(), max(across, down), file.density)
	in.judgeSheet(page, dpi, newSheet(img, false, dpi, paper, desk, file.turn))
}

// newSheet brings a picture down to what is measured.
func newSheet(img image.Image, negative bool, dpi float64, paper plane.Quad, desk bool, turn orientation) sheet {
	scale := min(1, workDPI/dpi)
	g := shrink(img, scale)
	if negative {
		flip(g.pix)
	}
	b := img.Bounds()
	sx, sy := float64(g.w)/float64(b.Dx()), float64(g.h)/float64(b.Dy())
	for i := range paper {
		paper[i] = plane.Point{X: paper[i].X * sx, Y: paper[i].Y * sy}
	}
	s := sheet{dpi: dpi * scale, desk: desk, fine: noiseOf(img, negative)}
	s.g, s.paper = g, paper
	return s.turned(turn)
}

// turned is the sheet turned as a file says.
func (s sheet) turned(by orientation) sheet {
	s.paper = by.carry(s.paper, float64(s.g.w), float64(s.g.h))
	s.g = by.apply(s.g)
	return s
}

// carry takes corners along when their picture is turned, and names the top left
// one anew.
func (o orientation) carry(q plane.Quad, w, h float64) plane.Quad {
	turns := map[orientation]int{3: 2, 4: 2, 5: 3, 6: 1, 7: 1, 8: 3}[o]
	if o == 2 || o == 4 || o == 5 || o == 7 {
		q = plane.Quad{q[1], q[0], q[3], q[2]}
		for i := range q {
			q[i].X = w - q[i].X
		}
	}
	for range turns {
		for i, p := range q {
			q[i] = plane.Point{X: h - p.Y, Y: p.X}
		}
		q = plane.Quad{q[3], q[0], q[1], q[2]}
		w, h = h, w
	}
	return q
}

// inside gives the test whether a tile lies on the paper, its rim left out. Nil is
// everywhere.
func (s sheet) inside() func(x, y int) bool {
	if !s.desk {
		return nil
	}
	const rim = 0.04
	q := s.paper.Inset(rim)
	return func(x, y int) bool {
		x0, y0, x1, y1 := float64(x), float64(y), float64(x+tileSide), float64(y+tileSide)
		for _, p := range (plane.Quad{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}) {
			if !q.Holds(p) {
				return false
			}
		}
		return true
	}
}

// planDPI is about the resolution at which lines of print are looked at as a whole.
const planDPI = 75

// plan is the paper alone, seen straight from above, coarse enough that lines can
// be followed quickly.
func (s sheet) plan() (gray, float64) {
	g, dpi, q := s.g, s.dpi, s.paper
	if dpi >= 1.5*planDPI {
		g, dpi, q = g.halved(), dpi/2, q.Scale(0.5)
	}
	if !s.desk {
		return g, dpi
	}
	across, down := q.Sides()
	out := gray{w: max(1, int(across)), h: max(1, int(down))}
	out.pix = make([]uint8, out.w*out.h)
	there := plane.Rectangle(float64(out.w), float64(out.h)).Onto(q)
	for y := range out.h {
		row := out.row(y)
		for x := range row {
			u, v := there.At(float64(x)+0.5, float64(y)+0.5)
			row[x] = g.between(float32(u-0.5), float32(v-0.5))
		}
	}
	return out, dpi
}

// between is the light at a place between pixels; beyond the rim it is that of
// the rim.
func (g gray) between(x, y float32) uint8 {
	if !(x > 0) { // nor a number that is none
		x = 0
	}
	if !(y > 0) {
		y = 0
	}
	x0, y0 := min(int(x), g.w-1), min(int(y), g.h-1)
	fx, fy := int(min(x-float32(x0), 1)*64), int(min(y-float32(y0), 1)*64)
	at, right, below := y0*g.w+x0, 1, g.w
	if x0 == g.w-1 {
		right = 0
	}
	if y0 == g.h-1 {
		below = 0
	}
	p := g.pix
	upper := int(p[at])*(64-fx) + int(p[at+right])*fx
	lower := int(p[at+below])*(64-fx) + int(p[at+below+right])*fx
	return uint8((upper*(64-fy) + lower*fy + 2048) >> 12)
}

// halved is the picture at half its size.
func (g gray) halved() gray {
	out := gray{w: max(1, g.w/2), h: max(1, g.h/2)}
	out.pix = make([]uint8, out.w*out.h)
	for y := range out.h {
		a, b := g.row(min(2*y, g.h-1)), g.row(min(2*y+1, g.h-1))
		dst := out.row(y)
		for x := range dst {
			l, r := min(2*x, g.w-1), min(2*x+1, g.w-1)
			dst[x] = uint8((int(a[l]) + int(a[r]) + int(b[l]) + int(b[r]) + 2) / 4)
		}
	}
	return out
}
