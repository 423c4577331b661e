package scan

import "slices"

// A page is looked at in tiles about as high as a line of print.
const (
	workDPI  = 150 // finer pictures are brought down to this first
	tileSide = 16  // pixels: 2.7 mm at workDPI
	minTiles = 12  // fewer tiles with strokes say nothing of sharpness
)

// tile is what one small square of a page says of itself, after a light smoothing.
type tile struct {
	low, high uint8 // darkest and lightest pixel
	slope     uint8 // the step between neighbours that only 3 % of pixels exceed
	mean      uint8
}

// span is the tile's own contrast.
func (t tile) span() uint8 { return t.high - t.low }

// tally gathers the tiles of one page, which may be made of several pictures.
type tally struct {
	tiles []tile
	drift histogram // steps between the means of neighbouring tiles
}

// add takes in a picture. A margin of 3 % is left out: what lies there is the
// edge of the glass, of the paper or of the punch.
func (t *tally) add(g gray) {
	s := smooth(g)
	margin := min(g.w, g.h) * 3 / 100
	cols, rows := (g.w-2*margin)/tileSide, (g.h-2*margin)/tileSide
	first := len(t.tiles)
	for j := range rows {
		for i := range cols {
			t.tiles = append(t.tiles, look(s, margin+i*tileSide, margin+j*tileSide))
		}
	}
	here := t.tiles[first:]
	for k := range here {
		if k%cols+1 < cols {
			t.drift.add(distance(here[k].mean, here[k+1].mean))
		}
		if k+cols < len(here) {
			t.drift.add(distance(here[k].mean, here[k+cols].mean))
		}
	}
}

// look measures one tile.
func look(g gray, x0, y0 int) tile {
	out := tile{low: 255}
	var slopes histogram
	sum := 0
	above := g.pix[max(y0-1, 0)*g.w+x0:][:tileSide]
	for y := y0; y < y0+tileSide; y++ {
		row := g.pix[y*g.w+x0:][:tileSide]
		left := row[0]
		for i, v := range row {
			sum += int(v)
			out.low, out.high = min(out.low, v), max(out.high, v)
			slopes.add(max(distance(v, left), distance(v, above[i])))
			left = v
		}
		above = row
	}
	out.mean = uint8(sum / (tileSide * tileSide))
	out.slope = slopes.share(0.97)
	return out
}

// smooth is the 3 by 3 binomial: it takes two thirds of the noise and leaves a
// perfect edge half as steep as it was.
func smooth(g gray) gray {
	out := gray{w: g.w, h: g.h, pix: make([]uint8, len(g.pix))}
	sums := make([]uint16, g.w)
	for y := range g.h {
		a, b, c := g.row(max(y-1, 0)), g.row(y), g.row(min(y+1, g.h-1))
		for x := range sums {
			sums[x] = uint16(a[x]) + 2*uint16(b[x]) + uint16(c[x])
		}
		dst := out.row(y)
		left := sums[0]
		for x, mid := range sums {
			right := sums[min(x+1, g.w-1)]
			dst[x] = uint8((left + 2*mid + right + 8) / 16)
			left = mid
		}
	}
	return out
}

// measurement is what a page's tiles say together. Luminances are 0 to 255.
type measurement struct {
	content   float64 // share of the area with something on it
	flat      bool    // nothing on it, not even smears
	paper     float64 // luminance of the paper
	contrast  float64 // distance from paper to ink
	sharpness float64 // steepness of strokes against their contrast
	strokes   int     // tiles that sharpness was taken from
}

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
		slopes.add(tl.slope)
	}
	m.paper = float64(highs.share(0.7))
	// The quietest tiles tell the noise; ink must stand out well above it. Where
	// not even they are quiet the page is full to its edges, or all noise: then
	// the means of its tiles hardly differ.
	const loud = 80
	floor := max(12, 2.2*float64(spans.share(0.05)))
	if floor > loud {
		if t.even(float64(slopes.share(0.5))) {
			m.flat = true
			return m
		}
		floor = loud
	}
	var inked, quietSpan, quietSlope histogram
	for _, tl := range t.tiles {
		if float64(tl.span()) > floor {
			inked.add(tl.span())
		} else {
			quietSpan.add(tl.span())
			quietSlope.add(tl.slope)
		}
	}
	noise := float64(quietSlope.share(0.5))
	m.content = float64(inked.n) / float64(len(t.tiles))
	m.contrast = float64(inked.share(0.75))
	m.flat = t.even(noise)
	m.sharpness, m.strokes = t.sharpness(max(floor, m.contrast/2), noise, float64(quietSpan.share(0.5)))
	return m
}

// even says whether the tiles' means differ no more than noise of the given
// slope makes them: there is not even a smear.
func (t *tally) even(noise float64) bool { return float64(t.drift.share(0.99)) <= 2+0.4*noise }

// sharpness is the median over tiles with strong strokes of the steepest slope
// divided by the contrast, both freed of what noise alone would give. So it asks
// how wide edges are, not how many or how black they are.
func (t *tally) sharpness(floor, noiseSlope, noiseSpan float64) (float64, int) {
	var steep []float64
	for _, tl := range t.tiles {
		if span := float64(tl.span()); span > floor {
			steep = append(steep, max(0, float64(tl.slope)-noiseSlope)/(span-noiseSpan/2))
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
