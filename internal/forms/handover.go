package forms

import (
	"fmt"
	"strconv"
	"time"
)

// Handover is the sheet for many dossiers or results that change hands at once
// (Biên bản giao nhận). Where papers go by public post, the moment of its
// signature is the legal filing moment of each dossier on it (Decision
// 45/2016/QĐ-TTg Art 7(4)).
type Handover struct {
	Head Head `json:"head"`
	// Results says that results change hands, not dossiers.
	Results bool           `json:"results,omitempty"`
	At      time.Time      `json:"at"`
	Giver   Party          `json:"giver"`
	Taker   Party          `json:"taker"`
	Lines   []HandoverLine `json:"lines"`
	// Note is what both sides found when they counted: "Đủ so với phiếu gửi hồ sơ".
	Note string `json:"note,omitempty"`
}

// Party is one side of a hand-over.
type Party struct {
	Unit  string `json:"unit"`
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// HandoverLine is one dossier, or one result.
type HandoverLine struct {
	Code      string `json:"code"`           // of the dossier
	Slip      string `json:"slip,omitempty"` // number of its slip, or of the parcel
	Procedure string `json:"procedure"`
	Owner     string `json:"owner"`
	// Papers says which papers, each as original or copy: "01 bản chính tờ khai".
	Papers string `json:"papers"`
	Fee    bool   `json:"fee,omitempty"`     // a fee goes along
	ByPost bool   `json:"by_post,omitempty"` // the result is returned by post
	Note   string `json:"note,omitempty"`
}

// Kind is handover.
func (*Handover) Kind() Kind   { return KindHandover }
func (f *Handover) top() *Head { return &f.Head }

func (f *Handover) check(c *checker) {
	f.Head.check(c, false)
	c.time("at", f.At)
	f.Giver.check(c, "giver")
	f.Taker.check(c, "taker")
	c.atMost("note", f.Note, reasonLimit)
	c.rows("lines", len(f.Lines), 1, recordLimit)
	for i, l := range f.Lines {
		at := fmt.Sprintf("lines[%d].", i)
		c.must(at+"code", l.Code)
		c.may(at+"slip", l.Slip)
		c.name(at+"procedure", l.Procedure)
		c.must(at+"owner", l.Owner)
		c.must(at+"papers", l.Papers)
		c.may(at+"note", l.Note)
	}
}

func (p *Party) check(c *checker, field string) {
	c.must(field+".unit", p.Unit)
	c.must(field+".name", p.Name)
	c.may(field+".title", p.Title)
	c.may(field+".phone", p.Phone)
}

func (f *Handover) write(s *sheet) error {
	what := "hồ sơ"
	if f.Results {
		what = "kết quả giải quyết hồ sơ"
	}
	if err := s.head(&f.Head, "("+strconv.Itoa(len(f.Lines))+" "+what+")"); err != nil {
		return err
	}
	s.field("Thời gian giao nhận", hourOfDay(f.At))
	s.party("Bên giao", f.Giver)
	s.party("Bên nhận", f.Taker)
	s.para(left, text("Hai bên đã kiểm đếm và giao nhận "+what+" theo danh sách sau:"))
	t := s.table(s.small+0.5, column{"TT", 8, centre}, column{"Mã hồ sơ, số phiếu", 49, left}, column{"Thủ tục", 34, left}, column{"Chủ hồ sơ", 28, left},
		column{"Giấy tờ", 34, left}, column{"Có phí", 10, centre}, column{"Trả qua bưu chính", 14, centre}, column{"Ghi chú", 20, left})
	for i, l := range f.Lines {
		t.row(number(i+1), joined("\n", l.Code, l.Slip), l.Procedure, l.Owner, l.Papers, cross(l.Fee), cross(l.ByPost), l.Note)
	}
	t.end()
	s.hold(2)
	s.option("Kết quả kiểm đếm", f.Note)
	s.signs(sign{"BÊN GIAO", f.Giver.Name}, sign{"BÊN NHẬN", f.Taker.Name})
	return nil
}

func (s *sheet) party(label string, p Party) {
	s.para(left, text(label+": "), strong(p.Unit), text(". Đại diện: "+joined(", ", p.Name, p.Title, labelled("điện thoại", p.Phone))))
}

func cross(yes bool) string {
	if yes {
		return "X"
	}
	return ""
}
