package hostile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"

	"hoso/internal/scan/samplepage"
)

// samples are honest files of each type.
func samples() ([]File, error) {
	page := samplepage.Page(samplepage.Options{DPI: 60})
	jpg, err := samplepage.JPEG(page, 80)
	if err != nil {
		return nil, err
	}
	pdf, err := samplepage.PDF(page, page)
	if err != nil {
		return nil, err
	}
	var p bytes.Buffer
	if err := png.Encode(&p, page); err != nil {
		return nil, err
	}
	return []File{{Name: "JPEG", Data: jpg}, {Name: "PDF", Data: pdf}, {Name: "PNG", Data: p.Bytes()}, {Name: "TIFF", Data: tiff(400, 500, 8, 1)}}, nil
}

// chunk is a part of a PNG.
func chunk(kind string, data []byte) []byte {
	body := append([]byte(kind), data...)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
}

const pngHead = "\x89PNG\r\n\x1a\n"

func pngOf(w, h uint32, depth, colour byte, chunks ...[]byte) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	out := append([]byte(pngHead), chunk("IHDR", append(ihdr, depth, colour, 0, 0, 0))...)
	for _, c := range chunks {
		out = append(out, c...)
	}
	return append(out, chunk("IEND", nil)...)
}

// tiff is a TIFF of grey pages that says it is so large; the pixels are there if
// it is small.
func tiff(w, h, bits, pages uint32) []byte {
	le := binary.LittleEndian
	b := []byte{'I', 'I', 42, 0, 0, 0, 0, 0}
	link := 4
	for range pages {
		pix := len(b)
		if uint64(w)*uint64(h) <= 1<<20 {
			b = append(b, make([]byte, w*h)...)
		}
		if len(b)%2 == 1 {
			b = append(b, 0)
		}
		le.PutUint32(b[link:], uint32(len(b)))
		entries := [][3]uint32{{256, 4, w}, {257, 4, h}, {258, 3, bits}, {259, 3, 1}, {262, 3, 1}, {273, 4, uint32(pix)}, {277, 3, 1}, {278, 4, h}, {279, 4, w * h}}
		b = le.AppendUint16(b, uint16(len(entries)))
		for _, e := range entries {
			b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, uint16(e[0])), uint16(e[1])), 1), e[2])
		}
		link = len(b)
		b = le.AppendUint32(b, 0)
	}
	return b
}

// webp is the head of a WebP file of a kind.
func webp(kind string, data []byte) []byte {
	out := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(data)+12))...)
	out = append(append(out, "WEBP"...), kind...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(data))), data...)
}

// floods promise more pixels than anybody could hold.
func floods(c *corpus) error {
	honest, err := samples()
	if err != nil {
		return err
	}
	for _, size := range [][2]uint32{{65535, 65535}, {0x7fffffff, 0x7fffffff}, {0x7fffffff, 1}, {1, 0x7fffffff}, {100_000, 10_000}, {0, 0}, {0xffffffff, 0xffffffff}} {
		name := fmt.Sprintf("%d by %d", size[0], size[1])
		c.bad("PNG flood "+name, pngOf(size[0], size[1], 8, 2, chunk("IDAT", deflate(make([]byte, 1000)))))
		c.bad("PNG deep flood "+name, pngOf(size[0], size[1], 16, 6, chunk("IDAT", deflate(make([]byte, 1000)))))
		c.bad("TIFF flood "+name, tiff(size[0], size[1], 8, 1))
		c.bad("PDF flood "+name, OnePage(FullPage, im0, Deflated(fmt.Sprintf("/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceRGB /Width %d /Height %d", size[0], size[1]), make([]byte, 1000))))
	}
	jpg := bytes.Clone(honest[0].Data)
	at := bytes.Index(jpg, []byte{0xff, 0xc0})
	copy(jpg[at+5:], []byte{0xff, 0xff, 0xff, 0xff})
	c.bad("JPEG flood", jpg)
	c.bad("WebP flood, lossy", webp("VP8 ", []byte{0x30, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f, 0, 0, 0, 0, 0, 0}))
	c.bad("WebP flood, lossless", webp("VP8L", append([]byte{0x2f, 0xff, 0xff, 0xff, 0x0f}, make([]byte, 64)...)))
	c.bad("WebP flood, extended", webp("VP8X", []byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}))
	c.bad("TIFF of 101 pages", tiff(100, 100, 8, 101))
	c.bad("TIFF of 3,000 pages", tiff(10, 10, 8, 3000))
	return nil
}

// pictures are picture files that are wrong or unpack badly.
func pictures(c *corpus) error {
	zeros := make([]byte, megabyte)
	large := deflateRun(zeros, 300)
	honest, err := samples()
	if err != nil {
		return err
	}
	ring := bytes.Clone(honest[3].Data)
	copy(ring[len(ring)-4:], ring[4:8])
	for name, data := range map[string][]byte{
		"PNG unpacks without end": pngOf(100, 100, 8, 0, chunk("IDAT", large)), "PNG of 40 million pixels in deep colour": pngOf(6300, 6300, 16, 6, chunk("IDAT", large)),
		"PNG without pixels": pngOf(100, 100, 8, 0), "PNG of an odd kind": pngOf(100, 100, 7, 9, chunk("IDAT", deflate(zeros[:1000]))), "PNG length without end": append([]byte(pngHead), 0xff, 0xff, 0xff, 0xff, 'I', 'H', 'D', 'R'),
		"TIFF in a ring": ring, "TIFF nowhere": {'I', 'I', 42, 0, 0xff, 0xff, 0xff, 0x7f}, "TIFF of no entries": {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0},
		"TIFF of 65,535 entries": append([]byte{'I', 'I', 42, 0, 8, 0, 0, 0, 0xff, 0xff}, make([]byte, 65535*12+4)...), "JPEG of marks": append([]byte{0xff, 0xd8, 0xff}, bytes.Repeat([]byte{0xff}, megabyte)...),
		"JPEG without pixels": {0xff, 0xd8, 0xff, 0xd9}, "WebP of nothing": webp("VP8 ", nil), "WebP of another kind": webp("ABCD", make([]byte, 100)),
	} {
		c.bad(name, data)
	}
	text := append([]byte("a\x00\x00"), large...)
	profile := append([]byte("icc\x00\x00"), large...)
	var ordinary bytes.Buffer
	if err := png.Encode(&ordinary, samplepage.Page(samplepage.Options{DPI: 60})); err != nil {
		return err
	}
	with := func(more []byte) []byte {
		data := ordinary.Bytes()
		return append(append(bytes.Clone(data[:33]), more...), data[33:]...)
	}
	c.odd("PNG with text that unpacks without end", with(chunk("zTXt", text)))
	c.odd("PNG with a profile that unpacks without end", with(chunk("iCCP", profile)))
	c.odd("PNG of ten thousand parts", with(bytes.Repeat(chunk("tEXt", []byte("a\x00b")), 10_000)))
	wide := image.NewGray(image.Rect(0, 0, 30_000, 1))
	var b bytes.Buffer
	err = png.Encode(&b, wide)
	c.odd("PNG as wide as a street", b.Bytes())
	return err
}
