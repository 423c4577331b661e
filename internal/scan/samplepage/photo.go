package samplepage

import (
	"image"
	"math"
	"math/rand/v2"

	"hoso/internal/scan/plane"
)

// Photo is a photograph of the paper on a desk, as a telephone takes it.
type Photo struct {
	// Width and Height are the picture's, in pixels.
	Width, Height int
	// Fill is how much of the picture's height the paper takes, 0.8 when zero.
	Fill float64
	// Tilt is how far the camera is off the upright: 0 none, 0.2 much.
	Tilt float64
	// Turn is how the paper lies, in degrees clockwise.
	Turn float64
	// Uneven is how much darker the far side is than the lamp's: 0 none, 0.6 much.
	Uneven float64
	// Shadow is how much light the hand that holds the camera takes from a part
	// of the paper: 0 none, 0.7 much.
	Shadow float64
	// Desk is the luminance of the desk under full light, 60 when zero.
	Desk float64
}

// take photographs the paper.
func (p Photo) take(paper *image.RGBA, rng *rand.Rand) (*image.RGBA, plane.Quad) {
	out := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	corners := p.corners(paper.Rect, rng)
	back := corners.Onto(rectangle(paper.Rect))
	desk, light := p.desk(rng), p.light(rng)
	for y := range p.Height {
		for x := range p.Width {
			dst := out.Pix[y*out.Stride+x*4:][:4]
			fx, fy := float64(x)+0.5, float64(y)+0.5
			u, v := back.At(fx, fy)
			if !sample(paper, u, v, dst) {
				desk(fx, fy, dst)
			}
			lit := light(fx/float64(p.Width), fy/float64(p.Height))
			for k, c := range dst[:3] {
				dst[k] = uint8(float64(c)*lit + 0.5)
			}
		}
	}
	return out, corners
}

// corners says where the paper's corners come to lie.
func (p Photo) corners(paper image.Rectangle, rng *rand.Rand) plane.Quad {
	fill := p.Fill
	if fill == 0 {
		fill = 0.8
	}
	scale := fill * float64(p.Height) / float64(paper.Dy())
	sin, cos := math.Sincos(p.Turn * math.Pi / 180)
	mx, my := float64(paper.Dx())/2, float64(paper.Dy())/2
	lean, slant := p.Tilt*(0.5+rng.Float64()/2), p.Tilt*(rng.Float64()-0.5)
	out := rectangle(paper)
	for i, c := range out {
		u, v := (c.X-mx)*scale, (c.Y-my)*scale
		// What is farther from the camera is smaller.
		depth := 1 + lean*v/float64(p.Height) + slant*u/float64(p.Width)
		u, v = u*depth, v*depth
		out[i] = plane.Point{X: float64(p.Width)/2 + u*cos - v*sin, Y: float64(p.Height)/2 + u*sin + v*cos}
	}
	return out
}

// desk gives the wood that the paper lies on.
func (p Photo) desk(rng *rand.Rand) func(x, y float64, dst []uint8) {
	level := p.Desk
	if level == 0 {
		level = 60
	}
	a, b, c := rng.Float64()*6, rng.Float64()*6, 0.02+rng.Float64()*0.03
	return func(x, y float64, dst []uint8) {
		grain := math.Sin(y*c*3+4*math.Sin(x*0.003+a)+b) + 0.5*math.Sin(y*c*11+x*0.01+a)
		v := level * (1 + 0.12*grain)
		dst[0], dst[1], dst[2], dst[3] = uint8(min(255, v*1.25)), uint8(min(255, v)), uint8(min(255, v*0.75)), 255
	}
}

// light gives the share of light at a place, both from 0 to 1.
func (p Photo) light(rng *rand.Rand) func(x, y float64) float64 {
	sin, cos := math.Sincos(rng.Float64() * 2 * math.Pi)
	sx, sy := math.Sincos(rng.Float64() * 2 * math.Pi)
	edge := (rng.Float64() - 0.5) * 0.3
	return func(x, y float64) float64 {
		along := ((x-0.5)*cos+(y-0.5)*sin)/math.Sqrt2 + 0.5
		lit := 0.92 * (1 - p.Uneven*along)
		if p.Shadow > 0 {
			d := (x-0.5)*sx + (y-0.5)*sy - edge
			lit *= 1 - p.Shadow/(1+math.Exp(-d*40))
		}
		return lit
	}
}

// Straighten is the paper of a photograph as a scanner would have seen it: the
// corners are those that Shot tells.
func Straighten(img image.Image, corners plane.Quad, width, height int) image.Image {
	src, ok := img.(*image.RGBA)
	if !ok {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	back := rectangle(out.Rect).Onto(corners)
	for y := range height {
		for x := range width {
			u, v := back.At(float64(x)+0.5, float64(y)+0.5)
			dst := out.Pix[y*out.Stride+x*4:][:4]
			if !sample(src, u, v, dst) {
				dst[0], dst[1], dst[2], dst[3] = 255, 255, 255, 255
			}
		}
	}
	return out
}
