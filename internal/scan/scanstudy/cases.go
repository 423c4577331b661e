package scanstudy

import (
	"math"
	"math/rand/v2"

	"hoso/internal/scan/plane"
	"hoso/internal/scan/samplepage"
)

// A Set is a series of pages that never meets another: thresholds are chosen on
// some and figures taken on one that nobody has looked at before.
type Set uint64

// The sets. Train and More have been looked at while thresholds were chosen.
const (
	Train Set = 1
	More  Set = 2
	Test  Set = 3
)

func (s Set) String() string { return map[Set]string{Train: "train", More: "more", Test: "test"}[s] }

// Case is one page of the study: how it is drawn and how it is packed.
type Case struct {
	Set     Set
	N       int
	Kind    string
	Options samplepage.Options
	Quality int // of the JPEG file
}

// spoilers are the ways a page goes bad, with the share of the range from harmless
// to hopeless as their strength. Pixels are pixels at 200 dpi.
var spoilers = []struct {
	kind  string
	spoil func(c *Case, strength float64, rng *rand.Rand)
}{
	{"ordinary", func(*Case, float64, *rand.Rand) {}},
	{"blur", func(c *Case, s float64, _ *rand.Rand) { c.Options.Blur = scale(s, 0.8, 7) * c.perPixel() }},
	{"motion", func(c *Case, s float64, rng *rand.Rand) {
		c.Options.Motion = scale(s, 2, 22) * c.perPixel()
		c.Options.MotionAngle = rng.Float64() * 180
	}},
	{"dark", func(c *Case, s float64, rng *rand.Rand) {
		c.Options.Dark, c.Options.Noise = 1-scale(s, 0.7, 0.05), 3+rng.Float64()*7
	}},
	{"pale", func(c *Case, s float64, rng *rand.Rand) {
		c.Options.Contrast, c.Options.Noise = scale(s, 0.8, 0.03), 2+rng.Float64()*8
	}},
	{"noise", func(c *Case, s float64, _ *rand.Rand) { c.Options.Noise = scale(s, 6, 110) }},
	{"coarse", func(c *Case, s float64, _ *rand.Rand) {
		c.Options.DPI = int(scale(s, 170, 28))
		c.Options.Blur = 0.4
	}},
	{"jpeg", func(c *Case, s float64, _ *rand.Rand) { c.Quality = int(scale(s, 40, 1)) }},
	{"blur and noise", func(c *Case, s float64, rng *rand.Rand) {
		c.Options.Blur = scale(s, 0.8, 6) * c.perPixel()
		c.Options.Noise = 5 + rng.Float64()*20
	}},
	{"dark and blur", func(c *Case, s float64, rng *rand.Rand) {
		c.Options.Blur = scale(s, 0.8, 5) * c.perPixel()
		c.Options.Dark = rng.Float64() * 0.7
	}},
	{"photo", func(c *Case, s float64, rng *rand.Rand) { photograph(c, rng) }},
	{"photo, blurred", func(c *Case, s float64, rng *rand.Rand) {
		photograph(c, rng)
		c.Options.Blur = scale(s, 0.5, 5)
	}},
	{"photo, moved", func(c *Case, s float64, rng *rand.Rand) {
		photograph(c, rng)
		c.Options.Motion, c.Options.MotionAngle = scale(s, 2, 18), rng.Float64()*180
	}},
	{"photo, dark", func(c *Case, s float64, rng *rand.Rand) {
		photograph(c, rng)
		c.Options.Dark, c.Options.Noise = 1-scale(s, 0.7, 0.1), 2+rng.Float64()*5
	}},
}

// slip is a third of A4: enough writing to judge by, and quickly read.
var slip = samplepage.Paper{Width: samplepage.A4.Width, Height: samplepage.A4.Height / 3}

// CaseOf is a set's page number n. The kinds take turns; everything else comes
// from the dice.
func CaseOf(set Set, n int) Case {
	rng := rand.New(rand.NewPCG(uint64(set)<<40+uint64(n), 0xd1342543de82ef95))
	way := spoilers[n%len(spoilers)]
	c := Case{Set: set, N: n, Kind: way.kind, Quality: 70 + rng.IntN(26)}
	c.Options = samplepage.Options{
		Paper: slip, DPI: []int{150, 200, 200, 200, 200, 200, 300}[rng.IntN(7)], Points: []float64{11, 12, 13, 14}[rng.IntN(4)],
		Seed: rng.Uint64N(1 << 30), Filler: rng.Uint64N(1 << 30), Frame: rng.IntN(4) == 0,
		Noise: rng.Float64() * 5, Skew: rng.NormFloat64() * 0.4,
	}
	c.Options.Blur = (0.3 + rng.Float64()*0.6) * c.perPixel()
	way.spoil(&c, rng.Float64(), rng)
	return c
}

// perPixel is how many pixels a pixel at 200 dpi is.
func (c *Case) perPixel() float64 { return float64(c.Options.DPI) / 200 }

// scale goes from one value to another, each step by the same factor.
func scale(strength, from, to float64) float64 { return from * math.Pow(to/from, strength) }

// photograph takes a photograph of an A4 page on a desk, as telephones do.
func photograph(c *Case, rng *rand.Rand) {
	height := []int{1600, 1800, 2000}[rng.IntN(3)]
	c.Options.Paper, c.Options.Rows, c.Options.DPI, c.Options.Skew = samplepage.Paper{}, 3, 200, 0
	c.Options.Blur = 0.3 + rng.Float64()*0.4
	c.Options.Photo = &samplepage.Photo{
		Height: height, Width: height * 3 / 4, Fill: 0.7 + rng.Float64()*0.22, Tilt: rng.Float64() * 0.15, Turn: rng.NormFloat64() * 3,
		Uneven: rng.Float64() * 0.4, Shadow: rng.Float64() * 0.4, Desk: 20 + rng.Float64()*90,
	}
}

// Draw draws a case's page.
func (c Case) Draw() (file []byte, corners plane.Quad, err error) {
	img, corners := samplepage.Shot(c.Options)
	file, err = samplepage.JPEG(img, c.Quality)
	if c.Options.Photo == nil && err == nil {
		file = samplepage.Density(file, c.Options.DPI)
	}
	return file, corners, err
}
