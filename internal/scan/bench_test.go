package scan_test

import (
	"bytes"
	"context"
	"image"
	"testing"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

func benchmark(b *testing.B, data []byte) {
	p := scan.DefaultProfile()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		rep, err := scan.Check(context.Background(), bytes.NewReader(data), int64(len(data)), p)
		if err != nil || rep.Verdict != scan.Ready {
			b.Fatal(rep, err)
		}
	}
}

// One A4 page at 200 dpi in colour, decoding included.
func BenchmarkCheckPage(b *testing.B) {
	img := page(samplepage.Options{DPI: 200, Blur: 0.8, Noise: 3})
	b.Run("jpeg", func(b *testing.B) { benchmark(b, must(samplepage.JPEG(img, 85))(b)) })
	b.Run("png", func(b *testing.B) { benchmark(b, must(samplepage.PNG(img))(b)) })
}

// Ten such pages in a PDF.
func BenchmarkCheckPDF10(b *testing.B) {
	var leaves []image.Image
	for seed := range uint64(10) {
		leaves = append(leaves, page(samplepage.Options{DPI: 200, Blur: 0.8, Noise: 3, Seed: seed}))
	}
	benchmark(b, must(samplepage.PDF(leaves...))(b))
}
