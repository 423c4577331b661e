package scan

import (
	"encoding/binary"
	"errors"
	"io"
)

var errTIFF = errors.New("scan: broken TIFF directory")

// The tags of a TIFF directory that matter here.
const (
	tagSubfile     = 254
	tagOrientation = 274
	tagXRes        = 282
	tagResUnit     = 296
	unitCentimetre = 3
)

// directory is one page of a TIFF file; the head of an EXIF block looks alike.
type directory struct {
	at      uint32 // where it lies
	next    uint32 // where the next one lies, 0 for none
	density float64
	turn    orientation
	thumb   bool // a small copy of another page
}

// readTIFF judges every page of a TIFF file, as scanners with a feeder write it.
// The decoder knows only first pages, so each page is put first in turn.
func readTIFF(in *inspection) error {
	order, pages, err := directories(in.src, in.p.MaxPages+1)
	if err != nil {
		return err
	}
	in.rep.Pages = len(pages)
	if len(pages) > in.p.MaxPages {
		in.find(Finding{Code: CodeTooManyPages, Severity: SeverityError, Measured: float64(len(pages)), Threshold: float64(in.p.MaxPages)}, CodeTooManyPages)
		return nil
	}
	for i, d := range pages {
		if in.late(i + 1) {
			break
		}
		first := firstPage{r: in.src, order: order, at: d.at}
		err := in.picture(i+1, tiffCodec, func() io.Reader { return io.NewSectionReader(first, 0, in.src.size) }, said{density: d.density, turn: d.turn})
		if err != nil {
			in.brokenPage(i+1, err)
		}
		if in.src.failed() != nil {
			return nil // run reports it
		}
	}
	return nil
}

// firstPage is a TIFF file whose header points at another page.
type firstPage struct {
	r     io.ReaderAt
	order binary.ByteOrder
	at    uint32
}

// ReadAt implements io.ReaderAt.
func (f firstPage) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.r.ReadAt(p, off)
	var at [4]byte
	f.order.PutUint32(at[:], f.at)
	for i, b := range at {
		if k := 4 + int64(i) - off; k >= 0 && k < int64(n) {
			p[k] = b
		}
	}
	return n, err
}

// directories lists the pages of a TIFF file, at most most of them.
func directories(r io.ReaderAt, most int) (binary.ByteOrder, []directory, error) {
	order, at, err := headTIFF(r)
	if err != nil {
		return nil, nil, err
	}
	seen := map[uint32]bool{}
	var pages []directory
	for at != 0 && len(pages) < most {
		if seen[at] || len(seen) > 2*most {
			return nil, nil, errTIFF
		}
		seen[at] = true
		d, err := readDirectory(r, order, at)
		if err != nil {
			return nil, nil, err
		}
		if !d.thumb {
			pages = append(pages, d)
		}
		at = d.next
	}
	if len(pages) == 0 {
		return nil, nil, errTIFF
	}
	return order, pages, nil
}

// headTIFF reads the byte order and where the first directory lies.
func headTIFF(r io.ReaderAt) (binary.ByteOrder, uint32, error) {
	var head [8]byte
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, 8), head[:]); err != nil {
		return nil, 0, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[0] == 'M' {
		order = binary.BigEndian
	}
	return order, order.Uint32(head[4:]), nil
}

// readDirectory reads one directory.
func readDirectory(r io.ReaderAt, order binary.ByteOrder, at uint32) (directory, error) {
	var count [2]byte
	if _, err := io.ReadFull(io.NewSectionReader(r, int64(at), 2), count[:]); err != nil {
		return directory{}, err
	}
	const entry = 12
	body := make([]byte, int(order.Uint16(count[:]))*entry+4)
	if _, err := io.ReadFull(io.NewSectionReader(r, int64(at)+2, int64(len(body))), body); err != nil {
		return directory{}, err
	}
	d := directory{at: at, next: order.Uint32(body[len(body)-4:])}
	unit := 1.0
	for e := body[:len(body)-4]; len(e) > 0; e = e[entry:] {
		value := order.Uint32(e[8:])
		switch order.Uint16(e) {
		case tagSubfile:
			d.thumb = value&1 != 0
		case tagOrientation:
			d.turn = orientation(order.Uint16(e[8:]))
		case tagXRes:
			d.density = rational(r, order, value)
		case tagResUnit:
			if order.Uint16(e[8:]) == unitCentimetre {
				unit = 2.54
			}
		}
	}
	d.density *= unit
	return d, nil
}

// rational reads a fraction; one that is not there or has no value is zero.
func rational(r io.ReaderAt, order binary.ByteOrder, at uint32) float64 {
	var b [8]byte
	if _, err := io.ReadFull(io.NewSectionReader(r, int64(at), 8), b[:]); err != nil || order.Uint32(b[4:]) == 0 {
		return 0
	}
	return float64(order.Uint32(b[:])) / float64(order.Uint32(b[4:]))
}
