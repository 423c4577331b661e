package samplepage

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/sfnt"
)

const dpi = 60 // enough to see, quick to draw

// spread is how much neighbouring pixels differ, and level how light they are.
func spread(img image.Image) (steps, level float64) {
	m := img.(*image.RGBA)
	for y := range m.Rect.Dy() {
		for x := 1; x < m.Rect.Dx(); x++ {
			at := m.PixOffset(x, y)
			steps += math.Abs(float64(m.Pix[at]) - float64(m.Pix[at-4]))
			level += float64(m.Pix[at])
		}
	}
	n := float64(m.Rect.Dx() * m.Rect.Dy())
	return steps / n, level / n
}

func TestPageSize(t *testing.T) {
	t.Parallel()
	require.Equal(t, image.Pt(1654, 2338), Page(Options{Blank: true}).Bounds().Size())
	require.Equal(t, image.Pt(496, 701), Page(Options{Blank: true, DPI: dpi}).Bounds().Size())
}

// The same options give the same pixels and files; another seed others.
func TestPageIsAFunctionOfItsOptions(t *testing.T) {
	t.Parallel()
	o := Options{DPI: dpi, Blur: 0.7, Noise: 5, Dark: 0.1, Contrast: 0.9, Seed: 4}
	require.Equal(t, Page(o), Page(o))
	other := o
	other.Seed++
	require.NotEqual(t, Page(o), Page(other))

	one, err := PDF(Page(o), Page(other))
	require.NoError(t, err)
	two, err := PDF(Page(o), Page(other))
	require.NoError(t, err)
	require.True(t, bytes.Equal(one, two))
	one, err = TextPDF("Kính gửi", "Tôi")
	require.NoError(t, err)
	two, err = TextPDF("Kính gửi", "Tôi")
	require.NoError(t, err)
	require.True(t, bytes.Equal(one, two))
}

// Each defect does what it says, more of it more.
func TestDefects(t *testing.T) {
	t.Parallel()
	clean, light := spread(Page(Options{DPI: dpi}))
	last := clean
	for _, sigma := range []float64{0.3, 0.8, 1.5, 4, 12} {
		steps, level := spread(Page(Options{DPI: dpi, Blur: sigma}))
		require.Less(t, steps, last, "blur %v", sigma)
		require.InDelta(t, light, level, 1, "blur keeps the ink")
		last = steps
	}
	_, level := spread(Page(Options{DPI: dpi, Dark: 0.5}))
	require.InDelta(t, light/2, level, 1)
	steps, _ := spread(Page(Options{DPI: dpi, Contrast: 0.25}))
	require.InDelta(t, clean/4, steps, clean/40)
	steps, _ = spread(Page(Options{DPI: dpi, Blank: true, Dark: 0.5, Noise: 10}))
	require.InDelta(t, 10*2/math.Sqrt(math.Pi), steps, 0.5, "noise of deviation 10")
	steps, _ = spread(Page(Options{DPI: dpi, Blank: true}))
	require.Zero(t, steps)
}

// A blur is as wide as it is asked to be: one black line spreads to a bell of
// that deviation.
func TestBlurDeviation(t *testing.T) {
	t.Parallel()
	for _, sigma := range []float64{0.5, 1, 1.7, 3, 6} {
		img := image.NewRGBA(image.Rect(0, 0, 101, 101))
		for i := range img.Pix {
			if img.Pix[i] = 255; (i/4)%101 == 50 {
				img.Pix[i] = 0
			}
		}
		blur(img, sigma)
		var sum, square float64
		for x := range 101 {
			ink := 255 - float64(img.Pix[img.PixOffset(x, 50)])
			sum += ink
			square += ink * float64((x-50)*(x-50))
		}
		require.InDelta(t, sigma, math.Sqrt(square/sum), 0.15*sigma+0.1)
	}
}

// Every letter of the alphabet is in the font, in every style.
func TestVietnameseLetters(t *testing.T) {
	t.Parallel()
	const alphabet = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ" +
		"AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬBCDĐEÈẺẼÉẸÊỀỂỄẾỆGHIÌỈĨÍỊKLMNOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢPQRSTUÙỦŨÚỤƯỪỬỮỨỰVXYỲỶỸÝỴ"
	var buf sfnt.Buffer
	for s := range faces() {
		for _, r := range alphabet {
			glyph, err := faces()[s].GlyphIndex(&buf, r)
			require.NoError(t, err)
			require.NotZero(t, glyph, "%c in style %d", r, s)
		}
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	img := Page(Options{DPI: dpi})
	data, err := PNG(img)
	require.NoError(t, err)
	back, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, img.Bounds(), back.Bounds())

	data, err = JPEG(img, 80)
	require.NoError(t, err)
	back, err = jpeg.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, img.Bounds(), back.Bounds())

	data, err = TextPDF(make([]string, 100)...)
	require.NoError(t, err)
	require.Equal(t, 4, bytes.Count(data, []byte("/Type /Page\n")), "lines go on to the next page")

	data, err = PDF(img, image.NewGray(image.Rect(0, 0, 30, 20)))
	require.NoError(t, err)
	require.Contains(t, string(data), "/MediaBox [0 0 842 595]", "a wide picture lies sideways")
}
