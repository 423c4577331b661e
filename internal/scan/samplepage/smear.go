package samplepage

import (
	"image"
	"math"
)

// smear spreads every pixel along a straight way, as a hand does that moves
// while the picture is taken.
func smear(img *image.RGBA, length, degrees float64) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	steps := int(math.Ceil(length)) + 1
	from := &image.RGBA{Pix: append([]uint8{}, img.Pix...), Stride: img.Stride, Rect: img.Rect}
	w, h := float64(img.Rect.Dx())-0.01, float64(img.Rect.Dy())-0.01
	var px [4]uint8
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			var sum [3]float64
			for i := range steps {
				t := (float64(i)/float64(steps-1) - 0.5) * length
				sample(from, min(max(float64(x)+0.5+t*cos, 0), w), min(max(float64(y)+0.5+t*sin, 0), h), px[:])
				for k := range sum {
					sum[k] += float64(px[k])
				}
			}
			for k, v := range sum {
				img.Pix[y*img.Stride+x*4+k] = uint8(v/float64(steps) + 0.5)
			}
		}
	}
}
