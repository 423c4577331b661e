package forms

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// XLSX writes the register as a table with typed cells: times are times, counts
// are numbers, all else is text and never a formula.
func (f *Register) XLSX() (Document, error) {
	official, err := check(f)
	if err != nil {
		return Document{}, err
	}
	b, err := newBook(f.Head.IssuedAt, official.Name)
	if err != nil {
		return Document{}, fmt.Errorf("write register: %w", err)
	}
	defer b.file.Close() //nolint:errcheck // nothing of it is on disk
	raw, err := b.write(f)
	if err != nil {
		return Document{}, fmt.Errorf("write register: %w", err)
	}
	return newDocument(official, &f.Head, xlsxType, "xlsx", raw), nil
}

// book is the table while it is being written.
type book struct {
	file *excelize.File
	out  *excelize.StreamWriter
	// styles of title, column heads, texts and times
	title, th, td, tm int
	row               int
}

const bookSheet = "Sổ theo dõi hồ sơ"

func newBook(at time.Time, title string) (*book, error) {
	b := &book{file: excelize.NewFile()}
	if err := b.file.SetSheetName("Sheet1", bookSheet); err != nil {
		return nil, err
	}
	// The library's own dates are those of the clock, and its creator is itself.
	stamp := at.UTC().Format(time.RFC3339)
	err := b.file.SetDocProps(&excelize.DocProperties{
		Title: title, Creator: "hoso", LastModifiedBy: "hoso", Created: stamp, Modified: stamp, Language: "vi-VN",
	})
	if err != nil {
		return nil, err
	}
	if err := b.styles(); err != nil {
		return nil, err
	}
	b.out, err = b.file.NewStreamWriter(bookSheet)
	return b, err
}

func (b *book) styles() error {
	var border []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Style: 1, Color: "000000"})
	}
	clock := "hh:mm dd/mm/yyyy"
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	middle := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	for _, one := range []struct {
		into  *int
		style excelize.Style
	}{
		{&b.title, excelize.Style{Font: times(14, true)}},
		{&b.th, excelize.Style{Font: times(11, true), Border: border, Alignment: middle}},
		{&b.td, excelize.Style{Font: times(11, false), Border: border, Alignment: top}},
		{&b.tm, excelize.Style{Font: times(11, false), Border: border, Alignment: top, CustomNumFmt: &clock}},
	} {
		id, err := b.file.NewStyle(&one.style)
		if err != nil {
			return err
		}
		*one.into = id
	}
	return nil
}

func times(size float64, bold bool) *excelize.Font {
	return &excelize.Font{Family: "Times New Roman", Size: size, Bold: bold}
}

func (b *book) write(f *Register) ([]byte, error) {
	for i, c := range registerColumns {
		if err := b.out.SetColWidth(i+1, i+1, max(7, c.share*0.62)); err != nil {
			return nil, err
		}
	}
	rows := [][]any{
		{b.text(b.title, strings.ToUpper(bookSheet))},
		{b.text(0, tidy(f.Head.Unit))},
		{b.text(0, f.period())},
		{},
		b.heads(),
	}
	for i, l := range f.Lines {
		rows = append(rows, b.line(i+1, l))
	}
	for _, r := range rows {
		b.row++
		if err := b.out.SetRow(fmt.Sprintf("A%d", b.row), r); err != nil {
			return nil, err
		}
	}
	if err := b.out.Flush(); err != nil {
		return nil, err
	}
	buf, err := b.file.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func (b *book) heads() []any {
	var row []any
	for _, c := range registerColumns {
		row = append(row, b.text(b.th, c.title))
	}
	return row
}

func (b *book) line(n int, l RegisterLine) []any {
	td := func(s string) any { return b.text(b.td, s) }
	return []any{
		excelize.Cell{StyleID: b.td, Value: n}, td(l.Code), td(l.Procedure), excelize.Cell{StyleID: b.td, Value: l.Quantity}, td(l.Person),
		td(l.Contact), td(l.Authority), b.time(l.ReceivedAt), b.time(l.DueAt), b.time(l.TransferredAt), b.time(l.ResultAt), b.time(l.ReturnedAt),
		td(l.Way), td(""), td(l.Note),
	}
}

func (b *book) text(style int, words string) excelize.Cell {
	return excelize.Cell{StyleID: style, Value: harmless(words)}
}

// time is a cell with a time as Vietnam's clocks show it; spreadsheets know no zones.
func (b *book) time(t *time.Time) excelize.Cell {
	if t == nil {
		return excelize.Cell{StyleID: b.tm}
	}
	local := t.In(zone)
	y, m, d := local.Date()
	return excelize.Cell{StyleID: b.tm, Value: time.Date(y, m, d, local.Hour(), local.Minute(), local.Second(), 0, time.UTC)}
}

// harmless keeps a text from being taken for a formula, here or after the table
// has been saved as CSV: what begins like one gets an apostrophe before it.
func harmless(words string) string {
	words = strings.TrimRight(cleanCell(words), " ")
	if words != "" && strings.ContainsRune("=+-@\t\r", rune(words[0])) {
		return "'" + words
	}
	return words
}

// cleanCell is clean without regard to our font, which a spreadsheet does not use.
func cleanCell(words string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) {
			return r
		}
		return -1
	}, norm.NFC.String(strings.ToValidUTF8(words, "")))
}
