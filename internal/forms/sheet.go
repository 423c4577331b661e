package forms

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// measures are what differs between papers: sizes in points, the rest in
// millimetres. Those of A4 follow Decree 30/2020/NĐ-CP, Annex I; A5 is scaled.
type measures struct {
	left, right, top, bottom       float64
	body, small, headline, heading float64 // sizes of type
	code                           float64 // edge of the QR code
	signing                        float64 // room for a signature
}

var papers = map[string]measures{
	"A5": {left: 11, right: 9, top: 8, bottom: 13, body: 9.5, small: 7.5, headline: 12.5, heading: 8.5, code: 17, signing: 13},
	"A4": {left: 25, right: 15, top: 14, bottom: 18, body: 13, small: 9.5, headline: 15, heading: 11, code: 22, signing: 24},
}

// landscape takes a broad table; its margins are even and its type is small.
var landscape = measures{left: 12, right: 12, top: 12, bottom: 14, body: 10, small: 8, headline: 14, heading: 11, code: 20, signing: 18}

// sheet is a document while it is being written, from top to bottom.
type sheet struct {
	measures
	pdf      *fpdf.Fpdf
	official Official
	y        float64 // where the next thing begins
	wide     float64 // between the margins
	high     float64 // of the page
	now      inUse
	// again is drawn at the top of each further page: the head of an open table.
	again func()
}

// inUse is the font that the page's content last named.
type inUse struct {
	page  int
	style style
	size  float64
}

func newSheet(o Official, at time.Time, title string) *sheet {
	m, orientation := papers[o.Paper], "P"
	if o.Orientation == "landscape" {
		m, orientation = landscape, "L"
	}
	// The sizes of ISO 216; the library's own A5 is half a millimetre too wide.
	size := fpdf.SizeType{Wd: 210, Ht: 297}
	if o.Paper == "A5" {
		size = fpdf.SizeType{Wd: 148, Ht: 210}
	}
	s := &sheet{measures: m, official: o, pdf: fpdf.NewCustom(&fpdf.InitType{OrientationStr: orientation, UnitStr: "mm", Size: size})}
	p := s.pdf
	// The same data must give the same bytes: no clock, no order of a map.
	p.SetCreationDate(at.In(zone))
	p.SetModificationDate(at.In(zone))
	p.SetCatalogSort(true)
	p.SetProducer("hoso", false)
	p.SetTitle(clean(title), true)
	p.SetLang("vi-VN")
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	p.AddPage()
	w, h := p.GetPageSize()
	s.wide, s.high, s.y = w-s.left-s.right, h, s.top
	return s
}

// use makes a face and size current on the page at hand. A face is added when it
// is first used: one that is not used costs nothing.
func (s *sheet) use(st style, size float64) {
	want := inUse{s.pdf.PageNo(), st, size}
	if s.now == want {
		return
	}
	s.pdf.AddUTF8FontFromBytes("serif", string(st), faces()[st].ttf)
	s.pdf.SetFont("serif", string(st), size)
	s.now = want
}

// print writes a cleaned text with its baseline at y.
func (s *sheet) print(x, y float64, st style, size float64, text string) {
	s.use(st, size)
	s.pdf.Text(x, y, text)
}

// leading is the height of a line of type.
func leading(size float64) float64 { return size * point * 1.22 }

// loosest is how much of a justified line may be given to its gaps; a line with
// more to fill is left as it is rather than torn apart.
const loosest = 0.15

// align says where lines stand between their edges.
type align int

const (
	left align = iota
	centre
	right
	justified
)

// draw writes a line into a column whose top is y.
func (s *sheet) draw(l line, x, y, width, size float64, how align) {
	free := width - l.width
	gap := faces()[regular].width(" ", size)
	switch {
	case how == centre:
		x += free / 2
	case how == right:
		x += free
	case how == justified && !l.ends && len(l.words) > 1 && free < width*loosest:
		s.spread(l, x, y+size*point*0.95, size, gap+free/float64(len(l.words)-1))
		return
	}
	s.flow(l, x, y+size*point*0.95, size)
}

