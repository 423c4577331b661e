package scan

import (
	"errors"
	"math"

	"hoso/internal/scan/plane"
)

// undrawn is a page whose pictures we cannot unpack, with the resolution that
// their sizes tell.
type undrawn struct {
	error
	dpi float64
}

func (u undrawn) Unwrap() error { return u.error }

// judgeRendered judges a page by a picture that another program draws of it,
// for the reason given. Without one the reason stands.
func (in *inspection) judgeRendered(page int, pg pdfPage, reason error) error {
	if in.opt.Renderer == nil {
		return reason
	}
	var u undrawn
	errors.As(reason, &u)
	img, err := in.opt.Renderer.Render(in.src.ctx, page, in.longSide(pg, u.dpi))
	if err != nil {
		return reason
	}
	b := img.Bounds()
	if err := checkPixels(b.Dx(), b.Dy(), in.p.MaxPagePixels); err != nil {
		return err
	}
	drawn := float64(max(b.Dx(), b.Dy())) / max(pg.box.Width(), pg.box.Height()) * in.shrinkage(pg)
	whole := plane.Rectangle(float64(b.Dx()), float64(b.Dy()))
	in.judgeSheet(page, u.dpi, newSheet(img, false, drawn, whole, false, 0))
	return nil
}

// longSide is how many pixels long a page is drawn: as fine as all pages are
// looked at, but not finer than its pictures are, since drawing them larger
// would only blur them, nor with more pixels than a page may well have.
func (in *inspection) longSide(pg pdfPage, dpi float64) int {
	fine := float64(workDPI)
	if dpi > 0 {
		fine = min(fine, dpi)
	}
	inch := in.shrinkage(pg)
	w, h := pg.box.Width()/inch, pg.box.Height()/inch
	fine = min(fine, math.Sqrt(float64(in.p.MaxPagePixels)/4/(w*h)))
	return max(1, int(math.Round(fine*max(w, h))))
}
