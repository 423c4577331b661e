package scan_test

import (
	"bytes"
	"context"
	"image"
	"runtime"
	"syscall"
	"testing"
	"time"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// benchmark checks a file again and again. On a busy machine the processor's time
// says more than the clock.
func benchmark(b *testing.B, data []byte) {
	p := scan.DefaultProfile()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	before := processor()
	for b.Loop() {
		rep, err := scan.Check(context.Background(), bytes.NewReader(data), int64(len(data)), p)
		if err != nil || rep.Verdict != scan.Ready {
			b.Fatal(rep, err)
		}
	}
	b.ReportMetric(float64(processor()-before)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
}

func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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

// A thousand files one after the other: what the heap holds after the last of them
// and what it held after the tenth.
func BenchmarkCheck1000Files(b *testing.B) {
	data := must(samplepage.JPEG(page(samplepage.Options{DPI: 100, Noise: 3}), 85))(b)
	p := scan.DefaultProfile()
	held := func(files int) float64 {
		for range files {
			if _, err := scan.Check(context.Background(), bytes.NewReader(data), int64(len(data)), p); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	for b.Loop() {
		first := held(10)
		last := held(990)
		b.ReportMetric(first, "MiB-after-10")
		b.ReportMetric(last, "MiB-after-1000")
	}
}
