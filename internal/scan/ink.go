package scan

// ink says of each pixel of a plan how much writing there is on it.
type ink struct {
	w, h int
	dark []uint8 // hundredths of the page's contrast, at most 255
	on   []bool  // dark enough to be a stroke
	n    int     // how many are
}

const (
	someInk = 20 // of dark: less may be noise
	fullInk = 40
)

// inkOf finds what is darker than the paper around it, so that shadows are no ink.
func inkOf(g gray, contrast float64) ink {
	out := ink{w: g.w, h: g.h, dark: make([]uint8, len(g.pix)), on: make([]bool, len(g.pix))}
	share := darkness(contrast)
	const block = 24 // pixels: 8 mm, wider than a stroke, narrower than a shadow
	for y0 := 0; y0 < g.h; y0 += block {
		y1 := min(y0+block, g.h)
		for x0 := 0; x0 < g.w; x0 += block {
			x1 := min(x0+block, g.w)
			light := g.paperIn(x0, y0, x1, y1)
			for y := y0; y < y1; y++ {
				row, dark := g.row(y)[x0:x1], out.dark[y*g.w+x0:y*g.w+x1]
				for i, v := range row {
					if v >= light {
						continue
					}
					if dark[i] = share[light-v]; dark[i] > fullInk {
						out.on[y*g.w+x0+i] = true
						out.n++
					}
				}
			}
		}
	}
	return out
}

// darkness is a table from grey levels below the paper's to hundredths of the
// contrast.
func darkness(contrast float64) (share [256]uint8) {
	for d := range share {
		share[d] = uint8(min(255, 100*float64(d)/max(1, contrast)))
	}
	return share
}

// paperIn is the light of the paper in a part of a picture.
func (g gray) paperIn(x0, y0, x1, y1 int) uint8 {
	var levels histogram
	for y := y0; y < y1; y++ {
		for _, v := range g.row(y)[x0:x1] {
			levels.add(v)
		}
	}
	return levels.share(0.8)
}

// at says whether there is a stroke at a place; beyond the rim there is none.
func (k ink) at(x, y int) bool {
	return x >= 0 && y >= 0 && x < k.w && y < k.h && k.on[y*k.w+x]
}

// turned is the map seen from its right side, as paper that was turned a quarter
// against the clock.
func (k ink) turned() ink {
	out := ink{w: k.h, h: k.w, on: make([]bool, len(k.on)), n: k.n}
	for y := range k.h {
		for x, on := range k.on[y*k.w:][:k.w] {
			if on {
				out.on[(k.w-1-x)*out.w+y] = true
			}
		}
	}
	return out
}
