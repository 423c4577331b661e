package scan

import (
	"fmt"
	"image/color"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// colorSpace says how samples become luminance. Exact colour is no matter here:
// calibrated spaces are taken for the plain ones of as many components.
type colorSpace struct {
	components int
	palette    []uint8 // luminance of each numbered colour
	tint       bool    // the sample is an amount of ink, not of light
}

// space finds the picture's colour space.
func (p picture) space() (colorSpace, error) {
	if p.stencil || p.sd.Dict["ColorSpace"] == nil {
		return colorSpace{components: 1}, nil // masks, and faxes that say nothing
	}
	return p.spaceOf(p.sd.Dict["ColorSpace"], 0)
}

func (p picture) spaceOf(o types.Object, depth int) (colorSpace, error) {
	o = follow(p.doc, o)
	a, _ := o.(types.Array)
	name, _ := o.(types.Name)
	if len(a) > 0 {
		name, _ = follow(p.doc, a[0]).(types.Name)
	}
	switch {
	case name == "DeviceGray" || name == "CalGray":
		return colorSpace{components: 1}, nil
	case name == "DeviceRGB" || name == "CalRGB":
		return colorSpace{components: 3}, nil
	case name == "DeviceCMYK":
		return colorSpace{components: 4}, nil
	case name == "Separation":
		return colorSpace{components: 1, tint: true}, nil
	case name == "ICCBased" && len(a) == 2:
		sd, _ := follow(p.doc, a[1]).(types.StreamDict)
		if n := int(number(follow(p.doc, sd.Dict["N"]))); n == 1 || n == 3 || n == 4 {
			return colorSpace{components: n}, nil
		}
	case name == "Indexed" && len(a) == 4 && depth == 0:
		return p.indexed(a)
	}
	return colorSpace{}, fmt.Errorf("%w: colour space %s", errCoding, name)
}

// indexed reads a palette.
func (p picture) indexed(a types.Array) (colorSpace, error) {
	base, err := p.spaceOf(a[1], 1)
	if err != nil {
		return colorSpace{}, err
	}
	var table []byte
	switch o := follow(p.doc, a[3]).(type) {
	case types.StringLiteral:
		table, err = types.Unescape(o.Value())
	case types.HexLiteral:
		table, err = o.Bytes()
	case types.StreamDict:
		table, err = decodeStream(o, 1<<16)
	}
	if err != nil {
		return colorSpace{}, err
	}
	table = table[:min(len(table), 256*base.components)]
	palette := make([]uint8, 256) // a colour that is not in the table is black
	base.luminance(palette[:len(table)/base.components], table)
	return colorSpace{components: 1, palette: palette}, nil
}

// luminance turns samples into one byte a pixel.
func (s colorSpace) luminance(dst, samples []uint8) {
	for i := range dst {
		p := samples[i*s.components:][:s.components]
		switch {
		case s.palette != nil:
			dst[i] = s.palette[p[0]]
		case s.tint:
			dst[i] = 255 - p[0]
		case s.components == 1:
			dst[i] = p[0]
		default:
			r, g, b := p[0], p[1], p[2]
			if s.components == 4 {
				r, g, b = color.CMYKToRGB(p[0], p[1], p[2], p[3])
			}
			dst[i] = uint8((299*uint32(r) + 587*uint32(g) + 114*uint32(b) + 500) / 1000)
		}
	}
}
