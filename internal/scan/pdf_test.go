package scan_test

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// imageObject writes a page's luminance as an image object with so many bits a
// sample; more is put into its dictionary.
func imageObject(img image.Image, bits int, more string) string {
	g := grayOf(img)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	row := (w*bits + 7) / 8
	data := make([]byte, row*h)
	for y := range h {
		for x := range w {
			v := g.Pix[y*g.Stride+x]
			switch bits {
			case 8:
				data[y*row+x] = v
			case 16:
				data[y*row+2*x] = v
			default:
				data[y*row+x*bits/8] |= v >> (8 - bits) << (8 - bits - x*bits%8)
			}
		}
	}
	return deflated(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent %d %s", w, h, bits, more), data)
}

const im0 = "/XObject << /Im0 5 0 R >>"

// Pictures are understood in the codings that scanners use, and a flipped scale
// does not turn black to white.
func TestPDFPictureCodings(t *testing.T) {
	t.Parallel()
	clean, dark := page(samplepage.Options{}), page(samplepage.Options{Dark: 0.95})
	tooDark := []string{"too_dark 1 error"}
	negative := negativeOf(dark)
	ramp := "<"
	for i := range 256 {
		ramp += fmt.Sprintf("%02x", 255-i)
	}
	ramp += ">"
	jpeg := string(must(samplepage.JPEG(clean, 85))(t))
	jpegDict := fmt.Sprintf("/Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB", clean.Bounds().Dx(), clean.Bounds().Dy())
	var hex strings.Builder
	fmt.Fprintf(&hex, "%x>", jpeg)
	cases := map[string]struct {
		object string
		want   []string
	}{
		"1 bit":       {imageObject(clean, 1, "/ColorSpace /DeviceGray"), nil},
		"2 bits":      {imageObject(clean, 2, "/ColorSpace /DeviceGray"), nil},
		"4 bits":      {imageObject(clean, 4, "/ColorSpace [/CalGray << >>]"), nil},
		"8 bits":      {imageObject(clean, 8, "/ColorSpace /DeviceGray"), nil},
		"16 bits":     {imageObject(clean, 16, "/ColorSpace /DeviceGray"), nil},
		"stencil":     {imageObject(clean, 1, "/ImageMask true"), nil},
		"flipped":     {imageObject(negative, 8, "/ColorSpace /DeviceGray /Decode [1 0]"), tooDark},
		"ink":         {imageObject(negative, 8, "/ColorSpace [/Separation /Black /DeviceGray << >>]"), tooDark},
		"palette":     {imageObject(negative, 8, "/ColorSpace [/Indexed /DeviceGray 255 "+ramp+"]"), tooDark},
		"profile":     {imageObject(clean, 8, "/ColorSpace [/ICCBased 6 0 R]"), nil},
		"dark":        {imageObject(dark, 8, "/ColorSpace /DeviceGray"), tooDark},
		"jpeg":        {stream(jpegDict+" /Filter /DCTDecode", jpeg), nil},
		"jpeg in hex": {stream(jpegDict+" /Filter [/ASCIIHexDecode /DCTDecode]", hex.String()), nil},
		"jpeg 2000":   {stream(jpegDict+" /Filter /JPXDecode", "....."), []string{"unsupported_type 1 warn"}},
		"jbig2":       {stream(jpegDict+" /Filter /JBIG2Decode", "....."), []string{"unsupported_type 1 warn"}},
		"odd colours": {imageObject(clean, 8, "/ColorSpace /Pattern"), []string{"unsupported_type 1 warn"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep := check(t, onePage(fullPage, im0, c.object, stream("/N 1", "")))
			require.Equal(t, c.want, codes(rep), "%+v", rep.Findings)
		})
	}
}

// What a page is depends on what its instructions put where.
func TestPDFPageKinds(t *testing.T) {
	t.Parallel()
	blurred := imageObject(page(samplepage.Options{Blur: 3.2}), 8, "/ColorSpace /DeviceGray")
	hidden := "BT 3 Tr /F1 12 Tf " + written[len("BT /F1 12 Tf "):]
	coarse := imageObject(image.NewGray(image.Rect(0, 0, 8, 8)), 8, "/ColorSpace /DeviceGray")
	small := "q 60 0 0 85 20 20 cm /Im0 Do Q "
	cases := map[string]struct {
		content string
		want    []string
	}{
		"scan":                          {fullPage, []string{"blurred 1 error"}},
		"scan with hidden text layer":   {fullPage + " " + hidden, []string{"blurred 1 error"}},
		"scan over text":                {written + " " + fullPage, []string{"blurred 1 error"}},
		"scan with a page number":       {fullPage + " BT (1) Tj ET", []string{"blurred 1 error"}},
		"text over a background":        {fullPage + " " + written, nil},
		"text with a logo":              {small + written, nil},
		"logo alone":                    {small, nil},
		"coarse logo beside lines":      {"q 60 0 0 85 20 20 cm /Im1 Do Q 10 10 m 90 90 l S", nil},
		"lines alone":                   {"10 10 m 90 90 l S", nil},
		"nothing":                       {"q Q", []string{"blank_page 1 error"}},
		"no content":                    {"", []string{"blank_page 1 error"}},
		"half a page":                   {"q 420 0 0 594 0 0 cm /Im0 Do Q", []string{"blurred 1 error"}},
		"scan turned":                   {"q 0 842 -595 0 595 0 cm /Im0 Do Q", []string{"blurred 1 error"}},
		"scan by two matrices":          {"q 595 0 0 1 0 0 cm 1 0 0 842 0 0 cm /Im0 Do Q", []string{"blurred 1 error"}},
		"scan inside a drawing":         {"q 595 0 0 1 0 0 cm /Fm0 Do Q", []string{"blurred 1 error"}},
		"state brought back":            {"q 0.001 0 0 0.001 0 0 cm Q " + fullPage, []string{"blurred 1 error"}},
		"picture written into the text": {"q 9 0 0 9 0 0 cm BI /W 1 /H 1 ID \x00EIx\x01 EI Q " + fullPage, []string{"blurred 1 error"}},
		"picture that is not there":     {"/Im9 Do", []string{"blank_page 1 error"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := stream("/Subtype /Form /Matrix [1 0 0 842 0 0] /Resources << /XObject << /Im0 5 0 R >> >>", "/Im0 Do")
			rep := check(t, onePage(c.content, "/XObject << /Im0 5 0 R /Fm0 6 0 R /Im1 7 0 R >>", blurred, form, coarse))
			require.Equal(t, c.want, codes(rep), "%+v", rep.Findings)
		})
	}
}

// A program may cut a page's instructions between any two words.
func TestPDFSplitContent(t *testing.T) {
	t.Parallel()
	data := pdfOf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] /Resources << /XObject << /Im0 8 0 R >> >> >>",
		"<< /Type /Page /Parent 2 0 R /Contents [4 0 R 5 0 R 6 0 R 7 0 R] >>",
		stream("", "q 595 0 0"), stream("", "842 0 0 cm"), stream("", ""), stream("", "/Im0 Do Q"),
		imageObject(page(samplepage.Options{Blur: 3.2}), 8, "/ColorSpace /DeviceGray"))
	require.Equal(t, []string{"blurred 1 error"}, codes(check(t, data)))
}

