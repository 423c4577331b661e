package scan

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// picture is an image object of a PDF and what its dictionary says of it.
type picture struct {
	doc     *model.Context
	sd      types.StreamDict
	w, h    int
	bits    int  // per component
	flipped bool // the Decode array runs from 1 to 0
	stencil bool // a shape to paint through, not a picture
}

// pictureOf reads an image dictionary. Where the picture is only the colour for
// a finer mask, as in scans that are packed in layers, the mask holds the
// writing and is taken instead.
func pictureOf(doc *model.Context, sd types.StreamDict) picture {
	p := plainPicture(doc, sd)
	for _, key := range []string{"SMask", "Mask"} {
		if sd, ok := follow(doc, p.sd.Dict[key]).(types.StreamDict); ok {
			if m := plainPicture(doc, sd); m.w*m.h > p.w*p.h {
				m.flipped = m.flipped != (key == "SMask") // what is opaque is ink
				return m
			}
		}
	}
	return p
}

func plainPicture(doc *model.Context, sd types.StreamDict) picture {
	at := func(key string) types.Object { return follow(doc, sd.Dict[key]) }
	p := picture{doc: doc, sd: sd, w: int(number(at("Width"))), h: int(number(at("Height"))), bits: int(number(at("BitsPerComponent")))}
	if m, ok := at("ImageMask").(types.Boolean); ok && bool(m) {
		p.stencil, p.bits = true, 1
	}
	if a, ok := at("Decode").(types.Array); ok && len(a) >= 2 {
		p.flipped = number(follow(doc, a[0])) > number(follow(doc, a[1]))
	}
	return p
}

// open unpacks the picture. A negative has ink where it is light.
func (p picture) open(maxPixels int64) (img image.Image, negative bool, err error) {
	if len(p.sd.FilterPipeline) > 0 {
		last := p.sd.FilterPipeline[len(p.sd.FilterPipeline)-1]
		switch last.Name {
		case filter.DCT:
			return p.jpeg(maxPixels)
		case filter.JPX, filter.JBIG2:
			return nil, false, fmt.Errorf("%w: %s", errCoding, last.Name)
		case filter.CCITTFax:
			if last.DecodeParms != nil && number(last.DecodeParms["K"]) > 0 {
				return nil, false, fmt.Errorf("%w: two-dimensional Group 3", errCoding)
			}
			p.bits = 1
		}
	}
	img, err = p.raw()
	return img, false, err
}

// jpeg unpacks a picture that is a JPEG file.
func (p picture) jpeg(maxPixels int64) (image.Image, bool, error) {
	data, err := decodeStream(p.sd, p.doc.Conf.Limits.MaxStreamBytes)
	if err != nil {
		return nil, false, err
	}
	img, err := jpegCodec.open(func() io.Reader { return bytes.NewReader(data) }, maxPixels)
	if err != nil {
		return nil, false, err
	}
	// The decoder turns four-colour pictures round, as photo programs write
	// them; a PDF says itself whether they are.
	cmyk, ok := img.(*image.CMYK)
	if !ok {
		return img, p.flipped, nil
	}
	if !p.flipped {
		flip(cmyk.Pix)
	}
	return img, false, nil
}

func flip(pix []uint8) {
	for i, v := range pix {
		pix[i] = 255 - v
	}
}

// raw unpacks a picture whose stream is its samples, row by row.
func (p picture) raw() (image.Image, error) {
	space, err := p.space()
	if err != nil {
		return nil, err
	}
	if p.bits != 1 && p.bits != 2 && p.bits != 4 && p.bits != 8 && p.bits != 16 {
		return nil, errors.New("scan: picture with odd samples")
	}
	rowBytes := (p.w*space.components*p.bits + 7) / 8
	need := rowBytes * p.h
	data, err := decodeStream(p.sd, int64(need)+int64(p.h)+1<<16)
	if err != nil {
		return nil, err
	}
	if len(data) < need {
		return nil, errors.New("scan: picture cut short")
	}
	out := image.NewGray(image.Rect(0, 0, p.w, p.h))
	samples := make([]uint8, p.w*space.components)
	for y := range p.h {
		unpack(samples, data[y*rowBytes:][:rowBytes], p.bits, space.palette == nil)
		space.luminance(out.Pix[y*out.Stride:][:p.w], samples)
	}
	if p.flipped {
		flip(out.Pix)
	}
	return out, nil
}

// unpack takes samples of so many bits out of a row, spread over 0 to 255 if
// they are shades, as they are if they number colours.
func unpack(dst, row []uint8, bits int, shades bool) {
	switch bits {
	case 8:
		copy(dst, row)
	case 16:
		for i := range dst {
			dst[i] = row[2*i]
		}
	default:
		per, top := 8/bits, uint8(1<<bits-1)
		for i := range dst {
			v := row[i/per] >> (8 - bits - i%per*bits) & top
			if shades {
				v *= 255 / top
			}
			dst[i] = v
		}
	}
}
