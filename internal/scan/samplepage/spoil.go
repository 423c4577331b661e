package samplepage

import (
	"image"
	"math"
	"math/rand/v2"
)

// spoil lays the defects over a clean page: smear, blur, pale ink, weak light, noise.
func spoil(img *image.RGBA, o Options, rng *rand.Rand) {
	if o.Motion > 0 {
		smear(img, o.Motion, o.MotionAngle)
	}
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
// deviation. A box is 2*whole+1 pixels wide and has a part of one more at either
// end, so that any deviation can be had.
func blur(img *image.RGBA, sigma float64) {
	variance := sigma * sigma / 3 // of each of the three
	whole := math.Floor((math.Sqrt(12*variance+1) - 1) / 2)
	part := (2*whole + 1) * (whole*(whole+1) - 3*variance) / (6 * (variance - (whole+1)*(whole+1)))
	blurRows(img, int(whole), float32(part))
	turned := transpose(img)
	blurRows(turned, int(whole), float32(part))
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

func blurRows(img *image.RGBA, whole int, part float32) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	pad := whole + 1
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
				box(spare, line, whole, part)
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

// box writes to out the weighted mean of what lies around each value of line.
// Both have whole+1 values more at either end, which go on with the end's own,
// as white paper does.
func box(out, line []float32, whole int, part float32) {
	pad := whole + 1
	n := len(line) - pad
	for i := range pad {
		line[i], line[n+i] = line[pad], line[n-1]
	}
	scale := 1 / (float32(2*whole+1) + 2*part)
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
