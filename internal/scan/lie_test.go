package scan_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// A telephone lays down what its sensor sees and says how to turn it. What that
// puts right is not rotated; what it does not, or puts wrong, is.
func TestOrientationIsHonoured(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		turn        int // of the picture, by quarters clockwise
		orientation uint16
		want        []string
	}{
		{0, 1, nil}, {1, 8, nil}, {2, 3, nil}, {3, 6, nil},
		{1, 1, []string{"rotated 1 error"}},
		{0, 6, []string{"rotated 1 error"}},
		{0, 3, []string{"rotated 1 warn"}},
		{0, 99, nil},
	} {
		if raced && c.turn > 1 {
			continue
		}
		img := page(samplepage.Options{Turn: c.turn})
		for name, data := range map[string][]byte{
			"jpeg": samplepage.EXIF(must(samplepage.JPEG(img, 85))(t), c.orientation),
			"png":  exifPNG(must(samplepage.PNG(img))(t), c.orientation),
			"tiff": turnedTIFF(c.orientation, img),
		} {
			require.Equal(t, c.want, codes(check(t, data)), "%s turned %d, says %d", name, c.turn, c.orientation)
		}
	}
}

// exifPNG puts an EXIF chunk behind a PNG's header.
func exifPNG(data []byte, orientation uint16) []byte {
	body := append([]byte("eXIf"), block(orientation)...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, body...), crc32.ChecksumIEEE(body))
	const header = 8 + 25
	return append(append(bytes.Clone(data[:header]), chunk...), data[header:]...)
}

// block is an EXIF block that says nothing but how to turn the picture.
func block(orientation uint16) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	return append(binary.BigEndian.AppendUint16(b, orientation), 0, 0, 0, 0, 0, 0)
}

// Of a photograph the paper is judged, not the desk: a dark desk is no dark page,
// and a sharp desk no sharp page.
func TestPaperOnADesk(t *testing.T) {
	t.Parallel()
	shot := func(change func(*samplepage.Options)) []byte {
		o := samplepage.Options{DPI: 150, Noise: 2, Photo: &samplepage.Photo{Width: 1200, Height: 1600, Tilt: 0.12, Turn: 4, Uneven: 0.3, Shadow: 0.3, Desk: 50}}
		change(&o)
		return must(samplepage.JPEG(page(o), 85))(t)
	}
	for i, c := range []struct {
		name   string
		change func(*samplepage.Options)
		want   []string
	}{
		{"sharp", func(*samplepage.Options) {}, nil},
		{"light desk", func(o *samplepage.Options) { o.Photo.Desk = 100 }, nil},
		{"blurred", func(o *samplepage.Options) { o.Blur = 3.5 }, []string{"blurred 1 error"}},
		{"from far away", func(o *samplepage.Options) { o.Photo.Fill = 0.4 }, []string{"low_resolution 1 error"}},
		{"on its side", func(o *samplepage.Options) { o.Turn = 1 }, []string{"rotated 1 error"}},
		{"blank", func(o *samplepage.Options) { o.Blank = true }, []string{"blank_page 1 error"}},
	} {
		if raced && i%2 == 1 {
			continue
		}
		require.Equal(t, c.want, codes(check(t, shot(c.change))), c.name)
	}
}

// Two scans of one page are the same page, wherever they lie in the file and
// however they lay on the glass; two people's copies of one form are not.
func TestDuplicatePages(t *testing.T) {
	t.Parallel()
	paper := samplepage.Options{DPI: 150, Seed: 5, Filler: 1, Noise: 3}
	again := samplepage.Options{DPI: 130, Seed: 5, Filler: 1, Noise: 6, Scan: 1, Skew: 0.8, ShiftX: 0.1, ShiftY: -0.05, Dark: 0.2}
	neighbour := samplepage.Options{DPI: 150, Seed: 5, Filler: 2, Noise: 3}
	blank := samplepage.Options{Blank: true}
	data := must(samplepage.PDF(page(paper), page(neighbour), page(blank), page(blank), page(again)))(t)
	rep := check(t, data)
	require.Equal(t, []string{"blank_page 3 warn", "blank_page 4 warn", "duplicate_page 5 warn"}, codes(rep))
	twice := rep.Findings[2]
	require.Equal(t, 1, twice.Other)
	require.Contains(t, twice.MessageVI, "Trang 5 giống trang 1")
	require.Contains(t, twice.MessageEN, "Page 5 shows the same as page 1")

	require.Len(t, rep.Prints, 3, "blank pages have none")
	var numbers []int
	for _, p := range rep.Prints {
		numbers = append(numbers, p.Page)
	}
	require.Equal(t, []int{1, 2, 5}, numbers)
	limit := scan.DefaultProfile().SamePage
	require.Less(t, rep.Prints[0].Distance(rep.Prints[2]), limit)
	require.Greater(t, rep.Prints[0].Distance(rep.Prints[1]), limit)
	require.Zero(t, rep.Prints[0].Distance(rep.Prints[0]))
}

// The angle that is told is the angle.
func TestSkewIsMeasured(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 7))
	p := lenient()
	p.Skew = scan.Ceiling{Warn: 0.01, Error: 20}
	times := 4
	if raced {
		times = 1
	}
	for range times {
		angle := 1 + rng.Float64()*14
		for _, sign := range []float64{1, -1} {
			rep := checkWith(t, must(samplepage.JPEG(samplepage.Page(samplepage.Options{DPI: smallDPI, Skew: sign * angle}), 85))(t), p)
			require.Equal(t, scan.CodeSkewed, rep.Findings[0].Code, "%v", angle)
			require.InDelta(t, angle, rep.Findings[0].Measured, 0.15)
		}
	}
}
