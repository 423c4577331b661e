package scan

import (
	"image"
	"math"

	"hoso/internal/scan/plane"
)

// A photograph shows paper on a desk, and a scanner whose lid was open shows it
// on black. What is asked of a page is asked of the paper, so it is looked for
// first, in a copy of the picture small enough that this costs next to nothing.

const (
	peekSide = 160  // pixels of the small copy's long side
	gentle   = 0.2  // difference between neighbours, as a share, that shadows make and the rim of paper does not
	darker   = 0.78 // of the paper's light is the most that what lies beside it may have
)

// findPaper says where in a picture the paper lies, in the picture's own pixels.
// Where nothing darker lies around it the whole picture is the page.
func findPaper(img image.Image, negative bool) (plane.Quad, bool) {
	b := img.Bounds()
	whole := plane.Rectangle(float64(b.Dx()), float64(b.Dy()))
	g := peek(img, peekSide)
	if negative {
		flip(g.pix)
	}
	sheet := flood(widen(g))
	q, ok := sheet.quad()
	if !ok || !sheet.standsOut(g) {
		return whole, false
	}
	sx, sy := float64(b.Dx())/float64(g.w), float64(b.Dy())/float64(g.h)
	for i := range q {
		q[i] = plane.Point{X: q[i].X * sx, Y: q[i].Y * sy}
	}
	return q, true
}

// peek is a small copy of a picture, made from some of its rows.
func peek(img image.Image, side int) gray {
	b := img.Bounds()
	scale := min(1, float64(side)/float64(max(b.Dx(), b.Dy())))
	g := gray{w: max(1, int(float64(b.Dx())*scale)), h: max(1, int(float64(b.Dy())*scale))}
	g.pix = make([]uint8, g.w*g.h)
	rows := rowReader(img)
	line, narrow := make([]uint8, b.Dx()), make([]float32, g.w)
	across := spans(b.Dx(), g.w)
	sum := make([]float32, g.w)
	const each = 3 // rows looked at for one of the copy
	for y := range g.h {
		for k := range each {
			rows(b.Min.Y+(y*each+k)*b.Dy()/(g.h*each), line)
			narrowRow(narrow, line, across)
			addRow(sum, narrow, 1)
		}
		flushRow(g.row(y), sum, 1.0/each)
	}
	return g
}

// widen gives each pixel the light of its lightest neighbour: print vanishes.
func widen(g gray) gray {
	out := gray{w: g.w, h: g.h, pix: make([]uint8, len(g.pix))}
	for y := range g.h {
		for x := range g.w {
			var v uint8
			for j := max(y-1, 0); j <= min(y+1, g.h-1); j++ {
				for _, n := range g.row(j)[max(x-1, 0):min(x+2, g.w)] {
					v = max(v, n)
				}
			}
			out.pix[y*g.w+x] = v
		}
	}
	return out
}

// region is a part of a small picture.
type region struct {
	w, h int
	in   []bool
	n    int
}

// flood spreads from the lightest spot near the middle as far as the light
// changes gently. Where it does not there is a wall, which is not passed even
// along it: a slanting rim is blurred into a slope.
func flood(g gray) region {
	r := region{w: g.w, h: g.h, in: make([]bool, len(g.pix))}
	start, best := -1, -1
	for y := g.h / 3; y < g.h-g.h/3; y++ {
		for x := g.w / 3; x < g.w-g.w/3; x++ {
			if v := int(g.pix[y*g.w+x]); v > best && !g.wall(x, y) {
				start, best = y*g.w+x, v
			}
		}
	}
	if start < 0 {
		return r
	}
	r.take(start)
	for edge := []int{start}; len(edge) > 0; {
		at := edge[len(edge)-1]
		edge = edge[:len(edge)-1]
		x, y := at%g.w, at/g.w
		for _, d := range cross {
			i, j := x+d[0], y+d[1]
			if i < 0 || j < 0 || i >= g.w || j >= g.h {
				continue
			}
			if next := j*g.w + i; !r.in[next] && !g.wall(i, j) {
				r.take(next)
				edge = append(edge, next)
			}
		}
	}
	return r
}

func (r *region) take(at int) {
	r.in[at] = true
	r.n++
}

var cross = [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}

// wall says whether the light changes abruptly at a pixel.
func (g gray) wall(x, y int) bool {
	low, high := g.pix[y*g.w+x], g.pix[y*g.w+x]
	for _, d := range cross {
		i, j := x+d[0], y+d[1]
		if i >= 0 && j >= 0 && i < g.w && j < g.h {
			v := g.pix[j*g.w+i]
			low, high = min(low, v), max(high, v)
		}
	}
	return float64(high)-float64(low) > max(8, gentle*float64(high))
}

// quad is the four-cornered shape that a region fills, if it fills one and is
// neither too small to be the page nor all there is.
func (r region) quad() (plane.Quad, bool) {
	share := float64(r.n) / float64(r.w*r.h)
	if share < 0.12 || share > 0.97 {
		return plane.Quad{}, false
	}
	upright := r.extremes([4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}})
	tipped := r.extremes([4][2]float64{{-0.3, -1}, {1, -0.3}, {0.3, 1}, {-1, 0.3}})
	q := upright
	if tipped.Area() > 1.03*upright.Area() {
		q = tipped
	}
	// What print and stamps leave out of the region is inside the shape; a shape
	// much larger or smaller than the region is no paper.
	fill := float64(r.n) / max(1, q.Area())
	return q, fill > 0.8 && fill < 1.15
}

// extremes are the region's outermost points in four directions, seen as the
// corners of a shape that has a thickness.
func (r region) extremes(toward [4][2]float64) plane.Quad {
	var q plane.Quad
	best := [4]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	for at, in := range r.in {
		if !in {
			continue
		}
		x, y := float64(at%r.w), float64(at/r.w)
		for k, d := range toward {
			if v := x*d[0] + y*d[1]; v > best[k] {
				best[k], q[k] = v, plane.Point{X: x, Y: y}
			}
		}
	}
	for k, d := range toward { // the far corner of the outermost pixel
		if d[0] > 0 {
			q[k].X++
		}
		if d[1] > 0 {
			q[k].Y++
		}
	}
	return q
}

// standsOut says whether what lies around the region is darker than its rim, all
// along it: a frame printed on white paper is not the paper's edge.
func (r region) standsOut(g gray) bool {
	const off = 3 // pixels between the two that are compared
	outer, inner, lighter, n := 0.0, 0.0, 0, 0
	compare := func(in, out int) {
		a, b := float64(g.pix[in]), float64(g.pix[out])
		inner += a
		outer += b
		n++
		if b > darker*a {
			lighter++
		}
	}
	for y := range r.h {
		first, last := -1, -1
		for x := range r.w {
			if r.in[y*r.w+x] {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		if first < 0 || last-first < 2*off {
			continue
		}
		if first >= off {
			compare(y*r.w+first+1, y*r.w+first-off)
		}
		if last+off < r.w {
			compare(y*r.w+last-1, y*r.w+last+off)
		}
	}
	return n >= r.h/8 && outer < darker*inner && lighter < n/3
}
