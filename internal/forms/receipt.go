package forms

import "time"

// Receipt is form 01, Giấy tiếp nhận hồ sơ và hẹn trả kết quả. It exists only
// after acceptance, so the official code is required.
type Receipt struct {
	Head Head `json:"head"`
	// Book and Serial are of the paper register, where one is kept (quyển số, số thứ tự).
	Book   string `json:"book,omitempty"`
	Serial string `json:"serial,omitempty"`

	Submitter Person  `json:"submitter"`
	Channel   string  `json:"channel"`         // "Qua đại lý dịch vụ công trực tuyến"
	Owner     *Person `json:"owner,omitempty"` // where that is somebody else
	// Content is what is asked for; without one it is the procedure's name.
	Content    string      `json:"content,omitempty"`
	Components []Component `json:"components"`
	// Certification chooses the table for certifying (chứng thực).
	Certification bool       `json:"certification,omitempty"`
	Sets          int        `json:"sets"` // số bộ
	Term          string     `json:"term"` // "01 ngày làm việc"
	ReceivedAt    time.Time  `json:"received_at"`
	DueAt         *time.Time `json:"due_at,omitempty"` // nil: no fixed day, by rule
	// Second is a second phase with times of its own, where the procedure has one.
	Second *Phase `json:"second,omitempty"`
	Result string `json:"result"` // where and how the result is received
	// Lookup and LookupPhone say where to ask.
	Lookup      string `json:"lookup,omitempty"`
	LookupPhone string `json:"lookup_phone,omitempty"`
	Officer     string `json:"officer"` // who received it
	Seal        *Seal  `json:"seal,omitempty"`
}

// Phase is a part of the work with a reception and a return of its own.
type Phase struct {
	ReceivedAt time.Time `json:"received_at"`
	DueAt      time.Time `json:"due_at"`
}

// Kind is receipt.
func (*Receipt) Kind() Kind        { return KindReceipt }
func (f *Receipt) top() *Head      { return &f.Head }
func (f *Receipt) enclosed() *Seal { return f.Seal }

func (f *Receipt) check(c *checker) {
	f.Head.check(c, true)
	c.must("head.portal_code", f.Head.PortalCode)
	c.may("book", f.Book)
	c.may("serial", f.Serial)
	f.Submitter.check(c, "submitter")
	c.must("channel", f.Channel)
	if f.Owner != nil {
		f.Owner.check(c, "owner")
	}
	c.atMost("content", f.Content, reasonLimit)
	checkComponents(c, "components", f.Components, 1)
	if f.Sets < 1 {
		c.fault("sets", "must be at least 1")
	}
	c.count("sets", f.Sets)
	c.must("term", f.Term)
	c.must("result", f.Result)
	c.may("lookup", f.Lookup)
	c.may("lookup_phone", f.LookupPhone)
	c.must("officer", f.Officer)
	f.checkTimes(c)
}

func (f *Receipt) checkTimes(c *checker) {
	c.time("received_at", f.ReceivedAt)
	c.maybe("due_at", f.DueAt)
	if f.DueAt != nil && f.DueAt.Before(f.ReceivedAt) {
		c.fault("due_at", "is before received_at")
	}
	if f.Second == nil {
		return
	}
	c.time("second.received_at", f.Second.ReceivedAt)
	c.time("second.due_at", f.Second.DueAt)
	if f.Second.DueAt.Before(f.Second.ReceivedAt) {
		c.fault("second.due_at", "is before second.received_at")
	}
}

func (f *Receipt) write(s *sheet) error {
	if err := s.head(&f.Head, joined("; ", labelled("Quyển số", f.Book), labelled("Số thứ tự", f.Serial))); err != nil {
		return err
	}
	s.person("Tiếp nhận hồ sơ của", f.Submitter)
	s.field("Hình thức nộp", f.Channel)
	if tidy(f.Content) != "" {
		s.field("Nội dung yêu cầu giải quyết", f.Content)
	}
	s.procedure(f.Head.Procedure)
	if f.Owner != nil {
		s.person("Chủ hồ sơ", *f.Owner)
	}
	s.para(left, text("1. Thành phần hồ sơ, yêu cầu và số lượng mỗi loại giấy tờ gồm:"))
	if f.Certification {
		s.certifications(f.Components)
	} else {
		s.components(f.Components)
	}
	s.field("2. Số lượng hồ sơ", twoDigits(f.Sets)+" bộ")
	s.field("3. Thời gian giải quyết hồ sơ theo quy định", f.Term)
	f.times(s)
	s.hold(3)
	s.field("6. Nơi nhận, cách nhận kết quả", f.Result)
	f.notes(s)
	s.signs(sign{"NGƯỜI NỘP HỒ SƠ", f.Submitter.Name}, sign{"NGƯỜI TIẾP NHẬN HỒ SƠ", f.Officer})
	return nil
}

func (f *Receipt) times(s *sheet) {
	s.para(left, text("4. Thời gian nhận hồ sơ: "), strong(hourOfDay(f.ReceivedAt)))
	if f.DueAt == nil {
		s.para(left, text("5. Thời gian trả kết quả: "), strong(NoDueDate))
	} else {
		s.para(left, text("5. Thời gian trả kết quả: "), strong(hourOfDay(*f.DueAt)))
	}
	if f.Second != nil {
		s.para(left, text("Giai đoạn hai: nhận lúc "), strong(hourOfDay(f.Second.ReceivedAt)), text("; trả kết quả lúc "), strong(hourOfDay(f.Second.DueAt)))
	}
}

func (f *Receipt) notes(s *sheet) {
	s.indented(justified, 0, s.small, slant("Khi đến nhận kết quả, mang theo giấy này và giấy tờ tùy thân; người nhận thay mang thêm văn bản ủy quyền."))
	if ask := joined("; điện thoại: ", f.Lookup, f.LookupPhone); ask != "" {
		s.indented(left, 0, s.small, slant("Quét mã QR hoặc tra cứu tại: "+tidy(ask)))
	}
}

func labelled(label, value string) string {
	if tidy(value) == "" {
		return ""
	}
	return label + ": " + tidy(value)
}
