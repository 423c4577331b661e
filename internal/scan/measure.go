package scan

import (
	"math"
	"slices"
)

// A page is looked at in tiles about as high as a line of print.
const (
	workDPI  = 150  // finer pictures are brought down to this first
	tileSide = 16   // pixels: 2.7 mm at workDPI
	minTiles = 12   // fewer tiles with strokes say nothing of sharpness
	clipped  = 235  // luminance of paper so light that half of its noise is cut off
	cutOff   = 0.69 // of what the same page would have in grain if its noise were not
	rounding = 1.2  // grey levels: the noise of ink and paper that are rounded to them, and packed
	doubled  = 0.4  // of what edges along a smear are wider than on average is what a smear takes besides
	faint    = 12   // grey levels within a tile that are no writing on the cleanest page
)

// tile is what one small square of a page says of itself, after a light smoothing.
type tile struct {
	low, high uint8    // darkest and lightest pixel
	steps     [4]uint8 // to the neighbour in each direction, those that only 3 % of pixels exceed
	mean      uint8
}

// span is the tile's own contrast.
func (t tile) span() uint8 { return t.high - t.low }

// tally gathers the tiles of one page, which may be made of several pictures.
type tally struct {
	tiles []tile
	drift histogram // steps between the means of neighbouring tiles
	bands []band    // in columns of pieces of rows
	fine  histogram // noise of the pictures' own pixels, in parts of noiseParts
}

// take takes in a sheet.
func (t *tally) take(s sheet) {
	t.add(s.g, s.inside())
	t.fine.merge(s.fine)
}

// add takes in a picture. A margin of 3 % is left out: what lies there is the
// edge of the glass, of the paper or of the punch. Of a photograph only tiles on
// the paper count; inside says which those are, nil that all are.
func (t *tally) add(g gray, inside func(x, y int) bool) {
	s := smooth(g)
	margin := min(g.w, g.h) * 3 / 100
	cols, rows := (g.w-2*margin)/tileSide, (g.h-2*margin)/tileSide
	above, row := make([]int, cols), make([]int, cols) // where in tiles, from 1; 0 is off the paper
	columns := make([]column, cols/pieceTiles)
	for i := range columns {
		columns[i] = make(column, rows*tileSide)
	}
	var light [tileSide]uint16
	for j := range rows {
		left := 0
		for i := range cols {
			row[i] = 0
			x, y := margin+i*tileSide, margin+j*tileSide
			if inside == nil || inside(x, y) {
				t.tiles = append(t.tiles, look(s, x, y, &light))
				row[i] = len(t.tiles)
				t.compare(row[i], left)
				t.compare(row[i], above[i])
			}
			if i/pieceTiles < len(columns) {
				columns[i/pieceTiles].add(j*tileSide, &light, row[i] > 0)
			}
			left = row[i]
		}
		above, row = row, above
	}
	for _, c := range columns {
		t.bands = c.bands(t.bands)
	}
}

// compare notes how much two neighbours' means differ, if both are on the paper.
func (t *tally) compare(a, b int) {
	if a > 0 && b > 0 {
		t.drift.add(distance(t.tiles[a-1].mean, t.tiles[b-1].mean))
	}
}

// look measures one tile, and notes how light each of its rows is.
func look(g gray, x0, y0 int, light *[tileSide]uint16) tile {
	out := tile{low: 255}
	sum := 0
	for y := range light {
		line := uint16(0)
		for _, v := range g.pix[(y0+y)*g.w+x0:][:tileSide] {
			line += uint16(v)
			out.low, out.high = min(out.low, v), max(out.high, v)
		}
		light[y] = line
		sum += int(line)
	}
	out.mean = uint8(sum / (tileSide * tileSide))
	if out.span() <= faint { // there is only noise
		out.steps = faintSlopes(g, x0, y0, out.span())
	} else {
		out.steps = slopes(g, x0, y0, out.span())
	}
	return out
}

// The directions in which steps are taken.
const (
	across = iota
	down
	falling // like a backslash
	rising
)

// slopes are the steps to the neighbour in each direction that only 3 % of the
// pixels of every other row exceed: a part is as good as all and half the work.
// None is larger than the tile's span.
func slopes(g gray, x0, y0 int, span uint8) (out [4]uint8) {
	const rows = 2
	var count [4][256]uint16
	for y := y0 + rows - 1; y < y0+tileSide; y += rows {
		row, above := g.pix[y*g.w+x0:][:tileSide], g.pix[(y-1)*g.w+x0:][:tileSide]
		left, corner := row[0], above[0]
		for i := 1; i < tileSide; i++ {
			v, up := row[i], above[i]
			count[across][distance(v, left)]++
			count[down][distance(v, up)]++
			count[falling][distance(v, corner)]++
			count[rising][distance(left, up)]++
			left, corner = v, up
		}
	}
	for d := range out {
		out[d] = exceeded(count[d][:], span, spare(rows))
	}
	return out
}