// flow writes the words with plain blanks, as few pieces as the styles allow.
func (s *sheet) flow(l line, x, base, size float64) {
	var run frag
	for i, w := range l.words {
		for j, f := range w.frags {
			blank := ""
			if i > 0 && j == 0 {
				blank = " "
			}
			if run.text != "" && f.style != run.style {
				x = s.write(run, x, base, size)
				run = frag{}
			}
			run.style, run.text = f.style, run.text+blank+f.text
		}
	}
	s.write(run, x, base, size)
}

// spread writes the words with a given gap between them.
func (s *sheet) spread(l line, x, base, size, gap float64) {
	for _, w := range l.words {
		for _, f := range w.frags {
			x = s.write(f, x, base, size)
		}
		x += gap
	}
}

func (s *sheet) write(f frag, x, base, size float64) float64 {
	if f.text != "" {
		s.print(x, base, f.style, size, f.text)
	}
	return x + faces()[f.style].width(f.text, size)
}

// block writes spans into a column at a place and gives the height they took.
// It does not break pages: it is for heads and signatures.
func (s *sheet) block(x, y, width, size float64, how align, spans ...span) float64 {
	lines := wrap(size, width, spans...)
	for i, l := range lines {
		s.draw(l, x, y+float64(i)*leading(size), width, size, how)
	}
	return float64(len(lines)) * leading(size)
}

// para writes a paragraph over the whole width, over as many pages as it takes.
func (s *sheet) para(how align, spans ...span) {
	s.indented(how, 0, s.body, spans...)
}

func (s *sheet) indented(how align, indent, size float64, spans ...span) {
	for _, l := range wrap(size, s.wide-indent, spans...) {
		s.need(leading(size))
		s.draw(l, s.left+indent, s.y, s.wide-indent, size, how)
		s.y += leading(size)
	}
	s.y += size * point * 0.13
}

// field writes "Label: value".
func (s *sheet) field(label, value string) { s.para(left, text(label+": "), text(value)) }

// option writes a field unless it is empty.
func (s *sheet) option(label, value string) {
	if tidy(value) != "" {
		s.field(label, value)
	}
}

// gap leaves room, in lines of the body.
func (s *sheet) gap(lines float64) { s.y += lines * leading(s.body) }

// room is what is left on the page.
func (s *sheet) room() float64 { return s.high - s.bottom - s.y }

// need starts a page where the height asked for is not left.
func (s *sheet) need(height float64) {
	if s.room() < height {
		s.page()
	}
}

// fresh is the room of an empty page.
func (s *sheet) fresh() float64 { return s.high - s.bottom - s.top }

func (s *sheet) page() {
	s.pdf.AddPage()
	s.y = s.top + 2
	if s.again != nil {
		s.again()
	}
}

func (s *sheet) rule(x1, x2, y, width float64) {
	s.pdf.SetLineWidth(width)
	s.pdf.Line(x1, y, x2, y)
}

// foot writes the lower edge of every page, when their number is known.
func (s *sheet) foot(words string, seal *Seal) {
	pages := s.pdf.PageCount()
	size := s.small - 1
	for n := 1; n <= pages; n++ {
		s.pdf.SetPage(n)
		y := s.high - s.bottom + 3
		s.rule(s.left, s.left+s.wide, y, 0.15)
		y += 1
		if seal != nil {
			s.block(s.left, y, s.wide, size, left, text(seal.words()))
			y += leading(size)
		}
		s.block(s.left, y, s.wide-20, size, left, text(words))
		s.block(s.left, y, s.wide, size, right, text(fmt.Sprintf("Trang %d/%d", n, pages)))
	}
	s.pdf.SetPage(pages)
}

// version is that of the PDF format. The library writes a lower one than its own
// attachments need (ISO 32000-1, 7.11.3) and cannot be asked for another; the
// header has the same length, so every offset stays true.
const version = "%PDF-1.7"

func (s *sheet) bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := s.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("write form %s: %w", s.official.Kind, err)
	}
	raw := b.Bytes()
	copy(raw, version)
	return raw, nil
}
