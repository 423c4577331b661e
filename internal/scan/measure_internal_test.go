package scan

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/scan/plane"
	"hoso/internal/scan/samplepage"
)

// squares are black and white squares, each edge spread over so many pixels.
func squares(w, h int, spread float64) gray {
	g := gray{w: w, h: h, pix: make([]uint8, w*h)}
	edge := func(at int) float64 { // from -1 to 1 across an edge
		d := math.Abs(float64(at%24)-12) - 6
		return math.Erf(d / (math.Sqrt2 * max(spread, 0.01)))
	}
	for y := range h {
		for x := range w {
			g.pix[y*w+x] = uint8(20 + 110*(1+edge(x)*edge(y)))
		}
	}
	return g
}

func sharpnessOf(g gray) float64 {
	var t tally
	t.add(g, nil)
	return t.measure().sharpness
}

// Sharpness follows the formula: a Gaussian edge, smoothed by our own binomial of
// variance 1/2, has a slope of 1/sqrt(2 pi (s^2 + 1/2)) of its height.
func TestSharpnessIsEdgeSlope(t *testing.T) {
	t.Parallel()
	for _, s := range []float64{1, 1.5, 2, 2.5, 3} {
		want := 1 / math.Sqrt(2*math.Pi*(s*s+0.5))
		require.InDelta(t, want, sharpnessOf(squares(400, 400, s)), 0.04, "spread %v", s)
	}
}

// A page that moved is as blurred as it is along the way it moved, however sharp
// it is across.
func TestSharpnessIsThatOfTheWorseDirection(t *testing.T) {
	t.Parallel()
	sharp := squares(400, 400, 0.7)
	moved := gray{w: 400, h: 400, pix: make([]uint8, 400*400)}
	for y := range 400 {
		for x := range 400 {
			sum := 0
			for d := range 9 {
				sum += int(sharp.pix[y*400+min(max(x+d-4, 0), 399)])
			}
			moved.pix[y*400+x] = uint8(sum / 9)
		}
	}
	require.Greater(t, sharpnessOf(sharp), 0.3)
	require.Less(t, sharpnessOf(moved), 0.14)
	require.Less(t, sharpnessOf(moved.quarter()), 0.14)
}

// rings are round letters, whose strokes run every way, below a band of paper, on
// a page that moved so many pixels in a direction while it was taken.
func rings(moved, degrees float64) gray {
	const each, steps = 24, 24
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	var one [each][each]uint8
	for y := range one {
		for x := range one[y] {
			sum := 0.0
			for k := range steps {
				along := moved * ((float64(k)+0.5)/steps - 0.5)
				u, v := math.Mod(float64(x)+along*cos+each, each)-each/2, math.Mod(float64(y)+along*sin+each, each)-each/2
				sum += 1 + math.Erf((math.Abs(math.Hypot(u, v)-7)-1.5)/(math.Sqrt2*0.6))
			}
			one[y][x] = uint8(20 + 110*sum/steps)
		}
	}
	g := gray{w: 240, h: 240, pix: make([]uint8, 240*240)}
	for i := range g.pix {
		if g.pix[i] = 240; i/240 >= 4*tileSide {
			g.pix[i] = one[i/240%each][i%240%each]
		}
	}
	return g
}

// A page is about as blurred whichever way it moved; rows and columns alone would
// call it nearly two thirds sharper if it moved aslant.
func TestSharpnessWhicheverWayThePageMoved(t *testing.T) {
	t.Parallel()
	still := sharpnessOf(rings(0, 0))
	require.Greater(t, still, 0.28)
	for _, moved := range []float64{4, 5.5} {
		level := sharpnessOf(rings(moved, 0))
		require.Less(t, level, 0.8*still)
		for _, degrees := range []float64{22.5, 45, 67.5, 90, 112.5, 135, 157.5} {
			require.Less(t, sharpnessOf(rings(moved, degrees)), 1.3*level, "%v pixels, %v degrees", moved, degrees)
		}
	}
}

