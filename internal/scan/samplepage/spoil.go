package samplepage

import (
	"image"
	"math"
	"math/rand/v2"
)

// spoil lays the defects over a clean page: blur, pale ink, weak light, noise.
func spoil(img *image.RGBA, o Options, rng *rand.Rand) {
	if o.Blur > 0 {
		blur(img, o.Blur)
	}
	contrast := o.Contrast
	if contrast == 0 {
		contrast = 1
	}
	var table [256]float32
	for v := range table {
		table[v] = float32((255 - (255-float64(v))*contrast) * (1 - o.Dark))
	}
	for i := 0; i < len(img.Pix); i += 4 {
		grain := float32(0.5) // rounds
		if o.Noise > 0 {
			grain += float32(rng.NormFloat64() * o.Noise)
		}
		p := img.Pix[i:][:3]
		for k, v := range p {
			p[k] = uint8(max(0, min(255, table[v]+grain)))
		}
	}
}

// blur is a Gaussian made of three box blurs, whose cost does not grow with the
// deviation. The boxes have fractional ends, so that any deviation can be had.
func blur(img *image.RGBA, sigma float64) {
	// Three boxes of half-width r have together the variance r(r+1) for whole r;
	// between, we take the curve through those points.
	r := (math.Sqrt(1+4*sigma*sigma) - 1) / 2
	blurRows(img, r)
	turned := transpose(img)
	blurRows(turned, r)
	copy(img.Pix, transpose(turned).Pix)
}

// transpose swaps rows and columns, so that columns too are read in the order
// in which they lie in memory.
func transpose(img *image.RGBA) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, h, w))
	const block = 16
	for y0 := 0; y0 < h; y0 += block {
		for x0 := 0; x0 < w; x0 += block {
			for y := y0; y < min(y0+block, h); y++ {
				for x := x0; x < min(x0+block, w); x++ {
					copy(out.Pix[x*out.Stride+y*4:][:4], img.Pix[y*img.Stride+x*4:][:4])
				}
			}
		}
	}
	return out
}

func blurRows(img *image.RGBA, r float64) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	pad := int(r) + 1
	line, spare := make([]float32, w+2*pad), make([]float32, w+2*pad)
	for y := range h {
		row := img.Pix[y*img.Stride:][:w*4]
		if white(row) {
			continue
		}
		for k := range 3 {
			for i := range w {
				line[pad+i] = float32(row[i*4+k])
			}
			for range 3 {
				box(spare, line, pad, float32(r))
				line, spare = spare, line
			}
			for i := range w {
				row[i*4+k] = uint8(line[pad+i] + 0.5)
			}
		}
	}
}

// white says whether there is nothing to blur in a row; half of a form is so.
func white(row []uint8) bool {
	for _, v := range row {
		if v != 255 {
			return false
		}
	}
	return true
}

// box writes to out the mean of what lies within r of each value of line. Both
// have pad values before and after, which go on with the end's value, as white
// paper does.
func box(out, line []float32, pad int, r float32) {
	n := len(line) - pad
	for i := range pad {
		line[i], line[n+i] = line[pad], line[n-1]
	}
	whole := int(r)
	part, scale := r-float32(whole), 1/(2*r+1)
	var sum float32
	for _, v := range line[pad-whole : pad+whole] {
		sum += v
	}
	for i := pad; i < n; i++ {
		sum += line[i+whole]
		out[i] = (sum + part*(line[i-whole-1]+line[i+whole+1])) * scale
		sum -= line[i-whole]
	}
}
