package scan

import (
	"math"
	"slices"
)

// A page is looked at in tiles about as high as a line of print.
const (
	workDPI  = 150 // finer pictures are brought down to this first
	tileSide = 16  // pixels: 2.7 mm at workDPI
	minTiles = 12  // fewer tiles with strokes say nothing of sharpness
	clipped  = 235 // luminance of paper so light that half of its noise is cut off
	faint    = 12  // grey levels within a tile that are no writing on the cleanest page
)

// tile is what one small square of a page says of itself, after a light smoothing.
type tile struct {
	low, high    uint8 // darkest and lightest pixel
	across, down uint8 // the steps between neighbours that only 3 % of pixels exceed
	mean         uint8
}

// span is the tile's own contrast.
func (t tile) span() uint8 { return t.high - t.low }

// tally gathers the tiles of one page, which may be made of several pictures.
type tally struct {
	tiles []tile
	drift histogram // steps between the means of neighbouring tiles
}

// add takes in a picture. A margin of 3 % is left out: what lies there is the
// edge of the glass, of the paper or of the punch. Of a photograph only tiles on
// the paper count; inside says which those are, nil that all are.
func (t *tally) add(g gray, inside func(x, y int) bool) {
	s := smooth(g)
	margin := min(g.w, g.h) * 3 / 100
	cols, rows := (g.w-2*margin)/tileSide, (g.h-2*margin)/tileSide
	above, row := make([]int, cols), make([]int, cols) // where in tiles, from 1; 0 is off the paper
	for j := range rows {
		left := 0
		for i := range cols {
			row[i] = 0
			x, y := margin+i*tileSide, margin+j*tileSide
			if inside == nil || inside(x, y) {
				t.tiles = append(t.tiles, look(s, x, y))
				row[i] = len(t.tiles)
				t.compare(row[i], left)
				t.compare(row[i], above[i])
			}
			left = row[i]
		}
		above, row = row, above
	}
}

// compare notes how much two neighbours' means differ, if both are on the paper.
func (t *tally) compare(a, b int) {
	if a > 0 && b > 0 {
		t.drift.add(distance(t.tiles[a-1].mean, t.tiles[b-1].mean))
	}
}

// look measures one tile.
func look(g gray, x0, y0 int) tile {
	out := tile{low: 255}
	sum := 0
	for y := y0; y < y0+tileSide; y++ {
		for _, v := range g.pix[y*g.w+x0:][:tileSide] {
			sum += int(v)
			out.low, out.high = min(out.low, v), max(out.high, v)
		}
	}
	out.mean = uint8(sum / (tileSide * tileSide))
	rows := 2 // a part is as good as all and half the work
	if out.span() <= faint {
		rows = 4 // there is only noise
	}
	out.across, out.down = slopes(g, x0, y0, rows)
	return out
}

// slopes are the steps to the left and the upper neighbour that only 3 % of the
// pixels of every so many rows exceed.
func slopes(g gray, x0, y0, rows int) (across, down uint8) {
	var a, d [256]uint16
	for y := y0; y < y0+tileSide; y += rows {
		row, above := g.pix[y*g.w+x0:][:tileSide], g.pix[max(y-1, 0)*g.w+x0:][:tileSide]
		left := row[0]
		for i, v := range row {
			l, u := distance(v, left), distance(v, above[i])
			a[l]++
			d[u]++
			across, down = max(across, l), max(down, u)
			left = v
		}
	}
	spare := tileSide * tileSide / rows * 3 / 100
	return exceeded(&a, across, spare), exceeded(&d, down, spare)
}

// exceeded is the largest value that more than spare others are not below; top is
// the largest of all.
func exceeded(count *[256]uint16, top uint8, spare int) uint8 {
	for n := int(count[top]); n <= spare && top > 0; n += int(count[top]) {
		top--
	}
	return top
}

// smooth is the 3 by 3 binomial: it takes two thirds of the noise and leaves a
// perfect edge half as steep as it was.
func smooth(g gray) gray {
	out := gray{w: g.w, h: g.h, pix: make([]uint8, len(g.pix))}
	sums := make([]uint16, g.w)
	for y := range g.h {
		a, b, c := g.row(max(y-1, 0))[:len(sums)], g.row(y)[:len(sums)], g.row(min(y+1, g.h-1))[:len(sums)]
		for x := range sums {
			sums[x] = uint16(a[x]) + 2*uint16(b[x]) + uint16(c[x])
		}
		dst := out.row(y)
		left := sums[0]
		for x, mid := range sums[:g.w-1] {
			dst[x] = uint8((left + 2*mid + sums[x+1] + 8) / 16)
			left = mid
		}
		last := sums[g.w-1]
		dst[g.w-1] = uint8((left + 3*last + 8) / 16)
	}
	return out
}

