package confined_test

import (
	"bytes"
	"fmt"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/confined"
	"hoso/internal/scan"
	"hoso/internal/scan/hostile"
	"hoso/internal/scan/samplepage"
)

// inLab is a page whose picture is in a colour space that our own reader does
// not know, and poppler does.
func inLab(img image.Image) []byte {
	b := img.Bounds()
	data := make([]byte, 0, 3*b.Dx()*b.Dy())
	for y := range b.Dy() {
		for x := range b.Dx() {
			_, g, _, _ := img.At(x, y).RGBA()
			data = append(data, byte(g>>8), 128, 128)
		}
	}
	return hostile.OnePage(hostile.FullPage, "/XObject << /Im0 5 0 R >>", hostile.Deflated(fmt.Sprintf(
		"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace [/Lab << /WhitePoint [0.9505 1 1.089] >>]", b.Dx(), b.Dy()), data))
}

// written is a page whose picture stands in its instructions.
func written(img image.Image) []byte {
	b := img.Bounds()
	data := make([]byte, 0, 2*b.Dx()*b.Dy())
	for y := range b.Dy() {
		for x := range b.Dx() {
			_, g, _, _ := img.At(x, y).RGBA()
			data = fmt.Appendf(data, "%02x", g>>8)
		}
	}
	return hostile.OnePage(fmt.Sprintf("q 595 0 0 842 0 0 cm BI /W %d /H %d /CS /G /BPC 8 /F /AHx ID %s> EI Q", b.Dx(), b.Dy(), data), "")
}

// Poppler draws what our own reader cannot judge, under the child's limits.
func TestPopplerDrawsForeignPages(t *testing.T) {
	t.Parallel()
	require.NotEmpty(t, confined.FindTools().PDFToPPM, "poppler is missing: run scripts/test-tools")
	sharp := samplepage.Page(samplepage.Options{DPI: 150})
	blurred := samplepage.Page(samplepage.Options{DPI: 150, Blur: 6})
	profile := scan.DefaultProfile()
	profile.MinDPI = scan.Limit{Warn: 100, Error: 70}
	with := checker(t, roomy())
	without := checker(t, roomy(), func(o *confined.Options) { o.Tools = &confined.Tools{} })
	for _, c := range []struct {
		name  string
		by    *confined.Checker
		data  []byte
		wants []string
	}{
		{"sharp", with, inLab(sharp), nil}, {"blurred", with, inLab(blurred), []string{"blurred"}}, {"nobody draws", without, inLab(sharp), []string{"unsupported_type"}},
		{"written sharp", with, written(sharp), nil}, {"written blurred", with, written(blurred), []string{"blurred"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rep, err := c.by.Check(t.Context(), bytes.NewReader(c.data), int64(len(c.data)), profile)
			require.NoError(t, err)
			var got []string
			for _, f := range rep.Findings {
				got = append(got, f.Code)
			}
			require.Equal(t, c.wants, got, "%+v", rep.Findings)
		})
	}
}