// The same noise counts the same on a page that is finer than what is looked at, and
// on paper so light that half of it was cut off.
func TestGrainOfFinePages(t *testing.T) {
	t.Parallel()
	dark, light := measurement{contrast: 30, noise: 2, fine: 9}, measurement{contrast: 30, noise: 9, fine: 2, clipped: true}
	for dpi, want := range map[float64]float64{0: 15, 100: 15, workDPI: 15, 200: 11.25, 300: 7.5} {
		require.InDelta(t, want, dark.grain(dpi), 1e-9, "%v dpi", dpi)
		require.InDelta(t, cutOff*30/math.Sqrt(4+rounding*rounding), light.grain(dpi), 1e-9, "%v dpi", dpi)
	}
	for _, spread := range []float64{8, 24} {
		of := func(paper float64, negative bool) (own, counts float64) {
			m := measured(speckled(paper, spread, negative), negative, 300)
			return m.fine, m.contrast / m.grain(300)
		}
		_, grey := of(160, false)
		fine, white := of(255, false)
		require.InEpsilon(t, grey, white, 0.4)
		require.InEpsilon(t, 0.52*spread, fine, 0.15, "half of the noise is cut off, none is taken by coming down")
		turned, _ := of(255, true)
		require.InDelta(t, fine, turned, 0.01)
	}
}

// speckled is a page of strokes on the lower half of paper of a luminance, with
// noise of a deviation.
func speckled(paper, deviation float64, negative bool) image.Image {
	rng := rand.New(rand.NewPCG(7, 7))
	img := image.NewGray(image.Rect(0, 0, 960, 960))
	for i := range img.Pix {
		v := paper
		if x, y := i%960, i/960; y > 480 && x%48 < 6 {
			v = paper / 3
		}
		img.Pix[i] = uint8(max(0, min(255, v+rng.NormFloat64()*deviation)))
	}
	if negative {
		flip(img.Pix)
	}
	return img
}

// measured takes a picture in as a page.
func measured(img image.Image, negative bool, dpi float64) measurement {
	b := img.Bounds()
	var t tally
	t.take(newSheet(img, negative, dpi, plane.Rectangle(float64(b.Dx()), float64(b.Dy())), false, 0))
	return t.measure()
}

// Letters are as tall as the print is large, whatever else was done to it.
func TestLetters(t *testing.T) {
	t.Parallel()
	const points = 12.5
	of := func(o samplepage.Options) float64 {
		o.DPI = cmp.Or(o.DPI, 110)
		if o.Points == 0 {
			o.Points = points
		}
		m := measured(samplepage.Page(o), false, float64(o.DPI))
		return m.letters / min(workDPI, float64(o.DPI)) * workDPI / o.Points * 12
	}
	for _, o := range []samplepage.Options{
		{}, {Points: 9}, {Points: 16}, {DPI: 75}, {DPI: 200, Paper: samplepage.A5}, {Seed: 3, Frame: true}, {Skew: 5}, {Noise: 12}, {Contrast: 0.4, Dark: 0.4}, {Blur: 1.2}, {Motion: 3},
	} {
		require.InEpsilon(t, ordinaryLetters, of(o), 0.15, "%+v", o)
	}
	require.Zero(t, of(samplepage.Options{Blank: true}), "nothing is written")
	require.Less(t, of(samplepage.Options{Turn: 1}), smallestLetters, "on its side nothing is that small")
}

// A blur counts by how large the letters are: twice as large ones with twice the
// blur are as hard to read.
func TestSharpnessIsThatOfTheLetters(t *testing.T) {
	t.Parallel()
	of := func(points, blur float64, turn int) float64 {
		m := measured(samplepage.Page(samplepage.Options{DPI: workDPI, Paper: samplepage.A5, Points: points, Blur: blur, Turn: turn}), false, workDPI)
		return inPrint(m.sharpness, m.letters, workDPI)
	}
	require.InEpsilon(t, of(9, 1.4, 0), of(15, 1.4*15/9, 0), 0.1)
	require.Greater(t, of(15, 1.4, 0), 1.25*of(9, 1.4, 0))
	require.InEpsilon(t, of(12, 1.2, 0), of(12, 1.2, 1), 0.1, "on its side, where letters cannot be told")
	for _, s := range []float64{0.05, 0.2, 0.35} {
		require.InDelta(t, s, inPrint(s, ordinaryLetters, 200), 1e-9)
		require.InDelta(t, s, inPrint(s, 0, 0), 1e-9, "not known")
		require.InDelta(t, s, inPrint(s, smallestLetters-1, workDPI), 1e-9)
		require.InDelta(t, inPrint(s, 0.6*ordinaryLetters, workDPI), inPrint(s, 0, 0.6*workDPI), 1e-9)
		require.InDelta(t, inPrint(s, largestLetters, workDPI), inPrint(s, 2*largestLetters, workDPI), 1e-9)
	}
	require.Zero(t, inPrint(0, 10, 100))
}

