package scan

import (
	"encoding/binary"
	"io"
)

// orientation is how a file says that its picture is to be turned before it is
// looked at, in EXIF's numbers: 1 as it is, 3 by half, 6 by a quarter clockwise,
// 8 by one the other way, and 2, 4, 5, 7 the same after being mirrored. Zero and
// what is none of these is 1.
type orientation uint16

// apply turns a picture as its file says.
func (o orientation) apply(g gray) gray {
	switch o {
	case 2:
		return g.mirrored()
	case 3:
		return g.quarter().quarter()
	case 4:
		return g.mirrored().quarter().quarter()
	case 5:
		return g.mirrored().quarter().quarter().quarter()
	case 6:
		return g.quarter()
	case 7:
		return g.mirrored().quarter()
	case 8:
		return g.quarter().quarter().quarter()
	}
	return g
}

// quarters is the orientation that turns by so many quarters clockwise.
func quarters(n int) orientation {
	return [4]orientation{1, 6, 3, 8}[(n%4+4)%4]
}

func (g gray) mirrored() gray {
	out := gray{w: g.w, h: g.h, pix: make([]uint8, len(g.pix))}
	for y := range g.h {
		src, dst := g.row(y), out.row(y)
		for x, v := range src {
			dst[g.w-1-x] = v
		}
	}
	return out
}

// quarter turns a picture clockwise, block by block, so that memory is read in
// the order in which it lies.
func (g gray) quarter() gray {
	out := gray{w: g.h, h: g.w, pix: make([]uint8, len(g.pix))}
	const block = 16
	for y0 := 0; y0 < g.h; y0 += block {
		for x0 := 0; x0 < g.w; x0 += block {
			for y := y0; y < min(y0+block, g.h); y++ {
				for x := x0; x < min(x0+block, g.w); x++ {
					out.pix[x*out.w+g.h-1-y] = g.pix[y*g.w+x]
				}
			}
		}
	}
	return out
}

// exifPNG finds the EXIF block of a PNG file, exifWebP that of a WebP file. Both
// are made of chunks with a name, and differ in where a chunk's length stands.
func exifPNG(r io.ReaderAt) (off, length int64) {
	var head [8]byte
	for off, n := int64(8), 0; n < 256; n++ {
		if !readAt(r, head[:], off) {
			break
		}
		length := int64(binary.BigEndian.Uint32(head[:]))
		if string(head[4:]) == "eXIf" {
			return off + 8, length
		}
		off += 12 + length
	}
	return 0, 0
}

func exifWebP(r io.ReaderAt) (off, length int64) {
	var head [10]byte
	for off, n := int64(12), 0; n < 64; n++ {
		if !readAt(r, head[:], off) {
			break
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if string(head[:4]) == "EXIF" {
			if string(head[8:]) == "Ex" { // some writers keep the name that JPEG wants
				return off + 14, length - 6
			}
			return off + 8, length
		}
		off += 8 + length + length%2
	}
	return 0, 0
}

// tagsAt reads the first directory of an EXIF block, which looks like a TIFF file.
func tagsAt(r io.ReaderAt, off, length int64) directory {
	if length < 8 {
		return directory{}
	}
	block := io.NewSectionReader(r, off, length)
	order, at, err := headTIFF(block)
	if err != nil {
		return directory{}
	}
	d, err := readDirectory(block, order, at)
	if err != nil {
		return directory{}
	}
	return d
}
