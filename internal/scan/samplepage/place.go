package samplepage

import (
	"image"
	"image/draw"
	"math"

	"hoso/internal/scan/plane"
)

// rectangle gives a picture's own corners.
func rectangle(r image.Rectangle) plane.Quad {
	return plane.Rectangle(float64(r.Dx()), float64(r.Dy()))
}

// place lays the paper on the glass again, moved and turned about its middle.
// What it does not cover is the white lid.
func place(img *image.RGBA, dx, dy, degrees float64) (*image.RGBA, plane.Quad) {
	out := image.NewRGBA(img.Rect)
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	mx, my := float64(img.Rect.Dx())/2, float64(img.Rect.Dy())/2
	for y := range out.Rect.Dy() {
		v := float64(y) + 0.5 - my - dy
		for x := range out.Rect.Dx() {
			u := float64(x) + 0.5 - mx - dx
			sample(img, mx+u*cos+v*sin, my-u*sin+v*cos, out.Pix[y*out.Stride+x*4:])
		}
	}
	corners := rectangle(img.Rect)
	for i, p := range corners {
		u, v := p.X-mx, p.Y-my
		corners[i] = plane.Point{X: mx + dx + u*cos - v*sin, Y: my + dy + u*sin + v*cos}
	}
	return out, corners
}

// sample writes the colour at a place between pixels, and says whether the place
// lies in the picture. Half a pixel is the middle of one.
func sample(img *image.RGBA, x, y float64, dst []uint8) bool {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if x < 0 || y < 0 || x >= float64(w) || y >= float64(h) {
		return false
	}
	x, y = max(x-0.5, 0), max(y-0.5, 0)
	x0, y0 := int(x), int(y)
	fx, fy := float32(x-float64(x0)), float32(y-float64(y0))
	right, below := 4, img.Stride
	if x0+1 >= w {
		right = 0
	}
	if y0+1 >= h {
		below = 0
	}
	at := y0*img.Stride + x0*4
	for k := range 3 {
		a, b := float32(img.Pix[at+k]), float32(img.Pix[at+right+k])
		c, d := float32(img.Pix[at+below+k]), float32(img.Pix[at+below+right+k])
		upper, lower := a+(b-a)*fx, c+(d-c)*fx
		dst[k] = uint8(upper + (lower-upper)*fy + 0.5)
	}
	dst[3] = 255
	return true
}

// quarter turns a picture by a quarter, clockwise.
func quarter(img *image.RGBA, corners plane.Quad) (*image.RGBA, plane.Quad) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			copy(out.Pix[x*out.Stride+(h-1-y)*4:][:4], img.Pix[y*img.Stride+x*4:][:4])
		}
	}
	for i, p := range corners {
		corners[i] = plane.Point{X: float64(h) - p.Y, Y: p.X}
	}
	return out, corners
}