// Ruled paper has lines in one direction only, and is not called blurred for it.
func TestRuledPaperIsNotBlurred(t *testing.T) {
	t.Parallel()
	g := gray{w: 400, h: 400, pix: make([]uint8, 400*400)}
	for i := range g.pix {
		if g.pix[i] = 240; i/400%24 < 2 {
			g.pix[i] = 60
		}
	}
	require.Greater(t, sharpnessOf(g), 0.3)
	require.Greater(t, sharpnessOf(g.quarter()), 0.3)
}

// Neither paler ink nor noise is mistaken for blur or for sharpness.
func TestSharpnessIgnoresLightAndNoise(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	for _, spread := range []float64{0.5, 2} {
		clean := squares(480, 480, spread)
		for y := range clean.h { // the upper half is paper
			for x := 0; x < clean.w && y < clean.h/2; x++ {
				clean.pix[y*clean.w+x] = 240
			}
		}
		want := sharpnessOf(clean)
		pale, noisy := gray{clean.w, clean.h, make([]uint8, len(clean.pix))}, gray{clean.w, clean.h, make([]uint8, len(clean.pix))}
		for i, v := range clean.pix {
			pale.pix[i] = 150 + v/4
			noisy.pix[i] = uint8(max(0, min(255, float64(v)+rng.NormFloat64()*12)))
		}
		require.InDelta(t, want, sharpnessOf(pale), 0.04)
		require.InDelta(t, want, sharpnessOf(noisy), 0.04)
	}
}

// Nothing but noise has no content, and so no sharpness to be praised for.
func TestNoiseIsNoContent(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	g := gray{w: 600, h: 800, pix: make([]uint8, 600*800)}
	for _, sd := range []float64{0, 3, 15, 40} {
		for i := range g.pix {
			g.pix[i] = uint8(max(0, min(255, 180+rng.NormFloat64()*sd)))
		}
		var tl tally
		tl.add(g, nil)
		m := tl.measure()
		require.Less(t, m.content, 0.0015, "sd %v", sd)
		require.True(t, m.flat, "sd %v", sd)
	}
}

// What lies in the margin is the edge of glass and paper.
func TestMarginDoesNotCount(t *testing.T) {
	t.Parallel()
	g := gray{w: 600, h: 800, pix: make([]uint8, 600*800)}
	for i := range g.pix {
		if g.pix[i] = 250; i%600 < 15 {
			g.pix[i] = 0
		}
	}
	var tl tally
	tl.add(g, nil)
	require.Zero(t, tl.measure().content)
}

// A picture too small for a tile measures nothing and breaks nothing.
func TestTinyPictures(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {1, 500}, {500, 1}, {15, 15}, {16, 16}, {17, 300}} {
		var tl tally
		tl.add(gray{w: size[0], h: size[1], pix: make([]uint8, size[0]*size[1])}, nil)
		require.Zero(t, tl.measure().contrast, "%v", size)
	}
}

// Shrinking keeps the mean, whatever the sizes, and the place of things.
func TestShrink(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 3))
	for _, size := range [][2]int{{1, 1}, {2, 3}, {7, 5}, {100, 37}, {333, 200}} {
		img := image.NewGray(image.Rect(0, 0, size[0], size[1]))
		sum := 0.0
		for i := range img.Pix {
			img.Pix[i] = uint8(rng.UintN(256))
			sum += float64(img.Pix[i])
		}
		for _, scale := range []float64{0.001, 0.1, 0.3, 0.5, 0.75, 0.999, 1, 3} {
			g := shrink(img, scale)
			require.Len(t, g.pix, g.w*g.h)
			got := 0.0
			for _, v := range g.pix {
				got += float64(v)
			}
			require.InDelta(t, sum/float64(len(img.Pix)), got/float64(len(g.pix)), 1, "%v at %v", size, scale)
		}
	}
	half := image.NewGray(image.Rect(0, 0, 4, 4))
	copy(half.Pix, []uint8{0, 0, 200, 200, 0, 0, 200, 200, 100, 100, 40, 40, 100, 100, 40, 40})
	require.Equal(t, []uint8{0, 200, 100, 40}, shrink(half, 0.5).pix)
}

