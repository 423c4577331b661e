package scan

import (
	"image"
	"testing"
)

// What a page costs once it is decoded: A4 at 200 dpi as a JPEG leaves it.
func BenchmarkMeasure(b *testing.B) {
	img := image.NewYCbCr(image.Rect(0, 0, 1654, 2339), image.YCbCrSubsampleRatio420)
	g := bars(1654, 2339, 1)
	copy(img.Y, g.pix)
	b.ReportAllocs()
	for b.Loop() {
		var t tally
		t.add(shrink(img, workDPI/200.0))
		t.measure()
	}
}
