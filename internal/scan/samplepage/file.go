package samplepage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// JPEG encodes a page; quality is 1 to 100.
func JPEG(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("samplepage: encoding JPEG: %w", err)
	}
	return b.Bytes(), nil
}

// PNG encodes a page.
func PNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		return nil, fmt.Errorf("samplepage: encoding PNG: %w", err)
	}
	return b.Bytes(), nil
}

// TextPDF writes lines as real text, as a word processor does: a file that was
// never paper. It turns pages as they fill.
func TextPDF(lines ...string) ([]byte, error) {
	const points, leading, margin = 12.0, 22.0, 72.0
	doc := newDoc()
	doc.AddUTF8FontFromBytes("serif", "", regular.ttf())
	_, height := doc.GetPageSize()
	y := height
	for _, line := range lines {
		if y > height-margin {
			doc.AddPage()
			doc.SetFont("serif", "", points)
			y = margin
		}
		doc.Text(margin, y, line)
		y += leading
	}
	var b bytes.Buffer
	if err := doc.Output(&b); err != nil {
		return nil, fmt.Errorf("samplepage: writing PDF: %w", err)
	}
	return b.Bytes(), nil
}

func newDoc() *fpdf.Fpdf {
	doc := fpdf.New("P", "pt", "A4", "")
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true)
	someDay := time.Date(2025, 2, 5, 9, 30, 0, 0, time.UTC)
	doc.SetCreationDate(someDay)
	doc.SetModificationDate(someDay)
	return doc
}

// EXIF writes into a JPEG which way its picture is to be turned, as telephones
// do that lay down what their sensor sees: 1 as it is, 3 by half, 6 by a quarter
// clockwise, 8 by one the other way.
func EXIF(jpeg []byte, orientation uint16) []byte {
	block := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	block = binary.BigEndian.AppendUint16(block, orientation)
	return segment(jpeg, 0xe1, append(block, 0, 0, 0, 0, 0, 0))
}

// Density writes a resolution in pixels per inch into a JPEG, as scanners do.
func Density(jpeg []byte, dpi int) []byte {
	block := []byte("JFIF\x00\x01\x02\x01")
	block = binary.BigEndian.AppendUint16(block, uint16(dpi))
	block = binary.BigEndian.AppendUint16(block, uint16(dpi))
	return segment(jpeg, 0xe0, append(block, 0, 0))
}

// segment puts a marker segment in front of a JPEG's others.
func segment(jpeg []byte, marker byte, body []byte) []byte {
	out := append([]byte{}, jpeg[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), jpeg[2:]...)
}
