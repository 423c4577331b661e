package scan

import (
	"bytes"
	"encoding/binary"
	"io"
)

// said is what a picture file says of itself besides its pixels. Nothing here can
// fail: a file that says nothing, or nonsense, says zero.
type said struct {
	density float64 // pixels per inch
	turn    orientation
}

// saidByJPEG looks for a JFIF and an EXIF header before the picture starts.
func saidByJPEG(r io.ReaderAt) said {
	const (
		marker = 0xff
		app0   = 0xe0
		app1   = 0xe1
		scan   = 0xda
	)
	var jfif float64
	var out said
	var head [4]byte
	for off, n := int64(2), 0; n < 64; n++ {
		if !readAt(r, head[:], off) || head[0] != marker || head[1] == scan {
			break
		}
		length := int64(binary.BigEndian.Uint16(head[2:]))
		switch head[1] {
		case app0:
			jfif = max(jfif, densityJFIF(r, off+4))
		case app1:
			if out == (said{}) {
				out = saidByEXIF(r, off+4, length-2)
			}
		}
		off += 2 + length
	}
	if jfif > 0 {
		out.density = jfif
	}
	return out
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

// saidByEXIF reads the first directory of an EXIF block.
func saidByEXIF(r io.ReaderAt, off, length int64) said {
	var b [6]byte
	if length < 16 || !readAt(r, b[:], off) || string(b[:]) != "Exif\x00\x00" {
		return said{}
	}
	d := tagsAt(r, off+6, length-6)
	return said{density: d.density, turn: d.turn}
}

func saidByPNG(r io.ReaderAt) said {
	off, length := exifPNG(r)
	return said{density: densityPNG(r), turn: tagsAt(r, off, length).turn}
}

func saidByWebP(r io.ReaderAt) said {
	off, length := exifWebP(r)
	d := tagsAt(r, off, length)
	return said{density: d.density, turn: d.turn}
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
