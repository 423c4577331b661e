package scan

import (
	"context"
	"errors"
	"image"
	"io"
)

// ErrPDF says that a file is a PDF, whose pages have to be drawn first.
var ErrPDF = errors.New("scan: a PDF, not a picture")

// ErrNoPicture says that a file is no picture, or none that can be unpacked.
var ErrNoPicture = errors.New("scan: not a picture that can be read")

// Picture unpacks a picture file into grey, within the profile's limits.
func Picture(ctx context.Context, r io.ReaderAt, size int64, p Profile) (g *image.Gray, err error) {
	in := &inspection{src: newSource(ctx, r, size), p: p}
	if _, ok := in.admit(); !ok {
		return nil, ErrNoPicture
	}
	if in.rep.MediaType == "application/pdf" {
		return nil, ErrPDF
	}
	codec := map[string]codec{"image/jpeg": jpegCodec, "image/png": pngCodec, "image/tiff": tiffCodec, "image/webp": webpCodec}[in.rep.MediaType]
	failed := in.guarded(func(in *inspection) error {
		img, err := codec.open(func() io.Reader { return in.src.stream() }, p.MaxPagePixels)
		if err != nil {
			return err
		}
		small := shrink(img, 1)
		g = &image.Gray{Pix: small.pix, Stride: small.w, Rect: image.Rect(0, 0, small.w, small.h)}
		return nil
	})
	if failed != nil {
		return nil, errors.Join(ErrNoPicture, in.src.failed())
	}
	return g, nil
}

// Shrink makes a picture coarser by a scale below 1; each pixel is the mean of the
// area that it covers.
func Shrink(g *image.Gray, scale float64) *image.Gray {
	small := shrink(g, scale)
	return &image.Gray{Pix: small.pix, Stride: small.w, Rect: image.Rect(0, 0, small.w, small.h)}
}
