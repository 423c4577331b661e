package hostile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// others are not what a counter takes, whatever they are called.
func others(c *corpus) error {
	noise := make([]byte, 4096)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	for name, data := range map[string][]byte{
		"empty": nil, "one byte": {0}, "a megabyte of nothing": make([]byte, megabyte), "noise": noise, "text": []byte("hồ sơ"),
		"page of the web": []byte("<!DOCTYPE html><html><script>alert(1)</script></html>"), "drawing of the web": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"GIF": []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "BMP": append([]byte("BM"), make([]byte, 60)...), "program of Windows": []byte("MZ\x90\x00aaaaaaaaaaaaaaaaaaaaaaaa"), "program of Linux": []byte("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 60)),
		"archive": []byte("PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "compressed": []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), "film": []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00"), "HEIC": []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"),
		"entities in entities": []byte(`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "a"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>`), "shell script": []byte("#!/bin/sh\nrm -rf /\n"), "shortcut": []byte("L\x00\x00\x00\x01\x14\x02\x00"),
		"PostScript": []byte("%!PS-Adobe-3.0\n(/etc/passwd) (r) file\n"), "office document": {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1},
	} {
		c.bad(name, data)
	}
	return nil
}

// locks are PDFs that want a password, or may not be changed.
func locks(c *corpus) error {
	for _, k := range []struct {
		name        string
		user, owner string
		bits        int
		aes         bool
	}{{"password, RC4 40", "u", "o", 40, false}, {"password, RC4 128", "u", "o", 128, false}, {"password, AES 128", "u", "o", 128, true}, {"password, AES 256", "u", "o", 256, true}, {"locked against changes", "", "o", 256, true}} {
		conf := model.NewRC4Configuration(k.user, k.owner, k.bits)
		if k.aes {
			conf = model.NewAESConfiguration(k.user, k.owner, k.bits)
		}
		var out bytes.Buffer
		if err := api.Encrypt(bytes.NewReader(withCatalog("")), &out, conf); err != nil {
			return fmt.Errorf("hostile: %s: %w", k.name, err)
		}
		c.bad("PDF "+k.name, out.Bytes())
	}
	doc := fpdf.New("P", "pt", "A4", "")
	doc.SetProtection(fpdf.CnProtectPrint, "", "owner")
	doc.AddPage()
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return err
	}
	c.bad("PDF locked long ago", out.Bytes())
	tree := []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"}
	for name, lock := range map[string]string{"unknown lock": "<< /Filter /Other /V 99 >>", "lock without a key": "<< /Filter /Standard /V 5 /R 6 >>", "lock of giant keys": "<< /Filter /Standard /V 2 /R 3 /Length 2000000000 /O (a) /U (b) /P -1 >>", "lock that is a number": "7"} {
		c.bad("PDF "+name, PDFWith("/Encrypt 3 0 R /ID [<00> <00>]", append(tree, lock)...))
	}
	return nil
}