// measurement is what a page's tiles say together. Luminances are 0 to 255.
type measurement struct {
	content   float64 // share of the area with something on it
	flat      bool    // nothing on it, not even smears
	paper     float64 // luminance of the paper
	contrast  float64 // distance from paper to ink
	sharpness float64 // steepness of strokes against their contrast, in the worse direction
	noise     float64 // steps between neighbours where there is no ink
	strokes   int     // tiles that sharpness was taken from
}

// depth is the share of the paper's light that the ink lacks: weak light takes from
// both, and leaves the page as easy to read.
func (m measurement) depth() float64 { return m.contrast / max(1, m.paper) }

// measure sums a page up.
func (t *tally) measure() measurement {
	var m measurement
	if len(t.tiles) == 0 {
		return m
	}
	var spans, highs, slopes histogram
	for _, tl := range t.tiles {
		spans.add(tl.span())
		highs.add(tl.high)
		slopes.add(max(tl.across, tl.down))
	}
	m.paper = float64(highs.share(0.7))
	// The quietest tiles tell the noise; ink must stand out well above it. Where
	// not even they are quiet the page is full to its edges, or all noise: then
	// the means of its tiles hardly differ.
	const loud = 80
	floor := max(faint, 2.2*float64(spans.share(0.05)))
	if floor > loud {
		if t.even(float64(slopes.share(0.5))) {
			m.flat = true
			return m
		}
		floor = loud
	}
	var inked, quietSpan, quietAcross, quietDown histogram
	for _, tl := range t.tiles {
		if float64(tl.span()) > floor {
			inked.add(tl.span())
		} else {
			quietSpan.add(tl.span())
			quietAcross.add(tl.across)
			quietDown.add(tl.down)
		}
	}
	across, down := float64(quietAcross.share(0.5)), float64(quietDown.share(0.5))
	m.content = float64(inked.n) / float64(len(t.tiles))
	m.contrast = float64(inked.share(0.75))
	m.noise = (quietAcross.mean() + quietDown.mean()) / 2
	if m.paper > clipped {
		m.noise *= 2
	}
	m.flat = t.even((across + down) / 2)
	span := float64(quietSpan.share(0.5))
	strong := max(floor, m.contrast/2)
	m.sharpness, m.strokes = t.sharpness(strong, span, func(t tile) float64 { return without(float64(t.across), across) })
	if columns, n := t.sharpness(strong, span, func(t tile) float64 { return without(float64(t.down), down) }); m.strokes < minTiles || n >= minTiles && columns < m.sharpness {
		m.sharpness, m.strokes = columns, n
	}
	return m
}

// even says whether the tiles' means differ no more than noise of the given
// slope makes them: there is not even a smear.
func (t *tally) even(noise float64) bool { return float64(t.drift.share(0.99)) <= 2+0.4*noise }

// without takes noise out of a slope: the two add up as squares do.
func without(slope, noise float64) float64 { return math.Sqrt(max(0, slope*slope-noise*noise)) }

// sharpness is the median over tiles with strong strokes of the steepest slope
// divided by the contrast, both freed of what noise alone would give. So it asks
// how wide edges are, not how many or how black they are. Tiles without any edge
// in this direction, as ruled lines leave many, say nothing of it.
func (t *tally) sharpness(floor, noiseSpan float64, slope func(tile) float64) (float64, int) {
	const none = 0.02
	var steep []float64
	for _, tl := range t.tiles {
		if span := float64(tl.span()); span > floor {
			if s := slope(tl) / (span - noiseSpan/2); s > none {
				steep = append(steep, s)
			}
		}
	}
	if len(steep) == 0 {
		return 0, 0
	}
	slices.Sort(steep)
	return steep[len(steep)/2], len(steep)
}

func distance(a, b uint8) uint8 { return max(a, b) - min(a, b) }

// histogram counts bytes.
type histogram struct {
	count [256]uint32
	n     int
}

func (h *histogram) add(v uint8) { h.count[v]++; h.n++ }

// mean is that of the bytes, zero where there are none.
func (h *histogram) mean() float64 {
	sum := 0
	for v, n := range h.count {
		sum += v * int(n)
	}
	return float64(sum) / float64(max(1, h.n))
}

// share is the value that the given share of the bytes do not exceed.
func (h *histogram) share(part float64) uint8 {
	rest := int(float64(h.n) * (1 - part))
	for v := 255; v > 0; v-- {
		if rest -= int(h.count[v]); rest < 0 {
			return uint8(v)
		}
	}
	return 0
}
