package scan

import (
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// codec decodes one kind of picture file.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var (
	jpegCodec = codec{jpeg.DecodeConfig, jpeg.Decode}
	pngCodec  = codec{png.DecodeConfig, png.Decode}
	tiffCodec = codec{tiff.DecodeConfig, tiff.Decode}
	webpCodec = codec{webp.DecodeConfig, webp.Decode}
)

// errTooManyPixels is a picture that is not decoded, for what it would cost.
type errTooManyPixels struct{ pixels int64 }

func (e errTooManyPixels) Error() string { return fmt.Sprintf("scan: picture of %d pixels", e.pixels) }

// errCoding is a picture that is whole, but packed as we cannot unpack it.
var errCoding = errors.New("scan: unsupported picture coding")

// open decodes a picture if its header promises few enough pixels.
func (c codec) open(r func() io.Reader, maxPixels int64) (image.Image, error) {
	cfg, err := c.config(r())
	if err != nil {
		return nil, asCoding(err)
	}
	if err := checkPixels(cfg.Width, cfg.Height, maxPixels); err != nil {
		return nil, err
	}
	img, err := c.decode(r())
	if err != nil {
		return nil, asCoding(err)
	}
	return img, nil
}

func checkPixels(w, h int, most int64) error {
	if w <= 0 || h <= 0 {
		return errors.New("scan: picture without pixels")
	}
	if n := int64(w) * int64(h); n > most || w > math.MaxInt32 || h > math.MaxInt32 {
		return errTooManyPixels{pixels: n}
	}
	return nil
}

// asCoding marks the errors by which decoders say "valid, but not with me".
func asCoding(err error) error {
	var j jpeg.UnsupportedError
	var p png.UnsupportedError
	var t tiff.UnsupportedError
	if errors.As(err, &j) || errors.As(err, &p) || errors.As(err, &t) {
		return fmt.Errorf("%w: %w", errCoding, err)
	}
	return err
}

func readJPEG(in *inspection) error { return in.single(jpegCodec, saidByJPEG(in.src)) }
func readPNG(in *inspection) error  { return in.single(pngCodec, saidByPNG(in.src)) }
func readWebP(in *inspection) error { return in.single(webpCodec, saidByWebP(in.src)) }

// single judges a file that is one picture.
func (in *inspection) single(c codec, file said) error {
	in.rep.Pages = 1
	return in.picture(1, c, func() io.Reader { return in.src.stream() }, file)
}

// picture decodes and judges one page that is one picture.
func (in *inspection) picture(page int, c codec, r func() io.Reader, file said) error {
	img, err := c.open(r, in.p.MaxPagePixels)
	if err != nil {
		return err
	}
	in.judgeImage(page, img, file)
	return nil
}

// The long side of paper that a file may claim, in inches: from a card to A3.
const minLongSide, maxLongSide = 2.5, 17

// resolution finds a picture's pixels per inch, for paper whose long side takes
// so many pixels of it. The file's own word is taken where it can be true; 72 and
// 96 are what programs write that do not know, and a size that no scanner's glass
// has is no size. Otherwise the paper is taken to be an ordinary page.
func (in *inspection) resolution(b image.Rectangle, paper, density float64) float64 {
	long := float64(max(b.Dx(), b.Dy()))
	unknown := density == 72 || density == 96
	if density >= 50 && density <= 1200 && !unknown && long/density >= minLongSide && long/density <= maxLongSide {
		return density
	}
	return paper / in.p.PageLongSideIn
}

// broken notes why a file could not be read to its end.
func (in *inspection) broken(err error) {
	var pixels errTooManyPixels
	switch {
	case errors.As(err, &pixels):
		in.tooManyPixels(max(1, in.rep.Pages), pixels)
	case errors.Is(err, errCoding):
		in.find(Finding{Code: CodeUnsupportedType, Severity: SeverityError}, "unsupported_type.coding")
	default:
		in.find(Finding{Code: CodeCorrupt, Severity: SeverityError}, "corrupt")
	}
}

func (in *inspection) tooManyPixels(page int, e errTooManyPixels) {
	const million = 1e6
	in.find(Finding{Code: CodeTooLarge, Page: page, Severity: SeverityError,
		Measured: float64(e.pixels) / million, Threshold: float64(in.p.MaxPagePixels) / million}, "too_large.page")
}

// brokenPage notes why one page of several could not be judged.
func (in *inspection) brokenPage(page int, err error) {
	var pixels errTooManyPixels
	switch {
	case errors.As(err, &pixels):
		in.tooManyPixels(page, pixels)
	case errors.Is(err, errCoding):
		// Other programs may well show it, so a person is asked to look.
		in.find(Finding{Code: CodeUnsupportedType, Page: page, Severity: SeverityWarn}, "unsupported_type.page")
	default:
		in.find(Finding{Code: CodeCorrupt, Page: page, Severity: SeverityError}, "corrupt.page")
	}
}
