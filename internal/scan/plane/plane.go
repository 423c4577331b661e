// Package plane is the little geometry that flat paper in a picture needs.
package plane

import "math"

// Point is a place in a picture, in pixels.
type Point struct{ X, Y float64 }

// Quad is four corners, clockwise from the top left one.
type Quad [4]Point

// Rectangle is an upright quad from the origin.
func Rectangle(width, height float64) Quad {
	return Quad{{0, 0}, {width, 0}, {width, height}, {0, height}}
}

// Area is positive where the corners go clockwise as one sees them.
func (q Quad) Area() float64 {
	sum := 0.0
	for i, p := range q {
		n := q[(i+1)%4]
		sum += p.X*n.Y - n.X*p.Y
	}
	return sum / 2
}

// Sides are the mean lengths of the upper and lower and of the left and right sides.
func (q Quad) Sides() (across, down float64) {
	length := func(a, b int) float64 { return math.Hypot(q[a].X-q[b].X, q[a].Y-q[b].Y) }
	return (length(0, 1) + length(3, 2)) / 2, (length(0, 3) + length(1, 2)) / 2
}

// Scale makes everything larger by a factor.
func (q Quad) Scale(by float64) Quad {
	for i := range q {
		q[i].X *= by
		q[i].Y *= by
	}
	return q
}

// Inset draws every corner towards the middle by a share of its distance.
func (q Quad) Inset(share float64) Quad {
	var mid Point
	for _, p := range q {
		mid.X += p.X / 4
		mid.Y += p.Y / 4
	}
	for i, p := range q {
		q[i] = Point{p.X + (mid.X-p.X)*share, p.Y + (mid.Y-p.Y)*share}
	}
	return q
}

// Holds says whether a point lies inside a quad that bulges nowhere inwards.
func (q Quad) Holds(p Point) bool {
	for i, a := range q {
		b := q[(i+1)%4]
		if (b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) < 0 {
			return false
		}
	}
	return true
}

// Map is a homography: how one flat thing looks when seen as another.
type Map [9]float64

// At carries a place over.
func (m Map) At(x, y float64) (float64, float64) {
	w := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / w, (m[3]*x + m[4]*y + m[5]) / w
}

// Onto is the map that carries four corners to four others. Corners of which
// three lie in a line have none; what comes out then is not finite.
func (q Quad) Onto(to Quad) Map {
	var a [8][9]float64
	for i := range 4 {
		f, t := q[i], to[i]
		a[2*i] = [9]float64{f.X, f.Y, 1, 0, 0, 0, -f.X * t.X, -f.Y * t.X, t.X}
		a[2*i+1] = [9]float64{0, 0, 0, f.X, f.Y, 1, -f.X * t.Y, -f.Y * t.Y, t.Y}
	}
	return Map(append(solve(a), 1))
}

// solve is Gauss's elimination, the largest pivot first.
func solve(a [8][9]float64) []float64 {
	for c := range 8 {
		best := c
		for r := c + 1; r < 8; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[best][c]) {
				best = r
			}
		}
		a[c], a[best] = a[best], a[c]
		for r := range 8 {
			if r == c {
				continue
			}
			f := a[r][c] / a[c][c]
			for k := c; k < 9; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	out := make([]float64, 8)
	for i := range out {
		out[i] = a[i][8] / a[i][i]
	}
	return out
}