// polyglots are two things at once.
func polyglots(c *corpus) error {
	honest, err := samples()
	if err != nil {
		return err
	}
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	f, err := w.Create("../../etc/passwd")
	if err == nil {
		_, err = f.Write([]byte("root"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return err
	}
	const html = "<html><script>alert(1)</script></html>"
	pdf, jpg, png := honest[1].Data, honest[0].Data, honest[2].Data
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, data := range map[string][]byte{
		"ZIP then PDF": join(z.Bytes(), pdf), "page of the web then PDF": join([]byte(html), pdf), "GIF then PDF": join([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), pdf), "program then PDF": join([]byte("MZ\x90\x00"), make([]byte, 200), pdf),
		"PDF then PDF's start": join(pdf[:len(pdf)/2], pdf[:200]), "PNG head on a JPEG": join([]byte(pngHead), jpg), "JPEG head on a PDF": join([]byte{0xff, 0xd8, 0xff}, pdf), "PDF head on a PNG": join([]byte("%PDF-1.7\n"), png), "TIFF head on a ZIP": join([]byte("II*\x00"), z.Bytes()), "WebP head on text": []byte("RIFF\x00\x00\x00\x00WEBPhello"),
	} {
		c.bad(name, data)
	}
	for name, data := range map[string][]byte{
		"PDF then ZIP": join(pdf, z.Bytes()), "PDF then page of the web": join(pdf, []byte(html)), "JPEG then ZIP": join(jpg, z.Bytes()), "JPEG then PDF": join(jpg, pdf), "PNG then ZIP": join(png, z.Bytes()), "PNG then page of the web": join(png, []byte(html)),
		"JPEG with a PDF in its comment": join(jpg[:2], comment(pdf[:min(len(pdf), 60000)]), jpg[2:]), "JPEG with a page of the web in its comment": join(jpg[:2], comment([]byte(html)), jpg[2:]), "PDF after blanks": join(bytes.Repeat([]byte(" "), 900), pdf), "PDF far behind": join(bytes.Repeat([]byte("x"), 5000), pdf),
	} {
		c.odd(name, data)
	}
	return nil
}

func comment(data []byte) []byte { return segment(0xfe, data) }

// segment is a part of a JPEG.
func segment(mark byte, data []byte) []byte {
	out := []byte{0xff, mark}
	return append(binary.BigEndian.AppendUint16(out, uint16(len(data)+2)), data...)
}

// exif are photographs that tell tales of themselves.
func exif(c *corpus) error {
	honest, err := samples()
	if err != nil {
		return err
	}
	jpg := honest[0].Data
	le := binary.LittleEndian
	entry := func(tag, kind uint16, n, value uint32) []byte {
		return le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(nil, tag), kind), n), value)
	}
	with := func(name string, count uint16, entries ...[]byte) {
		block := append([]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00"), le.AppendUint16(nil, count)...)
		block = append(append(block, bytes.Join(entries, nil)...), 8, 0, 0, 0) // and once more the same directory
		c.odd("EXIF "+name, bytes.Join([][]byte{jpg[:2], segment(0xe1, block), jpg[2:]}, nil))
	}
	for _, turn := range []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 65535} {
		with(fmt.Sprintf("turned %d", turn), 1, entry(274, 3, 1, turn))
	}
	with("of 65,535 entries", 65535, entry(274, 3, 1, 6))
	with("without entries", 0)
	with("turn of another kind", 1, entry(274, 2, 0xffffffff, 0xffffffff))
	with("density nowhere", 2, entry(282, 5, 1, 0xfffffff0), entry(296, 3, 1, 2))
	with("density over nothing", 2, entry(282, 5, 1, 8), entry(296, 3, 1, 2))
	with("directory in a ring", 1, entry(34665, 4, 1, 8))
	with("preview outside", 2, entry(513, 4, 1, 0x7fffffff), entry(514, 4, 1, 0x7fffffff))
	with("place on the earth", 1, entry(34853, 4, 1, 8))
	c.odd("EXIF cut short", bytes.Join([][]byte{jpg[:2], segment(0xe1, []byte("Exif\x00\x00II")), jpg[2:]}, nil))
	c.odd("EXIF upside down", bytes.Join([][]byte{jpg[:2], segment(0xe1, []byte("Exif\x00\x00XX*\x00\x08\x00\x00\x00")), jpg[2:]}, nil))
	return nil
}

// foreign are codings that we hand on to other programs: what lies in them is junk.
func foreign(c *corpus) error {
	junk := strings.Repeat("\x97JB2\r\n\x1a\n\x00\x01\xff", 200)
	for _, filter := range []string{"/JBIG2Decode", "/JPXDecode", "/CCITTFaxDecode", "/DCTDecode", "/Crypt", "/Unknown", "[/FlateDecode /JPXDecode]"} {
		for _, size := range []int{100, 5000} {
			c.odd(fmt.Sprintf("PDF picture in %s of %d", filter, size), OnePage(FullPage, im0,
				Stream(fmt.Sprintf("/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray /Width %d /Height %d /Filter %s /DecodeParms << /K 4 /Columns 100000000 /Rows 100000000 >>", size, size, filter), junk)))
		}
	}
	for name, space := range map[string]string{"Lab": "[/Lab << /WhitePoint [0.95 1 1.09] >>]", "many inks": "[/DeviceN [" + strings.Repeat("/A ", 500) + "] /DeviceRGB << /FunctionType 2 /Domain [0 1] /N 1 >>]", "a pattern": "/Pattern", "nothing": "[]", "itself": "[/Indexed [/Indexed /DeviceRGB 1 <00>] 1 <00>]"} {
		c.odd("PDF picture in "+name, OnePage(FullPage, im0, Deflated("/Type /XObject /Subtype /Image /BitsPerComponent 8 /Width 100 /Height 100 /ColorSpace "+space, make([]byte, 30_000))))
	}
	c.odd("PDF picture in the instructions", OnePage("q 595 0 0 842 0 0 cm BI /W 100 /H 100 /CS /G /BPC 8 ID "+strings.Repeat("a", 10_000)+" EI Q", ""))
	c.odd("PDF picture in the instructions without end", OnePage("q 595 0 0 842 0 0 cm BI /W 100000 /H 100000 /CS /G /BPC 8 ID aaa", ""))
	return nil
}