// Every kind of picture gives the same grey, and what is transparent is paper.
func TestRowReaders(t *testing.T) {
	t.Parallel()
	rect := image.Rect(3, 5, 11, 9) // does not start at nought
	colour := color.NRGBA{R: 200, G: 100, B: 50, A: 255}
	want := uint8(124) // 0.299 R + 0.587 G + 0.114 B
	ycc := image.NewYCbCr(rect, image.YCbCrSubsampleRatio420)
	for i := range ycc.Y {
		ycc.Y[i] = want
	}
	grey := image.NewGray(rect)
	for i := range grey.Pix {
		grey.Pix[i] = want
	}
	images := []image.Image{ycc, grey}
	for _, img := range []interface {
		image.Image
		Set(x, y int, c color.Color)
	}{
		image.NewRGBA(rect), image.NewNRGBA(rect), image.NewRGBA64(rect), image.NewNRGBA64(rect), image.NewCMYK(rect),
		image.NewPaletted(rect, color.Palette{color.White, colour}),
	} {
		for y := rect.Min.Y; y < rect.Max.Y; y++ {
			for x := rect.Min.X; x < rect.Max.X; x++ {
				img.Set(x, y, colour)
			}
		}
		images = append(images, img)
	}
	for _, img := range images {
		for i, v := range shrink(img, 1).pix {
			require.InDelta(t, want, v, 1, "%T at %d", img, i)
		}
	}
	for _, clear := range []image.Image{image.NewNRGBA(rect), image.NewRGBA(rect), image.NewPaletted(rect, color.Palette{color.Transparent})} {
		require.Equal(t, uint8(255), shrink(clear, 1).pix[0], "%T", clear)
	}
}

func TestHistogramShare(t *testing.T) {
	t.Parallel()
	var h histogram
	require.Zero(t, h.share(0.5))
	for v := range 100 {
		h.add(uint8(v))
	}
	for part, want := range map[float64]uint8{0.05: 4, 0.5: 49, 0.75: 74, 0.97: 96, 1: 99} {
		require.InDelta(t, want, h.share(part), 1, fmt.Sprint(part))
	}
}

// Whatever a tile holds, its slopes are those that one finds by writing every
// step down and sorting.
func TestSlopesAreThoseThatCountingFinds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 11))
	for n := range 400 {
		reach := []int{1, 5, faint, 40, 255}[n%5]
		g := gray{w: tileSide + 2, h: tileSide + 2, pix: make([]uint8, (tileSide+2)*(tileSide+2))}
		for i := range g.pix {
			g.pix[i] = uint8(random.IntN(reach + 1))
		}
		got := look(g, 1, 1, new([tileSide]uint16))
		rows := 2
		if got.span() <= faint {
			rows = 4
		}
		require.Equal(t, written(g, rows), got.steps, "span %d", got.span())
	}
}

// written finds slopes the long way.
func written(g gray, rows int) (out [4]uint8) {
	at := func(x, y int) uint8 { return g.pix[(y+1)*g.w+x+1] }
	var steps [4][]uint8
	for y := rows - 1; y < tileSide; y += rows {
		for x := 1; x < tileSide; x++ {
			steps[across] = append(steps[across], distance(at(x, y), at(x-1, y)))
			steps[down] = append(steps[down], distance(at(x, y), at(x, y-1)))
			steps[falling] = append(steps[falling], distance(at(x, y), at(x-1, y-1)))
			steps[rising] = append(steps[rising], distance(at(x-1, y), at(x, y-1)))
		}
	}
	for d, s := range steps {
		slices.Sort(s)
		out[d] = s[len(s)-1-len(s)*3/100]
	}
	return out
}
