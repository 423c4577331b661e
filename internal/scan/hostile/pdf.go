package hostile

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"fmt"
	"strings"
)

// PDF writes a PDF of numbered objects; the first must be the catalogue.
func PDF(objects ...string) []byte { return PDFWith("", objects...) }

// PDFWith puts more into the trailer.
func PDFWith(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, off := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", off)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, xref)
	return b.Bytes()
}

// Stream writes a stream object with a dictionary's inside.
func Stream(dict, data string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data)
}

// Deflated writes a compressed stream object.
func Deflated(dict string, data []byte) string {
	return Stream(dict+" /Filter /FlateDecode", string(deflate(data)))
}

func deflate(data []byte) []byte { return deflateRun(data, 1) }

// deflateRun packs data so many times over, one after the other.
func deflateRun(data []byte, times int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	for range times {
		w.Write(data) //nolint:errcheck // a buffer takes all
	}
	w.Close() //nolint:errcheck // likewise
	return b.Bytes()
}

func lzwRun(data []byte, times int) []byte {
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.MSB, 8)
	for range times {
		w.Write(data) //nolint:errcheck // a buffer takes all
	}
	w.Close() //nolint:errcheck // likewise
	return b.Bytes()
}

// OnePage is a PDF whose one page has the given content and resources; more
// objects follow from number 5.
func OnePage(content, resources string, more ...string) []byte {
	return withPage("/Contents 4 0 R /Resources << "+resources+" >>", append([]string{Stream("", content)}, more...)...)
}

// withPage is a PDF of one page with the given entries; objects from number 4.
func withPage(entries string, more ...string) []byte {
	return PDF(append([]string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] " + entries + " >>",
	}, more...)...)
}

// Written is a page of real text.
const Written = "BT /F1 12 Tf 72 720 Td (Kinh gui Uy ban nhan dan phuong Hoan Kiem, thanh pho Ha Noi. Toi ten la Nguyen Van An, sinh ngay 01/01/1990.) Tj ET"

// FullPage draws picture /Im0 over the whole page.
const FullPage = "q 595 0 0 842 0 0 cm /Im0 Do Q"

const im0, fm0 = "/XObject << /Im0 5 0 R >>", "/XObject << /Fm0 5 0 R >>"

// withCatalog is a written page whose catalogue holds more; objects from number 5.
func withCatalog(more string, objects ...string) []byte {
	return PDF(append([]string{
		"<< /Type /Catalog /Pages 2 0 R " + more + " >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>", Stream("", Written),
	}, objects...)...)
}

// structures are PDFs whose skeleton is wrong.
func structures(c *corpus) error {
	pages := func(kids string, count int, more ...string) []byte {
		return PDF(append([]string{"<< /Type /Catalog /Pages 2 0 R >>", fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, count)}, more...)...)
	}
	const leaf = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
	many := func(n int) []byte {
		var kids strings.Builder
		leaves := make([]string, n)
		for i := range n {
			fmt.Fprintf(&kids, "%d 0 R ", i+3)
			leaves[i] = leaf
		}
		return pages(kids.String(), n, leaves...)
	}
	deep := func(open, shut string) string { return strings.Repeat(open, 100_000) + strings.Repeat(shut, 100_000) }
	nested := []string{"<< /Type /Catalog /Pages 2 0 R >>"}
	for i := range 500 {
		nested = append(nested, fmt.Sprintf("<< /Type /Pages /Kids [%d 0 R] /Count 1 >>", i+3))
	}
	for name, data := range map[string][]byte{
		"PDF no pages": pages("", 0), "PDF 101 pages": many(101), "PDF 10,000 pages": many(10_000),
		"PDF counts a million pages": pages("", 1_000_000), "PDF counts less than none": pages("", -1),
		"PDF page twice": pages("3 0 R 3 0 R", 2, leaf), "PDF tree in a ring": pages("2 0 R", 1), "PDF kid nowhere": pages("99 0 R", 1),
		"PDF tree 500 deep": PDF(nested...), "PDF no catalogue": PDF("<< >>"), "PDF catalogue is a number": PDF("7"),
		"PDF arrays in arrays": PDF("<< /Type /Catalog /Pages 2 0 R >>", deep("[", "]")), "PDF dictionaries in dictionaries": PDF("<< /Type /Catalog /Pages 2 0 R >>", deep("<</A", ">>")),
		"PDF brackets without end": PDF("<< /Type /Catalog /Pages 2 0 R >>", strings.Repeat("[", 1_000_000)), "PDF text in text": PDF("<< /Type /Catalog /Pages 2 0 R >>", deep("(", ")")),
		"PDF name of a million letters": PDF("<< /Type /Catalog /Pages 2 0 R >>", "/"+strings.Repeat("A", 1_000_000)), "PDF number of a million digits": PDF("<< /Type /Catalog /Pages 2 0 R >>", strings.Repeat("9", 1_000_000)),
		"PDF in name only": []byte("%PDF-1.7 and no more"), "PDF head only": []byte("%PDF-"), "PDF of endings": bytes.Repeat([]byte("%PDF-1.7\n%%EOF\n"), 5000),
		"PDF object refers to itself": PDF("<< /Type /Catalog /Pages 2 0 R >>", "2 0 R"), "PDF references in a ring": PDF("<< /Type /Catalog /Pages 2 0 R >>", "3 0 R", "4 0 R", "2 0 R"),
		"PDF table leads to itself": bytes.Replace(pages("3 0 R", 1, leaf), []byte("/Root"), []byte("/Prev 9 /Root"), 1), "PDF size of thousands of millions": PDFWith("/Size 4000000000", "<< /Type /Catalog /Pages 2 0 R >>"),
		"PDF startxref nowhere": []byte("%PDF-1.7\nstartxref\n999999999\n%%EOF"), "PDF startxref backwards": []byte("%PDF-1.7\nstartxref\n-5\n%%EOF"),
		"PDF claims the same bytes": greedy(), "PDF object of a gigabyte": PDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Length 1000000000 >>\nstream\nx\nendstream"),
		"PDF end missing": bytes.Replace(withCatalog(""), []byte("%%EOF"), nil, 1),
	} {
		c.bad(name, data)
	}
	for name, data := range map[string][]byte{
		"PDF page as large as a field":  PDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1e9 1e9] /Contents 4 0 R >>", Stream("", "0 0 m 9 9 l S")),
		"PDF page without a size":       PDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 0 0] /Contents 4 0 R >>", Stream("", "0 0 m 9 9 l S")),
		"PDF units as large as a field": withPage("/UserUnit 1e9 /Contents 4 0 R", Stream("", "0 0 m 9 9 l S")),
		"PDF content used 10,000 times": withPage("/Contents ["+strings.Repeat("4 0 R ", 10_000)+"]", Stream("", "0 0 m 9 9 l S")),
		"PDF saves without end":         OnePage(strings.Repeat("q ", 500_000)+"0 0 m 9 9 l S", ""),
		"PDF a million lines":           OnePage(strings.Repeat("0 0 m 9 9 l S ", 300_000), ""),
	} {
		c.odd(name, data)
	}
	return nil
}

