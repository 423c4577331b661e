package hostile

import (
	"bytes"
	"fmt"
	"strings"
)

const megabyte = 1 << 20

// bombs are small files that would be large.
func bombs(c *corpus) error {
	zeros := make([]byte, megabyte)
	gray := func(w, h int, filter string, data []byte) string {
		return Stream(fmt.Sprintf("/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray /Width %d /Height %d /Filter %s", w, h, filter), string(data))
	}
	twice := deflate(deflateRun(zeros, 300))
	thrice := deflate(twice)
	zlib300, lzw100 := deflateRun(zeros, 300), lzwRun(zeros, 100)
	runs := bytes.Repeat([]byte{129, 0}, megabyte)
	for name, data := range map[string][]byte{
		"picture larger than it says": OnePage(FullPage, im0, gray(600, 800, "/FlateDecode", zlib300)), "picture packed twice": OnePage(FullPage, im0, gray(6000, 6000, "[/FlateDecode /FlateDecode]", twice)),
		"picture packed three times": OnePage(FullPage, im0, gray(6000, 6000, "[/FlateDecode /FlateDecode /FlateDecode]", thrice)), "picture in LZW": OnePage(FullPage, im0, gray(600, 800, "/LZWDecode", lzw100)),
		"picture in runs": OnePage(FullPage, im0, gray(600, 800, "/RunLengthDecode", runs)), "filters without end": OnePage(FullPage, im0, gray(600, 800, "["+strings.Repeat("/ASCIIHexDecode ", 5000)+"]", []byte("00>"))),
		"flate filters without end": OnePage(FullPage, im0, gray(600, 800, "["+strings.Repeat("/FlateDecode ", 2000)+"]", thrice)), "predictor of giant rows": OnePage(FullPage, im0, gray(600, 800, "/FlateDecode /DecodeParms << /Predictor 15 /Columns 2000000000 /Colors 32 /BitsPerComponent 16 >>", zlib300)),
		"content": OnePage("/Fm0 Do", fm0, Stream("/Subtype /Form /Filter /FlateDecode", string(deflateRun(bytes.Repeat([]byte("0 0 m 9 9 l S "), 70_000), 100)))), "content of blanks": OnePage("/Fm0 Do", fm0, Stream("/Subtype /Form /Filter /FlateDecode", string(deflateRun(bytes.Repeat([]byte(" "), megabyte), 300)))),
		"packed objects": withCatalog("", Stream("/Type /ObjStm /N 1000000 /First 10 /Filter /FlateDecode", string(zlib300))), "packed objects extend themselves": withCatalog("", Deflated("/Type /ObjStm /N 1 /First 4 /Extends 5 0 R", []byte("9 0 << /S /JavaScript /JS (1) >>"))),
		"packed table": packedTable(zlib300), "forms drawing forms": billion(), "form in itself": OnePage("/Fm0 Do", fm0, Stream("/Subtype /Form", strings.Repeat("/Fm0 Do ", 40))),
		"masks in a ring": OnePage(FullPage, im0, gray(100, 100, "/FlateDecode /SMask 5 0 R", deflate(make([]byte, 10_000)))), "colours in a ring": OnePage(FullPage, im0, Deflated("/Subtype /Image /Width 100 /Height 100 /BitsPerComponent 8 /ColorSpace 6 0 R", make([]byte, 10_000)), "[/Indexed 6 0 R 255 <00>]"),
		"palette":       OnePage(FullPage, im0, Deflated("/Subtype /Image /Width 100 /Height 100 /BitsPerComponent 8 /ColorSpace [/Indexed /DeviceRGB 255 6 0 R]", make([]byte, 10_000)), Stream("/Filter /FlateDecode", string(zlib300))),
		"many pictures": manyPictures(), "text recognised in a giant font": OnePage("BT /F1 1e30 Tf 1e30 0 0 1e30 0 0 Tm (a) Tj ET 0 0 m 9 9 l S", "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"),
		"pattern in itself":           OnePage("/Pattern cs /P scn 0 0 595 842 re f", "/Pattern << /P 5 0 R >>", Stream("/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.001 /YStep 0.001 /Resources << /Pattern << /P 5 0 R >> >>", "/Pattern cs /P scn 0 0 1 1 re f")),
		"shading of a thousand steps": OnePage("/S sh", "/Shading << /S << /ShadingType 1 /ColorSpace /DeviceRGB /Function << /FunctionType 4 /Domain [0 1 0 1] /Range [0 1 0 1 0 1] >> >> >>"), "letters drawn by letters": OnePage("BT /F 12 Tf (aaaa) Tj ET", "/Font << /F 5 0 R >>", "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 /Widths [1] /Encoding << /Differences [97 /a] >> /CharProcs << /a 6 0 R >> /Resources << /Font << /F 5 0 R >> >> >>", Stream("", "1 0 d0 BT /F 12 Tf (aaaa) Tj ET")),
	} {
		c.odd("PDF bomb: "+name, data)
	}
	return nil
}

// billion is forms that draw the next one ten times, ten deep.
func billion() []byte {
	var forms []string
	for i := range 10 {
		next := fmt.Sprintf("/XObject << /F %d 0 R >>", i+6)
		forms = append(forms, Stream("/Subtype /Form /BBox [0 0 9 9] /Resources << "+next+" >>", strings.Repeat("/F Do ", 10)))
	}
	forms = append(forms, Stream("/Subtype /Form /BBox [0 0 9 9]", "0 0 m 9 9 l S"))
	return OnePage("/Fm0 Do", fm0, forms...)
}

// manyPictures is a page that draws two hundred large pictures.
func manyPictures() []byte {
	var content, names strings.Builder
	var pics []string
	pic := Stream("/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray /Width 5000 /Height 5000 /Filter /FlateDecode", string(deflateRun(make([]byte, megabyte), 24)))
	for i := range 200 {
		fmt.Fprintf(&content, "q 595 0 0 842 0 0 cm /I%d Do Q ", i)
		fmt.Fprintf(&names, "/I%d %d 0 R ", i, i+5)
		pics = append(pics, pic)
	}
	return OnePage(content.String(), "/XObject << "+names.String()+" >>", pics...)
}

// packedTable is a PDF whose table of objects is packed and far too long.
func packedTable(data []byte) []byte {
	head := "%PDF-1.7\n"
	return fmt.Appendf([]byte(head), "1 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n",
		Stream("/Type /XRef /Size 100000000 /W [1 4 2] /Root 2 0 R /Filter /FlateDecode", string(data)), len(head))
}