// faintSlopes is slopes for a tile of which nothing exceeds faint, as most tiles
// of most pages are: every fourth row, and no more room than such steps need.
func faintSlopes(g gray, x0, y0 int, span uint8) (out [4]uint8) {
	const rows = 4
	const most = 15 // faint and what rounds it up to a mask
	var count [4][most + 1]uint16
	for y := y0 + rows - 1; y < y0+tileSide; y += rows {
		row, above := g.pix[y*g.w+x0:][:tileSide], g.pix[(y-1)*g.w+x0:][:tileSide]
		left, corner := row[0], above[0]
		for i := 1; i < tileSide; i++ {
			v, up := row[i], above[i]
			count[across][distance(v, left)&most]++
			count[down][distance(v, up)&most]++
			count[falling][distance(v, corner)&most]++
			count[rising][distance(left, up)&most]++
			left, corner = v, up
		}
	}
	for d := range out {
		out[d] = exceeded(count[d][:], span, spare(rows))
	}
	return out
}

// spare is how many steps of a tile, of which every so many rows are taken, may
// exceed what slopes gives.
func spare(rows int) int { return (tileSide - 1) * tileSide / rows * 3 / 100 }

// exceeded is the largest value that more than spare others are not below; top is
// the largest of all.
func exceeded(count []uint16, top uint8, spare int) uint8 {
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
	sharpness float64 // steepness of strokes against their contrast, in the worst direction
	noise     float64 // steps between neighbours where there is no ink
	fine      float64 // the same of the file's own pixels
	clipped   bool    // the paper is so light that half of its noise was cut off
	letters   float64 // how tall small letters are, in pixels; 0 if not known
	strokes   int     // tiles that sharpness was taken from
}

// depth is the share of the paper's light that the ink lacks: weak light takes from
// both, and leaves the page as easy to read.
func (m measurement) depth() float64 { return m.contrast / max(1, m.paper) }

// grain is the contrast as a multiple of the noise. On a page that was finer than
// workDPI some noise was lost in coming down, and it is given back. Where half of
// the noise was cut off, and ink may be so pale that a grey level more or less
// matters, the noise is that of the file's own pixels.
func (m measurement) grain(dpi float64) float64 {
	if m.clipped {
		return cutOff * m.contrast / math.Hypot(rounding, m.fine)
	}
	grain := m.contrast / max(0.5, m.noise)
	if dpi > workDPI {
		grain *= workDPI / dpi
	}
	return grain
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
		slopes.add(max(tl.steps[across], tl.steps[down]))
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
	var inked, quietSpan histogram
	var quiet [4]histogram
	for _, tl := range t.tiles {
		if float64(tl.span()) > floor {
			inked.add(tl.span())
		} else {
			quietSpan.add(tl.span())
			for d, step := range tl.steps {
				quiet[d].add(step)
			}
		}
	}
	m.content = float64(inked.n) / float64(len(t.tiles))
	m.contrast = float64(inked.share(0.75))
	m.noise = (quiet[across].mean() + quiet[down].mean()) / 2
	m.fine = float64(t.fine.share(0.2)) / noiseParts
	m.clipped = m.paper > clipped
	m.letters = t.letters(m.contrast)
	m.flat = t.even((float64(quiet[across].share(0.5)) + float64(quiet[down].share(0.5))) / 2)
	span := float64(quietSpan.share(0.5))
	strong := max(floor, m.contrast/2)
	var sharp [4]float64
	var strokes [4]int
	for d := range quiet {
		noise := float64(quiet[d].share(0.5))
		sharp[d], strokes[d] = t.sharpness(strong, span, func(t tile) float64 { return without(float64(t.steps[d]), noise) })
	}
	m.sharpness, m.strokes = worst(sharp, strokes)
	return m
}

// worst is the sharpness in the worst direction of all, along which the page moved
// if it did, and the tiles that tell it. The square of the width of edges is that
// of an ellipse: rows and columns give two of its measures, and which of the two
// diagonals is wider, and by how much, gives its tilt. A smear shows strokes twice
// and takes more than a blur as wide, so what it is wider than long counts once more
// in part. Where there are edges one way only, as on ruled paper, these are all there is.
func worst(sharp [4]float64, strokes [4]int) (float64, int) {
	if strokes[across] < minTiles {
		return sharp[down], strokes[down]
	}
	if strokes[down] < minTiles {
		return sharp[across], strokes[across]
	}
	var wide [4]float64
	for d, s := range sharp {
		wide[d] = 1 / (s * s)
	}
	tilt := 0.0
	if min(strokes[falling], strokes[rising]) >= minTiles {
		tilt = wide[falling] - wide[rising] // half the difference of two squares at neighbours that are a root of two apart
	}
	mean, apart := (wide[across]+wide[down])/2, math.Hypot((wide[across]-wide[down])/2, tilt)
	return 1 / math.Sqrt(mean+(1+doubled)*apart), min(strokes[across], strokes[down])
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

func (h *histogram) merge(o histogram) {
	for v, n := range o.count {
		h.count[v] += n
	}
	h.n += o.n
}

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