// greedy is a PDF whose many streams all claim the same large part of the file.
func greedy() []byte {
	claims := make([]string, 2000)
	for i := range claims {
		claims[i] = "<< /Length 3000000 >>\nstream\nx"
	}
	body := append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"}, claims...)
	return PDF(append(body, Stream("", string(make([]byte, 3<<20))))...)
}

// active are PDFs that would do something.
func active(c *corpus) error {
	const js = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
	packed := "5 0 " + js
	for name, data := range map[string][]byte{
		"script on opening": withCatalog("/OpenAction " + js), "script on opening by reference": withCatalog("/OpenAction 5 0 R", js),
		"script by name": withCatalog("/Names << /JavaScript << /Names [(a) 5 0 R] >> >>", js), "script in a tree of names": withCatalog("/Names << /JavaScript << /Kids [5 0 R] >> >>", "<< /Limits [(a)(b)] /Names [(a) 6 0 R] >>", js),
		"script before printing": withCatalog("/AA << /WP " + js + " >>"), "script on the page": withPage("/AA << /O "+js+" >> /Contents 4 0 R", Stream("", Written)),
		"script on a note": withPage("/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A "+js+" >>] /Contents 4 0 R", Stream("", Written)), "script in a field": withCatalog("/AcroForm << /Fields [5 0 R] >>", "<< /FT /Tx /T (a) /AA << /K "+js+" >> >>"),
		"script nobody refers to": withCatalog("", js), "script spelt in code": withCatalog("", "<< /S /J#61vaScript /J#53 (1) >>"), "script after a step": withCatalog("/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next " + js + " >>"),
		"script in a stream": withCatalog("", "<< /S /JavaScript /JS 6 0 R >>", Stream("", "app.alert(1)")), "script in a packed object": withCatalog("", Deflated("/Type /ObjStm /N 1 /First 4", []byte(packed)), js),
		"script by a picture": withCatalog("", "<< /S /Rendition /JS (1) /OP 0 >>"), "moving picture": withCatalog("", "<< /Subtype /RichMedia /RichMediaContent << >> >>"),
		"starts a program": withCatalog("/OpenAction 5 0 R", "<< /S /Launch /F (cmd.exe) >>"), "starts a program on Windows": withCatalog("", "<< /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >>"),
		"file by name":    withCatalog("/Names << /EmbeddedFiles << /Names [(a.exe) 5 0 R] >> >>", "<< /Type /Filespec /F (a.exe) /EF << /F 6 0 R >> >>", Stream("/Type /EmbeddedFile", "MZ")),
		"file on a note":  withPage("/Annots [<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 5 0 R >>] /Contents 4 0 R", Stream("", Written), "<< /Type /Filespec /EF << /F 6 0 R >> >>", Stream("/Type /EmbeddedFile", "MZ")),
		"associated file": withCatalog("/AF [5 0 R]", "<< /Type /Filespec /F (a.exe) /EF << /F 6 0 R >> >>", Stream("/Type /EmbeddedFile", "MZ")), "dynamic form": withCatalog("/AcroForm << /XFA [(a) 5 0 R] >>", Stream("", "<xdp/>")),
		"dynamic form whole": withCatalog("/AcroForm << /XFA 5 0 R >>", Stream("", "<xdp/>")), "portfolio": withCatalog("/Collection << /D (a) >> /Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >>", "<< /EF << /F 6 0 R >> >>", Stream("", "MZ")),
	} {
		c.bad("PDF "+name, data)
	}
	for name, data := range map[string][]byte{
		"link into the net": withCatalog("/OpenAction << /S /URI /URI (http://127.0.0.1/) >>"), "sends a form": withCatalog("", "<< /S /SubmitForm /F (http://127.0.0.1/) >>"),
		"another file's page": withCatalog("/OpenAction << /S /GoToR /F (//127.0.0.1/a.pdf) /D [0 /Fit] >>"), "content outside the file": withPage("/Contents 4 0 R", "<< /F (/etc/passwd) /Length 0 >>\nstream\n\nendstream"),
	} {
		c.odd("PDF "+name, data)
	}
	return nil
}
