package scan

import (
	"bytes"
	"image/jpeg"
	"syscall"
	"testing"
	"time"

	"hoso/internal/scan/samplepage"
)

// What a page costs once it is decoded: A4 at 200 dpi in colour as a JPEG leaves
// it, a scan and a photograph of paper on a desk.
func BenchmarkMeasure(b *testing.B) {
	for name, o := range map[string]samplepage.Options{
		"scan":  {Blur: 0.8, Noise: 3, Skew: 1},
		"photo": {Blur: 0.6, Noise: 3, Photo: &samplepage.Photo{Width: 1654, Height: 2339, Tilt: 0.1, Turn: 2}},
	} {
		b.Run(name, func(b *testing.B) {
			file, err := samplepage.JPEG(samplepage.Page(o), 85)
			if err != nil {
				b.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(file))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			before := processor()
			for b.Loop() {
				in := &inspection{p: DefaultProfile()}
				in.judgeImage(1, img, said{})
				if len(in.rep.Prints) != 1 {
					b.Fatal("not measured to the end")
				}
			}
			b.ReportMetric(float64(processor()-before)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
		})
	}
}

// processor is what the process has had of the processor, which on a busy machine
// says more than the clock.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
