package forms

import "time"

// Refusal is form 03, Phiếu từ chối tiếp nhận giải quyết hồ sơ. The reason is in
// a person's words, never a technical code.
type Refusal struct {
	Head        Head      `json:"head"`
	SubmittedAt time.Time `json:"submitted_at"`
	Owner       Person    `json:"owner"`
	// Submitter is who filed it, where that is somebody else.
	Submitter string `json:"submitter,omitempty"`
	Content   string `json:"content,omitempty"` // without one, the procedure's name
	Reason    string `json:"reason"`
	Basis     string `json:"basis,omitempty"`
	// Return says what happens with the papers handed over.
	Return       string `json:"return,omitempty"`
	Officer      string `json:"officer"` // whom to ask
	OfficerPhone string `json:"officer_phone,omitempty"`
	Refuser      string `json:"refuser"` // who refuses and signs
}

// Kind is refusal.
func (*Refusal) Kind() Kind   { return KindRefusal }
func (f *Refusal) top() *Head { return &f.Head }

func (f *Refusal) check(c *checker) {
	f.Head.check(c, true)
	c.time("submitted_at", f.SubmittedAt)
	f.Owner.check(c, "owner")
	c.may("submitter", f.Submitter)
	c.atMost("content", f.Content, reasonLimit)
	c.reason("reason", f.Reason)
	c.atMost("basis", f.Basis, reasonLimit)
	c.may("return", f.Return)
	c.must("officer", f.Officer)
	c.may("officer_phone", f.OfficerPhone)
	c.must("refuser", f.Refuser)
}

func (f *Refusal) write(s *sheet) error {
	if err := s.head(&f.Head, ""); err != nil {
		return err
	}
	s.field("Thời gian nộp hồ sơ", hourOfDay(f.SubmittedAt))
	s.person("Hồ sơ của", f.Owner)
	s.option("Nội dung yêu cầu giải quyết", f.Content)
	s.procedure(f.Head.Procedure)
	s.para(justified, text("Qua xem xét, cơ quan tiếp nhận thông báo không tiếp nhận, giải quyết hồ sơ này với lý do cụ thể như sau:"))
	s.para(justified, text(f.Reason))
	s.option("Căn cứ", f.Basis)
	s.option("Việc trả lại giấy tờ", f.Return)
	s.hold(2)
	s.para(justified, text("Nếu cần giải thích thêm, xin liên hệ: "+joined(", điện thoại ", f.Officer, f.OfficerPhone)+"."))
	who := f.Submitter
	if tidy(who) == "" {
		who = f.Owner.Name
	}
	s.signs(sign{"NGƯỜI NỘP HỒ SƠ", who}, sign{"NGƯỜI TỪ CHỐI TIẾP NHẬN", f.Refuser})
	return nil
}
