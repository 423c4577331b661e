package samplepage

import (
	"bytes"
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
	doc.AddUTF8FontFromBytes("go", "", regular().ttf)
	_, height := doc.GetPageSize()
	y := height
	for _, line := range lines {
		if y > height-margin {
			doc.AddPage()
			y = margin
		}
		pieces, _ := regular().layout(line)
		for _, p := range pieces {
			doc.SetFont("go", "", points*p.scale)
			doc.Text(margin+p.x*points, y-p.y*points, string(p.r))
		}
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
