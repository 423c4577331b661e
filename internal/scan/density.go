package scan

import (
	"bytes"
	"encoding/binary"
	"io"
)

// What a picture file says of its own resolution. Nothing here can fail: a file
// that says nothing, or nonsense, says zero.

// densityJPEG looks for a JFIF or an EXIF header before the picture starts.
func densityJPEG(r io.ReaderAt) float64 {
	const (
		marker = 0xff
		app0   = 0xe0
		app1   = 0xe1
		scan   = 0xda
	)
	var exif float64
	var head [4]byte
	for off, n := int64(2), 0; n < 64; n++ {
		if !readAt(r, head[:], off) || head[0] != marker || head[1] == scan {
			break
		}
		length := int64(binary.BigEndian.Uint16(head[2:]))
		switch head[1] {
		case app0:
			if dpi := densityJFIF(r, off+4); dpi > 0 {
				return dpi
			}
		case app1:
			exif = max(exif, densityEXIF(r, off+4, length-2))
		}
		off += 2 + length
	}
	return exif
}

// densityJFIF reads "JFIF\0", version, unit, and the two densities.
func densityJFIF(r io.ReaderAt, off int64) float64 {
	var b [12]byte
	if !readAt(r, b[:], off) || !bytes.HasPrefix(b[:], []byte("JFIF\x00")) {
		return 0
	}
	across := float64(binary.BigEndian.Uint16(b[8:]))
	switch b[7] {
	case 1:
		return across
	case 2:
		return across * 2.54
	}
	return 0
}

// densityEXIF reads the first directory of an EXIF block.
func densityEXIF(r io.ReaderAt, off, length int64) float64 {
	var b [6]byte
	if length < 16 || !readAt(r, b[:], off) || string(b[:]) != "Exif\x00\x00" {
		return 0
	}
	block := io.NewSectionReader(r, off+6, length-6)
	order, at, err := headTIFF(block)
	if err != nil {
		return 0
	}
	d, err := readDirectory(block, order, at)
	if err != nil {
		return 0
	}
	return d.density
}

// densityPNG looks for a pHYs chunk before the picture starts.
func densityPNG(r io.ReaderAt) float64 {
	const perMetre, inch = 1, 0.0254
	var head [17]byte
	for off, n := int64(8), 0; n < 64; n++ {
		if !readAt(r, head[:8], off) || string(head[4:8]) == "IDAT" {
			break
		}
		if string(head[4:8]) == "pHYs" && readAt(r, head[:], off) && head[16] == perMetre {
			return float64(binary.BigEndian.Uint32(head[8:])) * inch
		}
		off += 12 + int64(binary.BigEndian.Uint32(head[:]))
	}
	return 0
}

func readAt(r io.ReaderAt, p []byte, off int64) bool {
	n, err := r.ReadAt(p, off)
	return n == len(p) && (err == nil || err == io.EOF)
}