// Resolution is pixels on paper: the same picture on less paper is finer, and a
// page of a size that no paper has is taken for an ordinary one.
func TestPDFResolution(t *testing.T) {
	t.Parallel()
	at150 := imageObject(page(samplepage.Options{DPI: 150}), 8, "/ColorSpace /DeviceGray")
	for name, c := range map[string]struct {
		box, content string
		want         []string
	}{
		"A4":                   {"0 0 595 842", "595 0 0 842 0 0 cm /Im0 Do", []string{"low_resolution 1 warn"}},
		"A5":                   {"0 0 420 595", "420 0 0 595 0 0 cm /Im0 Do", nil},
		"A3":                   {"0 0 842 1191", "842 0 0 1191 0 0 cm /Im0 Do", []string{"low_resolution 1 warn"}},
		"one point a pixel":    {"0 0 1240 1754", "1240 0 0 1754 0 0 cm /Im0 Do", []string{"low_resolution 1 warn"}},
		"corners turned round": {"595 842 0 0", "595 0 0 842 0 0 cm /Im0 Do", []string{"low_resolution 1 warn"}},
		"beside a finer logo":  {"0 0 595 842", "q 90 0 0 127 0 0 cm /Im1 Do Q 595 0 0 842 0 0 cm /Im0 Do", []string{"low_resolution 1 warn"}},
	} {
		data := pdfOf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
			"<< /Type /Page /MediaBox ["+c.box+"] /Contents 4 0 R /Resources << /XObject << /Im0 5 0 R /Im1 6 0 R >> >> >>", stream("", c.content), at150, at150)
		require.Equal(t, c.want, codes(checkWith(t, data, scan.DefaultProfile())), name)
	}
}

// Scans packed in layers keep the writing in a fine mask over a coarse colour.
// The page here is dark, so that a mask taken the wrong way round would show.
func TestPDFLayers(t *testing.T) {
	t.Parallel()
	dark := page(samplepage.Options{Dark: 0.95})
	back := imageObject(page(samplepage.Options{DPI: 40, Blank: true}), 8, "/ColorSpace /DeviceGray")
	content := fullPage + " q 595 0 0 842 0 0 cm /Im1 Do Q"
	objects := "/XObject << /Im0 5 0 R /Im1 6 0 R >>"
	ink := func(mask string) string {
		return deflated("/Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray "+mask+" 7 0 R", make([]byte, 64))
	}
	for name, mask := range map[string]string{
		"soft mask": imageObject(negativeOf(dark), 8, "/ColorSpace /DeviceGray"),
		"hard mask": imageObject(dark, 8, "/ColorSpace /DeviceGray"),
	} {
		key := map[string]string{"soft mask": "/SMask", "hard mask": "/Mask"}[name]
		rep := check(t, onePage(content, objects, back, ink(key), mask))
		require.Equal(t, []string{"too_dark 1 error"}, codes(rep), "%s: %+v", name, rep.Findings)
	}
}

// Several strips are one page, and only together are they more than a logo.
func TestPDFStrips(t *testing.T) {
	t.Parallel()
	whole := page(samplepage.Options{Blur: 3.2}).(*image.RGBA)
	var objects []string
	var content, names strings.Builder
	const n = 6
	w, h := whole.Rect.Dx(), whole.Rect.Dy()
	for i := range n {
		strip := whole.SubImage(image.Rect(0, i*h/n, w, (i+1)*h/n)).(*image.RGBA)
		strip = &image.RGBA{Pix: strip.Pix, Stride: strip.Stride, Rect: strip.Rect.Sub(strip.Rect.Min)}
		objects = append(objects, imageObject(strip, 8, "/ColorSpace /DeviceGray"))
		fmt.Fprintf(&content, "q 595 0 0 %d 0 %d cm /Im%d Do Q ", 842/n, 842-(i+1)*842/n, i)
		fmt.Fprintf(&names, "/Im%d %d 0 R ", i, 5+i)
	}
	rep := check(t, onePage(content.String(), "/XObject << "+names.String()+">>", objects...))
	require.Equal(t, []string{"blurred 1 error"}, codes(rep), "%+v", rep.Findings)
}
