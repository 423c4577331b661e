package samplepage

import (
	"bytes"
	"fmt"
	"image"
	"strings"
)

// pdfQuality is the JPEG quality of the pages of a PDF: what scanners choose.
const pdfQuality = 85

// A4 in points.
const shortSide, longSide = 595, 842

// PDF binds pages into one file as a scanner does: a JPEG picture over the
// whole of each A4 page, turned sideways for a picture wider than high. It is
// written by hand because the library puts pictures in a different order each
// time, and the same pages must give the same digest.
func PDF(pages ...image.Image) ([]byte, error) {
	const firstPage, perPage = 3, 3 // object numbers: catalogue, page tree, then the pages
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", firstPage+i*perPage)
	}
	var w pdfWriter
	w.b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	w.object("<< /Type /Catalog /Pages 2 0 R >>")
	w.object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), len(pages)))
	for _, page := range pages {
		data, err := JPEG(page, pdfQuality)
		if err != nil {
			return nil, err
		}
		size := page.Bounds().Size()
		width, height := shortSide, longSide
		if size.X > size.Y {
			width, height = height, width
		}
		n := len(w.offsets) + 1
		space := "/DeviceRGB"
		if _, ok := page.(*image.Gray); ok {
			space = "/DeviceGray"
		}
		w.object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R /Resources << /XObject << /Im0 %d 0 R >> >> >>",
			width, height, n+1, n+2))
		w.stream("", []byte(fmt.Sprintf("q %d 0 0 %d 0 0 cm /Im0 Do Q", width, height)))
		w.stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace %s /Filter /DCTDecode",
			size.X, size.Y, space), data)
	}
	return w.finish(), nil
}

// pdfWriter numbers objects as they come and remembers where they lie.
type pdfWriter struct {
	b       bytes.Buffer
	offsets []int
}

func (w *pdfWriter) object(body string) {
	w.offsets = append(w.offsets, w.b.Len())
	fmt.Fprintf(&w.b, "%d 0 obj\n%s\nendobj\n", len(w.offsets), body)
}

func (w *pdfWriter) stream(dict string, data []byte) {
	w.object(fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data))
}

// finish writes the table of offsets, by which programs find their way.
func (w *pdfWriter) finish() []byte {
	xref := w.b.Len()
	fmt.Fprintf(&w.b, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1)
	for _, off := range w.offsets {
		fmt.Fprintf(&w.b, "%010d 00000 n \n", off)
	}
	fmt.Fprintf(&w.b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(w.offsets)+1, xref)
	return w.b.Bytes()
}
