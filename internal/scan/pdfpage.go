package scan

import (
	"errors"
	"fmt"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"hoso/internal/scan/plane"
)

const (
	// minLetters of visible text make a page one that was written, not scanned.
	minLetters = 100
	// minCover is the share of a page that a picture must take to count; below
	// are logos, signatures and ornaments.
	minCover = 0.02
)

// judgePDFPage judges one page. A page that was written by a program is as sharp
// as whoever shows it likes, so only pictures of paper are measured.
func (in *inspection) judgePDFPage(doc *model.Context, page int, pg pdfPage) error {
	p := &painting{
		doc: doc, ctx: in.src.ctx, pageArea: pg.box.Width() * pg.box.Height(),
		left: maxContent, at: map[int]int{},
	}
	content, err := contents(doc, pg.dict)
	if err != nil {
		return err
	}
	if err := p.run(content, pg.resources, state{ctm: matrix{1, 0, 0, 1, 0, 0}}, 0); err != nil {
		return err
	}
	if p.letters >= minLetters {
		return nil
	}
	if len(p.pictures) == 0 {
		switch {
		case p.strokes && in.opt.Renderer != nil:
			return fmt.Errorf("%w: a drawing", errCoding)
		case p.letters == 0 && !p.strokes:
			in.blanks = append(in.blanks, blank{page: page, surely: true})
		}
		return nil
	}
	return in.judgePictures(page, p, pg)
}

// contents gives a page's instructions. Several streams are read as one: a
// program may cut between any two words.
func contents(doc *model.Context, page types.Dict) ([]byte, error) {
	o := follow(doc, page["Contents"])
	parts, ok := o.(types.Array)
	if !ok {
		parts = types.Array{o}
	}
	var all []byte
	for _, part := range parts {
		sd, ok := follow(doc, part).(types.StreamDict)
		if !ok {
			continue
		}
		content, err := instructions(sd, maxContent-len(all))
		if err != nil {
			return nil, err
		}
		all = append(append(all, content...), '\n')
	}
	return all, nil
}

// shrinkage is how many points of the page make an inch of paper. It is 72, but
// for pages of a size that no paper has: programs that bind pictures often give
// each pixel a point. Such a page is taken for one of ordinary size.
func (in *inspection) shrinkage(pg pdfPage) float64 {
	long := max(pg.box.Width(), pg.box.Height())
	perInch := 72 / pg.unit
	if inches := long / perInch; inches < 1 || inches > maxLongSide {
		return long / in.p.PageLongSideIn
	}
	return perInch
}

// judgePictures measures the pictures of a page together. Where one picture is the
// page, it is also asked how the writing lies on it.
func (in *inspection) judgePictures(page int, p *painting, pg pdfPage) error {
	var seen layers
	for _, d := range p.pictures {
		cover := p.cover(d)
		if cover < minCover {
			continue
		}
		err := in.addLayer(&seen, p, d, cover, pg)
		switch {
		case errors.Is(err, errCoding):
			seen.unknown = err
		case err != nil:
			return err
		}
		if err := in.src.ctx.Err(); err != nil {
			return err
		}
	}
	if seen.whole == 0 {
		seen.whole = seen.part
	}
	if seen.unknown != nil {
		return undrawn{seen.unknown, seen.whole} // a layer is missing; what the others show is not the page
	}
	m, legible := in.judge(page, seen.whole, &seen.tally)
	if legible && seen.n == 1 && seen.covering {
		in.judgeLie(page, seen.last, m)
	}
	return nil
}

// layers are the pictures of one page as far as they have been looked at.
type layers struct {
	tally       tally
	whole, part float64 // the best resolution of pictures that cover the page, and of others
	n           int
	last        sheet
	covering    bool  // the last one covers the page
	unknown     error // why one could not be looked at
}

// addLayer measures one picture of a page.
func (in *inspection) addLayer(seen *layers, p *painting, d drawn, cover float64, pg pdfPage) error {
	pic := pictureOf(p.doc, d.image)
	if err := checkPixels(pic.w, pic.h, in.p.MaxPagePixels); err != nil {
		return err
	}
	dpi := math.Sqrt(float64(pic.w)*float64(pic.h)/(d.width*d.height)) * in.shrinkage(pg)
	seen.covering = cover >= covering
	if seen.covering {
		seen.whole = max(seen.whole, dpi)
	} else {
		seen.part = max(seen.part, dpi)
	}
	img, negative, err := pic.open(in.p.MaxPagePixels)
	if err != nil {
		return err
	}
	paper, desk := plane.Rectangle(float64(img.Bounds().Dx()), float64(img.Bounds().Dy())), false
	if seen.covering {
		paper, desk = findPaper(img, negative)
	}
	seen.n++
	seen.last = newSheet(img, negative, dpi, paper, desk, d.turn).turned(quarters(pg.turn))
	seen.tally.take(seen.last)
	return nil
}
