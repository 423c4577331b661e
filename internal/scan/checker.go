package scan

import (
	"context"
	"image"
	"io"
	"time"
)

// Checker judges files: InProcess here and now, package confined in a child
// process that a hostile file may bring down.
type Checker interface {
	Check(ctx context.Context, r io.ReaderAt, size int64, p Profile) (Report, error)
}

// Renderer turns a page of the PDF under check into a picture, where our own
// reader cannot.
type Renderer interface {
	// Render draws a page, counted from 1, in grey, so many pixels long.
	Render(ctx context.Context, page, longSide int) (*image.Gray, error)
}

// Options are what a check can be given beside the profile.
type Options struct {
	// Renderer may be nil: then pages that need one are left to a person.
	Renderer Renderer
	// Until is when no further page is begun; zero is never.
	Until time.Time
	// Spent says, before each page, whether so much was used that no further one
	// is begun; nil is never.
	Spent func() bool
}

// InProcess judges files in this process.
type InProcess struct{ Options Options }

// Check implements Checker.
func (c InProcess) Check(ctx context.Context, r io.ReaderAt, size int64, p Profile) (Report, error) {
	return CheckWith(ctx, r, size, p, c.Options)
}

// late notes that time has run out before the page of that number, if it has.
func (in *inspection) late(page int) bool {
	if (in.opt.Until.IsZero() || time.Now().Before(in.opt.Until)) && (in.opt.Spent == nil || !in.opt.Spent()) {
		return false
	}
	in.find(Finding{Code: CodeTooManyPages, Severity: SeverityWarn, Measured: float64(page - 1)}, "too_many_pages.time")
	return true
}
