package scan

import (
	"cmp"
	"math"
	"slices"
)

// Whether a blur matters depends on how large the letters are. How tall small
// letters are is told by the rows of a page: between the line that they stand on
// and their heads a row has the most ink, above and below it has less than half of
// that. A blur softens such a band and leaves it nearly as wide where it has half
// of its ink. Short pieces of rows are looked at, so that lines may be askew.

const (
	pieceTiles  = 4 // in a piece of a row: six or seven letters at workDPI
	pieceSide   = pieceTiles * tileSide
	bandReach   = 6            // rows around the darkest of a band that are none of another
	tallestBand = 4 * tileSide // rows; taller is no writing
	leastInk    = 0.1          // of the page's contrast that the darkest row of a band of letters has
	mostInk     = 0.75         // more is a drawn line
	minBands    = 20           // fewer say nothing
	smallPrint  = 0.25         // of the ink lies in letters as small or smaller: headings do not count

	// How tall small letters of 12 points are at workDPI, as they are measured, and
	// those of 6 and 16.
	ordinaryLetters, smallestLetters, largestLetters = 13.7, 7.5, 17.
)

// band is a stretch of rows of a column that is darker than what is above and below.
type band struct {
	ink    uint16 // of its darkest row: grey levels below the paper, all pixels together
	height float32
}

func (b band) area() float64 { return float64(b.ink) * float64(b.height) }

// column is a column of pieces of rows: how light each is, all its pixels together,
// or offPaper.
type column []uint16

const offPaper = math.MaxUint16

// add adds the rows of a tile, from a height on, or notes that they are off the
// paper.
func (c column) add(from int, light *[tileSide]uint16, on bool) {
	for i, v := range light {
		switch at := &c[from+i]; {
		case !on:
			*at = offPaper
		case *at != offPaper:
			*at += v
		}
	}
}

// ink is how much darker than the paper each row is, with bandReach rows of none
// before and after. The paper is as light as the lightest row nearby.
func (c column) ink() []int32 {
	light := make([]uint16, (len(c)+tileSide-1)/tileSide)
	for y, v := range c {
		if v != offPaper {
			light[y/tileSide] = max(light[y/tileSide], v)
		}
	}
	out := make([]int32, len(c)+2*bandReach)
	for y, v := range c {
		if v != offPaper {
			at := y / tileSide
			paper := slices.Max(light[max(0, at-1):min(len(light), at+2)])
			out[y+bandReach] = int32(paper) - int32(v)
		}
	}
	return out
}

// bands adds the bands of a column.
func (c column) bands(out []band) []band {
	ink := c.ink()
	for y := bandReach; y < len(ink)-bandReach; y++ {
		top := ink[y]
		if top < pieceSide || !highest(ink[y-bandReach:y+bandReach+1]) { // less than a grey level is nothing
			continue
		}
		up, down := y, y
		for 2*ink[up] >= top && up > 0 && down-up <= tallestBand {
			up--
		}
		for 2*ink[down] >= top && down < len(ink)-1 && down-up <= tallestBand {
			down++
		}
		if down-up <= tallestBand {
			out = append(out, band{ink: uint16(top), height: float32(down-up-2) + half(top, ink[up+1], ink[up]) + half(top, ink[down-1], ink[down])})
		}
	}
	return out
}

// highest says whether the middle of a window is the first of its highest.
func highest(window []int32) bool {
	for i, v := range window {
		if v > window[bandReach] || v == window[bandReach] && i < bandReach {
			return false
		}
	}
	return true
}

// half is how far from a row inside a band to the next outside the ink falls to
// half of the top.
func half(top, inside, outside int32) float32 {
	return float32(2*inside-top) / float32(max(1, 2*(inside-outside)))
}

// letters is how tall the small letters of most of the writing are, in pixels; zero
// where that cannot be told.
func (t *tally) letters(contrast float64) float64 {
	var all []band
	area := 0.0
	for _, b := range t.bands {
		if ink := float64(b.ink) / (pieceSide * max(1, contrast)); leastInk <= ink && ink <= mostInk {
			all = append(all, b)
			area += b.area()
		}
	}
	if len(all) < minBands {
		return 0
	}
	slices.SortFunc(all, func(a, b band) int { return cmp.Compare(a.height, b.height) })
	n := 0
	for sum := all[0].area(); sum < smallPrint*area; sum += all[n].area() {
		n++
	}
	return float64(all[n].height)
}

// inPrint is the sharpness that a page would have if its letters were those of
// ordinary print at workDPI: the same blur takes more of smaller letters, be it that
// they are small on paper or in pixels. An edge that is spread by s pixels has a slope
// of 1/sqrt(2 pi (s^2+own)), where own is the spread that no letter is to blame for:
// half a squared pixel of smoothing, and a twelfth of the pixel itself.
// Letters that cannot be told are ordinary ones; so are those that would be smaller
// than any print, since that is how a page on its side looks.
func inPrint(sharpness, letters, dpi float64) float64 {
	if sharpness <= 0 {
		return sharpness
	}
	scale := 1.0
	if 0 < dpi && dpi < workDPI {
		scale = dpi / workDPI
	}
	if letters < scale*smallestLetters {
		letters = scale * ordinaryLetters
	}
	letters = min(letters, scale*largestLetters)
	const own = 1.0/2 + 1.0/12
	wider := ordinaryLetters / letters
	spread := max(0, 1/(2*math.Pi*sharpness*sharpness)-own) * wider * wider
	return 1 / math.Sqrt(2*math.Pi*(spread+own))
}
