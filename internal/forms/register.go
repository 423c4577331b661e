package forms

import (
	"fmt"
	"time"
)

// Register is form 07, Sổ theo dõi hồ sơ: the dossiers of one office in one
// period, as PDF and as XLSX. Its columns are those in use (the annex's exact
// columns could not be read).
type Register struct {
	Head   Head   `json:"head"`
	Office string `json:"office"`
	// From and To are the first and the last day of the period.
	From  time.Time      `json:"from"`
	To    time.Time      `json:"to"`
	Lines []RegisterLine `json:"lines"` // may be empty: nothing came in
}

// RegisterLine is one dossier.
type RegisterLine struct {
	Code          string     `json:"code"`
	Procedure     string     `json:"procedure"`
	Quantity      int        `json:"quantity"` // of sets
	Person        string     `json:"person"`
	Contact       string     `json:"contact,omitempty"` // address, telephone
	Authority     string     `json:"authority"`
	ReceivedAt    *time.Time `json:"received_at,omitempty"`
	DueAt         *time.Time `json:"due_at,omitempty"`
	TransferredAt *time.Time `json:"transferred_at,omitempty"`
	ResultAt      *time.Time `json:"result_at,omitempty"`
	ReturnedAt    *time.Time `json:"returned_at,omitempty"`
	Way           string     `json:"way,omitempty"` // how the result was returned
	Note          string     `json:"note,omitempty"`
}

// Kind is register.
func (*Register) Kind() Kind   { return KindRegister }
func (f *Register) top() *Head { return &f.Head }

func (f *Register) check(c *checker) {
	f.Head.check(c, false)
	c.must("office", f.Office)
	c.time("from", f.From)
	c.time("to", f.To)
	if f.To.Before(f.From) {
		c.fault("to", "is before from")
	}
	c.rows("lines", len(f.Lines), 0, recordLimit)
	for i, l := range f.Lines {
		l.check(c, fmt.Sprintf("lines[%d].", i))
	}
}

func (l *RegisterLine) check(c *checker, at string) {
	c.must(at+"code", l.Code)
	c.name(at+"procedure", l.Procedure)
	c.count(at+"quantity", l.Quantity)
	c.must(at+"person", l.Person)
	c.may(at+"contact", l.Contact)
	c.must(at+"authority", l.Authority)
	c.maybe(at+"received_at", l.ReceivedAt)
	c.maybe(at+"due_at", l.DueAt)
	c.maybe(at+"transferred_at", l.TransferredAt)
	c.maybe(at+"result_at", l.ResultAt)
	c.maybe(at+"returned_at", l.ReturnedAt)
	c.may(at+"way", l.Way)
	c.may(at+"note", l.Note)
}

// registerColumns are the same on paper and in the table.
var registerColumns = []column{
	{"TT", 8, centre}, {"Mã hồ sơ", 35, left}, {"Thủ tục hành chính", 38, left}, {"Số bộ", 9, centre}, {"Người nộp", 26, left},
	{"Địa chỉ, số điện thoại", 34, left}, {"Cơ quan giải quyết", 28, left}, {"Nhận hồ sơ", 17, centre}, {"Hẹn trả kết quả", 17, centre},
	{"Chuyển hồ sơ", 17, centre}, {"Nhận kết quả", 17, centre}, {"Trả kết quả", 17, centre}, {"Cách trả", 16, left}, {"Ký nhận", 14, left}, {"Ghi chú", 18, left},
}

func (f *Register) write(s *sheet) error {
	if err := s.head(&f.Head, f.period()); err != nil {
		return err
	}
	t := s.table(s.small-0.5, registerColumns...)
	for i, l := range f.Lines {
		t.row(number(i+1), l.Code, l.Procedure, number(l.Quantity), l.Person, l.Contact, l.Authority, shortOr(l.ReceivedAt), shortOr(l.DueAt),
			shortOr(l.TransferredAt), shortOr(l.ResultAt), shortOr(l.ReturnedAt), l.Way, "", l.Note)
	}
	if len(f.Lines) == 0 {
		t.band("Không có hồ sơ trong kỳ.")
	}
	t.end()
	s.hold(1)
	s.field("Tổng số hồ sơ", fmt.Sprint(len(f.Lines)))
	s.signs(sign{"NGƯỜI LẬP SỔ", ""}, sign{"PHỤ TRÁCH ĐƠN VỊ", ""})
	return nil
}

func (f *Register) period() string {
	return tidy(f.Office) + ", từ ngày " + shortDay(f.From) + " đến ngày " + shortDay(f.To)
}
