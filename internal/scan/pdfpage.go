package scan

import (
	"errors"
	"fmt"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
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
	return in.judgePictures(page, p, in.shrinkage(pg))
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

// judgePictures measures the pictures of a page together.
func (in *inspection) judgePictures(page int, p *painting, perInch float64) error {
	var t tally
	var whole, part float64 // the best resolution of pictures that cover the page, and of others
	var unknown error
	for _, d := range p.pictures {
		cover := p.cover(d)
		if cover < minCover {
			continue
		}
		pic := pictureOf(p.doc, d.image)
		if err := checkPixels(pic.w, pic.h, in.p.MaxPagePixels); err != nil {
			return err
		}
		dpi := math.Sqrt(float64(pic.w)*float64(pic.h)/(d.width*d.height)) * perInch
		if cover >= covering {
			whole = max(whole, dpi)
		} else {
			part = max(part, dpi)
		}
		g, err := pic.gray(in.p.MaxPagePixels, workDPI/dpi)
		switch {
		case errors.Is(err, errCoding):
			unknown = err
		case err != nil:
			return err
		default:
			t.add(g)
		}
		if err := in.src.ctx.Err(); err != nil {
			return err
		}
	}
	if whole == 0 {
		whole = part
	}
	if unknown != nil {
		return undrawn{unknown, whole} // a layer is missing; what the others show is not the page
	}
	in.judge(page, whole, &t)
	return nil
}
