package scan

import "math"

// lie is how the lines of print lie on a page.
type lie struct {
	angle    float64 // degrees clockwise that the lines are off the level
	strength float64 // how much more the page is striped along its lines than it would be by chance
	sideways float64 // the stripes down the page, as a multiple of those across
	upright  float64 // evenness of the feet of letters against that of their heads; 1 where there are few
}

const (
	maxSlope   = 20   // degrees; what lies more askew is not found
	minPoints  = 400  // fewer edges of ink say nothing of lines
	manyPoints = 3500 // about ten lines, from where on heads are told from feet
	maxPoints  = 8000 // more say nothing new
	fewPoints  = 2500 // are enough for a first look
)

// lieOf measures how the lines lie. The feet of letters stand on one line, apart
// from a few tails and the dots under vowels; their heads end at three or four
// heights, and Vietnamese puts marks on them. So the lower edges of ink fall into
// sharp stripes when they are counted along the lines, the upper edges into duller
// ones, and neither does across.
func lieOf(k ink) (lie, bool) {
	feet, heads := edges(k)
	if len(feet) < minPoints {
		return lie{}, false
	}
	var out lie
	var level float64
	out.angle, level = steepest(feet)
	out.strength = level
	side := k.turned()
	right, left := edges(side)
	_, lower := steepest(right)
	_, upper := steepest(left)
	out.sideways = max(lower, upper) / max(level, stripes(heads, out.angle))
	out.upright = 1
	if min(len(feet), len(heads)) >= manyPoints {
		out.upright = level / stripes(heads, out.angle)
	}
	return out, true
}

// point is a place on a plan.
type point struct{ x, y int32 }

// edges are the places where ink ends downwards and upwards. Lines that are drawn
// and not written are left out: letters have no long straight strokes.
func edges(k ink) (feet, heads []point) {
	const long = 30 // pixels: 1 cm
	for y := range k.h {
		for x := 0; x < k.w; {
			if !k.on[y*k.w+x] {
				x++
				continue
			}
			end := x
			for end < k.w && k.on[y*k.w+end] {
				end++
			}
			if end-x < long {
				for ; x < end; x++ {
					if !k.at(x, y+1) && k.at(x, y-1) {
						feet = append(feet, point{int32(x), int32(y)})
					} else if !k.at(x, y-1) && k.at(x, y+1) {
						heads = append(heads, point{int32(x), int32(y)})
					}
				}
			}
			x = end
		}
	}
	return thin(feet, maxPoints), thin(heads, maxPoints)
}

// thin keeps at most so many points, evenly.
func thin(all []point, most int) []point {
	step := (len(all) + most - 1) / most
	if step <= 1 {
		return all
	}
	out := make([]point, 0, most)
	for i := 0; i < len(all); i += step {
		out = append(out, all[i])
	}
	return out
}

// steepest finds the angle at which points fall into the sharpest stripes.
func steepest(points []point) (angle, strength float64) {
	try := func(some []point, from, to, step float64) {
		strength = 0
		for a := from; a <= to+step/2; a += step {
			if s := stripes(some, a); s > strength {
				angle, strength = a, s
			}
		}
	}
	try(thin(points, fewPoints), -maxSlope, maxSlope, 1)
	try(points, angle-0.8, angle+0.8, 0.2)
	try(points, angle-0.15, angle+0.15, 0.05)
	return angle, strength
}

// stripes says how unevenly points spread over the rows of a page that is turned
// back by an angle: 1 is as even as can be.
func stripes(points []point, degrees float64) float64 {
	if len(points) == 0 {
		return 1
	}
	slope := int64(math.Round(math.Tan(degrees*math.Pi/180) * (1 << 16)))
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	for _, p := range points {
		r := int64(p.y) - int64(p.x)*slope>>16
		low, high = min(low, r), max(high, r)
	}
	rows := make([]int32, high-low+1)
	for _, p := range points {
		rows[int64(p.y)-int64(p.x)*slope>>16-low]++
	}
	sum := 0.0
	for _, n := range rows {
		sum += float64(n) * float64(n)
	}
	return sum * float64(len(rows)) / (float64(len(points)) * float64(len(points)))
}
