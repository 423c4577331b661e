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

// pdfQuality is the JPEG quality of the pages of a PDF: what scanners choose.
const pdfQuality = 85

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

// PDF binds pages into one file as a scanner does: a JPEG picture over the
// whole of each A4 page, turned sideways for a picture wider than high.
func PDF(pages ...image.Image) ([]byte, error) {
	doc := newDoc()
	for i, page := range pages {
		data, err := JPEG(page, pdfQuality)
		if err != nil {
			return nil, err
		}
		turn := "P"
		if page.Bounds().Dx() > page.Bounds().Dy() {
			turn = "L"
		}
		doc.AddPageFormat(turn, doc.GetPageSizeStr("A4"))
		name, opt := fmt.Sprintf("page%d", i+1), fpdf.ImageOptions{ImageType: "JPG"}
		doc.RegisterImageOptionsReader(name, opt, bytes.NewReader(data))
		w, h := doc.GetPageSize()
		doc.ImageOptions(name, 0, 0, w, h, false, opt, 0, "")
	}
	return finish(doc)
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
	return finish(doc)
}

func newDoc() *fpdf.Fpdf {
	doc := fpdf.New("P", "pt", "A4", "")
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Date(2025, 2, 5, 9, 30, 0, 0, time.UTC))
	doc.SetModificationDate(time.Date(2025, 2, 5, 9, 30, 0, 0, time.UTC))
	return doc
}

func finish(doc *fpdf.Fpdf) ([]byte, error) {
	var b bytes.Buffer
	if err := doc.Output(&b); err != nil {
		return nil, fmt.Errorf("samplepage: writing PDF: %w", err)
	}
	return b.Bytes(), nil
}
