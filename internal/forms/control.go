package forms

import (
	"fmt"
	"time"
)

// Control is form 06, Phiếu kiểm soát quá trình giải quyết hồ sơ: every
// hand-over on the dossier's way, in the order it happened.
type Control struct {
	Head       Head       `json:"head"`
	Owner      string     `json:"owner"`
	ReceivedAt *time.Time `json:"received_at,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty"`
	Authority  string     `json:"authority"` // the deciding body
	// Cooperating are bodies that are asked along the way.
	Cooperating []string `json:"cooperating,omitempty"`
	Steps       []Step   `json:"steps"`
}

// Step is one hand-over from one office to the next.
type Step struct {
	From  string    `json:"from"` // office that gives
	Giver string    `json:"giver,omitempty"`
	To    string    `json:"to"` // office that takes
	Taker string    `json:"taker,omitempty"`
	At    time.Time `json:"at"`
	// Result says how the giving office stood to its time.
	Result Timeliness `json:"result,omitempty"`
	Note   string     `json:"note,omitempty"`
}

// Timeliness is how work stood to its time; empty where there was no limit.
type Timeliness string

// Early, OnTime and Late are the three words of the control slip.
const (
	Early  Timeliness = "early"
	OnTime Timeliness = "on_time"
	Late   Timeliness = "late"
)

var timely = map[Timeliness]string{"": "", Early: "Trước hạn", OnTime: "Đúng hạn", Late: "Quá hạn"}

// Kind is control.
func (*Control) Kind() Kind   { return KindControl }
func (f *Control) top() *Head { return &f.Head }

func (f *Control) check(c *checker) {
	f.Head.check(c, true)
	c.must("owner", f.Owner)
	c.maybe("received_at", f.ReceivedAt)
	c.maybe("due_at", f.DueAt)
	c.must("authority", f.Authority)
	checkRecipients(c, "cooperating", f.Cooperating)
	c.rows("steps", len(f.Steps), 1, rowLimit)
	for i, one := range f.Steps {
		one.check(c, fmt.Sprintf("steps[%d].", i))
	}
}

func (p Step) check(c *checker, at string) {
	c.must(at+"from", p.From)
	c.may(at+"giver", p.Giver)
	c.must(at+"to", p.To)
	c.may(at+"taker", p.Taker)
	c.time(at+"at", p.At)
	c.may(at+"note", p.Note)
	if _, known := timely[p.Result]; !known {
		c.fault(at+"result", "is early, on_time, late or empty")
	}
}

func (f *Control) write(s *sheet) error {
	if err := s.head(&f.Head, ""); err != nil {
		return err
	}
	s.para(left, text("Hồ sơ của: "), strong(f.Owner))
	s.procedure(f.Head.Procedure)
	if f.ReceivedAt != nil {
		s.field("Thời gian nhận hồ sơ", hourOfDay(*f.ReceivedAt))
	}
	if f.DueAt != nil {
		s.field("Thời gian hẹn trả kết quả", hourOfDay(*f.DueAt))
	}
	s.field("Cơ quan giải quyết", f.Authority)
	s.option("Cơ quan phối hợp", joined("; ", f.Cooperating...))
	t := s.table(s.body-1, column{"TT", 7, centre}, column{"Cơ quan, bộ phận giao và nhận", 50, left}, column{"Thời gian giao, nhận", 24, centre},
		column{"Kết quả (trước, đúng, quá hạn)", 22, centre}, column{"Ghi chú", 24, left})
	for i, one := range f.Steps {
		t.row(number(i+1), "1. Giao: "+joined(", ", one.From, one.Giver)+"\n2. Nhận: "+joined(", ", one.To, one.Taker), short(one.At), timely[one.Result], one.Note)
	}
	t.end()
	return nil
}
