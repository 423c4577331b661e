package scan_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"

	corpus "hoso/internal/scan/hostile" // hostile is a test's own name here
)

// pdfOf writes a PDF of numbered objects; the first must be the catalogue. It
// makes files that no honest program writes.
func pdfOf(objects ...string) []byte { return pdfWith("", objects...) }

// pdfWith puts more into the trailer.
func pdfWith(trailer string, objects ...string) []byte { return corpus.PDFWith(trailer, objects...) }

// stream writes a stream object with a dictionary's inside.
func stream(dict, data string) string { return corpus.Stream(dict, data) }

// deflated writes a compressed stream object.
func deflated(dict string, data []byte) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data) //nolint:errcheck // a buffer takes all
	w.Close()     //nolint:errcheck // likewise
	return stream(dict+" /Filter /FlateDecode", b.String())
}

// onePage is a PDF whose one page has the given content and resources; more
// objects follow from number 5.
func onePage(content, resources string, more ...string) []byte {
	return pdfOf(append([]string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << " + resources + " >> >>",
		stream("", content),
	}, more...)...)
}

// written is a page of real text.
const written = "BT /F1 12 Tf 72 720 Td (Kinh gui Uy ban nhan dan phuong Hoan Kiem, thanh pho Ha Noi. Toi ten la Nguyen Van An, sinh ngay 01/01/1990.) Tj ET"

// greedy is a PDF whose many streams all claim the same large part of the file.
func greedy() []byte {
	claims := make([]string, 2000)
	for i := range claims {
		claims[i] = "<< /Length 3000000 >>\nstream\nx"
	}
	body := append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"}, claims...)
	return pdfOf(append(body, stream("", string(make([]byte, 3<<20))))...)
}

// fullPage draws picture /Im0 over the whole page.
const fullPage = "q 595 0 0 842 0 0 cm /Im0 Do Q"

// grayOf is a page's luminance.
func grayOf(img image.Image) *image.Gray {
	g := image.NewGray(img.Bounds())
	if rgba, ok := img.(*image.RGBA); ok { // much the quicker way
		for i := range g.Pix {
			p := rgba.Pix[i*4:][:3]
			g.Pix[i] = uint8((299*int(p[0]) + 587*int(p[1]) + 114*int(p[2]) + 500) / 1000)
		}
		return g
	}
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			g.Set(x, y, color.GrayModel.Convert(img.At(x, y)))
		}
	}
	return g
}

// negativeOf turns black to white.
func negativeOf(img image.Image) *image.Gray {
	g := grayOf(img)
	for i, v := range g.Pix {
		g.Pix[i] = 255 - v
	}
	return g
}

// tiffOf writes grey A4 pages into one plain TIFF file, with their resolution.
func tiffOf(pages ...image.Image) []byte { return turnedTIFF(1, pages...) }

// turnedTIFF says of each page how it is to be turned.
func turnedTIFF(orientation uint16, pages ...image.Image) []byte {
	le := binary.LittleEndian
	b := []byte{'I', 'I', 42, 0, 0, 0, 0, 0}
	link := 4
	for _, img := range pages {
		g := grayOf(img)
		pix := len(b)
		b = append(b, g.Pix...)
		dpi := len(b)
		b = le.AppendUint32(le.AppendUint32(b, uint32(g.Rect.Dx())*100), 827)
		if len(b)%2 == 1 {
			b = append(b, 0)
		}
		le.PutUint32(b[link:], uint32(len(b)))
		entries := [][3]uint32{ // tag, type, value
			{256, 4, uint32(g.Rect.Dx())}, {257, 4, uint32(g.Rect.Dy())}, {258, 3, 8}, {259, 3, 1},
			{262, 3, 1}, {273, 4, uint32(pix)}, {274, 3, uint32(orientation)}, {277, 3, 1}, {278, 4, uint32(g.Rect.Dy())},
			{279, 4, uint32(len(g.Pix))}, {282, 5, uint32(dpi)}, {296, 3, 2},
		}
		b = le.AppendUint16(b, uint16(len(entries)))
		for _, e := range entries {
			b = le.AppendUint16(le.AppendUint16(b, uint16(e[0])), uint16(e[1]))
			b = le.AppendUint32(le.AppendUint32(b, 1), e[2])
		}
		link = len(b)
		b = le.AppendUint32(b, 0)
	}
	return b
}
