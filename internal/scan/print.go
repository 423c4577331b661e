package scan

import (
	"math"
	"math/bits"
)

// Print is the perceptual fingerprint of a page: two pages that look alike have
// prints that differ in few bits. A blank page has none. It is taken from where
// the ink lies once the page is set straight, whatever the resolution, the light
// and the place on the glass. How well it tells pages apart stands in docs/scan.md.
type Print struct {
	// Page counts from 1.
	Page int `json:"page"`
	// Hash is for finding pages to compare: scans of one page differ in few of its
	// bits, but two people's copies of one form may be as near to each other.
	Hash uint64 `json:"hash"`
	// Fine tells also what is filled in. See Distance.
	Fine [fineWords]uint64 `json:"fine"`
}

const (
	fineCols, fineRows = 32, 64
	fineWords          = fineCols * fineRows / 64
	hashSide           = 8
)

// Distance is the share of the fine bits in which two prints differ, 0 to 1:
// mostly below 0.05 for two scans of one page, and above it for one form filled in
// by two people. A profile's SamePage says from where on pages are the same.
func (p Print) Distance(q Print) float64 {
	n := 0
	for i, w := range p.Fine {
		n += bits.OnesCount64(w ^ q.Fine[i])
	}
	return float64(n) / (fineCols * fineRows)
}

// drop is ink at a place, in quarters of a plan pixel.
type drop struct {
	x, y int32
	dark uint8
}

// printOf takes a page's print. The writing's own extent is the frame.
func printOf(page int, k ink, degrees float64) (Print, bool) {
	drops, sum := k.straightened(degrees)
	if len(drops) < minPoints {
		return Print{}, false
	}
	left, right := extent(drops, sum, func(d drop) int32 { return d.x })
	top, bottom := extent(drops, sum, func(d drop) int32 { return d.y })
	if right-left < fineCols || bottom-top < fineRows {
		return Print{}, false
	}
	cells := grid(drops, left, right, top, bottom)
	out := Print{Page: page}
	sign(out.Fine[:], cells, fineCols, 2)
	var hash [1]uint64
	sign(hash[:], coarser(cells), hashSide, 1)
	out.Hash = hash[0]
	return out, true
}

// straightened is the ink of a page that is turned back by an angle, and its sum.
func (k ink) straightened(degrees float64) (drops []drop, sum int) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	s, c := int64(math.Round(sin*(1<<16))), int64(math.Round(cos*(1<<16)))
	drops = make([]drop, 0, 2*k.n)
	for y := 1; y < k.h-1; y++ {
		for x, dark := range k.dark[y*k.w:][:k.w] {
			if dark > someInk && x > 0 && x < k.w-1 {
				const finer = 14 // a quarter of a plan pixel
				drops = append(drops, drop{
					x: int32((int64(x)*c + int64(y)*s) >> finer), y: int32((int64(y)*c - int64(x)*s) >> finer), dark: dark,
				})
				sum += int(dark)
			}
		}
	}
	return drops, sum
}

// extent is where all but the outermost hundredths of the ink lie on one axis.
func extent(drops []drop, sum int, axis func(drop) int32) (from, to int32) {
	low, high := int32(math.MaxInt32), int32(math.MinInt32)
	for _, d := range drops {
		low, high = min(low, axis(d)), max(high, axis(d))
	}
	count := make([]int, high-low+1)
	for _, d := range drops {
		count[axis(d)-low] += int(d.dark)
	}
	from, to = low, high
	for n := count[0]; n <= sum/100; n += count[from-low] {
		from++
	}
	for n := count[high-low]; n <= sum/100; n += count[to-low] {
		to--
	}
	return from, to
}

// grid spreads the ink over cells; ink between the middles of cells counts for
// each in part, so that a small shift changes little.
func grid(drops []drop, left, right, top, bottom int32) []float32 {
	const edge = 1 // cells more on each side, for ink outside the frame
	const stride = fineCols + 2*edge
	wide := make([]float32, stride*(fineRows+2*edge))
	sx, sy := float32(fineCols)/float32(right-left+1), float32(fineRows)/float32(bottom-top+1)
	for _, d := range drops {
		x, y := float32(d.x-left)*sx+0.5, float32(d.y-top)*sy+0.5 // of the widened grid
		if x < 0 || y < 0 || x >= fineCols+edge || y >= fineRows+edge {
			continue
		}
		x0, y0 := int(x), int(y)
		fx, fy, v := x-float32(x0), y-float32(y0), float32(d.dark)
		at := wide[y0*stride+x0:]
		at[0] += v * (1 - fx) * (1 - fy)
		at[1] += v * fx * (1 - fy)
		at[stride] += v * (1 - fx) * fy
		at[stride+1] += v * fx * fy
	}
	cells := make([]float32, 0, fineCols*fineRows)
	for j := range fineRows {
		cells = append(cells, wide[(j+edge)*stride+edge:][:fineCols]...)
	}
	return cells
}

// coarser adds cells up to a grid of hashSide by hashSide.
func coarser(cells []float32) []float32 {
	out := make([]float32, hashSide*hashSide)
	for i, v := range cells {
		x, y := i%fineCols, i/fineCols
		out[y*hashSide/fineRows*hashSide+x*hashSide/fineCols] += v
	}
	return out
}

// sign sets a bit for each cell with clearly more ink than its neighbours in the
// row. Where there is no ink at all the bits stay unset, whatever the noise.
func sign(words []uint64, cells []float32, cols, reach int) {
	var mean float32
	for _, v := range cells {
		mean += v / float32(len(cells))
	}
	for i, v := range cells {
		x := i % cols
		var sum, n float32
		for j := max(x-reach, 0); j <= min(x+reach, cols-1); j++ {
			sum += cells[i-x+j]
			n++
		}
		if around := (sum - v) / (n - 1); v > around+0.2*mean {
			words[i/64] |= 1 << (i % 64)
		}
	}
}
