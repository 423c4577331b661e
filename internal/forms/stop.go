package forms

import "time"

// Stop is form 05, Thông báo dừng giải quyết hồ sơ.
type Stop struct {
	Head      Head   `json:"head"`
	Addressee Person `json:"addressee"`
	// ReceivedAt is when the dossier was received, where it was; RequestedAt when
	// the applicant asked to stop, where that is the ground.
	ReceivedAt  *time.Time `json:"received_at,omitempty"`
	RequestedAt *time.Time `json:"requested_at,omitempty"`
	Reason      string     `json:"reason"`
	Basis       string     `json:"basis,omitempty"`
	// Return says what happens with the papers handed over and with fees paid.
	Return       string   `json:"return,omitempty"`
	Officer      string   `json:"officer,omitempty"` // whom to ask
	OfficerPhone string   `json:"officer_phone,omitempty"`
	Signer       Signer   `json:"signer"`
	Recipients   []string `json:"recipients,omitempty"`
}

// Kind is stop.
func (*Stop) Kind() Kind   { return KindStop }
func (f *Stop) top() *Head { return &f.Head }

func (f *Stop) check(c *checker) {
	f.Head.check(c, true)
	c.must("head.number", f.Head.Number)
	f.Addressee.check(c, "addressee")
	c.maybe("received_at", f.ReceivedAt)
	c.maybe("requested_at", f.RequestedAt)
	c.reason("reason", f.Reason)
	c.atMost("basis", f.Basis, reasonLimit)
	c.may("return", f.Return)
	c.may("officer", f.Officer)
	c.may("officer_phone", f.OfficerPhone)
	f.Signer.check(c, "signer")
	checkRecipients(c, "recipients", f.Recipients)
}

func (f *Stop) write(s *sheet) error {
	if err := s.head(&f.Head, ""); err != nil {
		return err
	}
	s.person("Kính gửi", f.Addressee)
	s.gap(0.3)
	s.para(justified, text(tidy(f.Head.Unit)+" thông báo dừng giải quyết hồ sơ mã số "+f.Head.code().Dossier+" như sau:"))
	s.procedure(f.Head.Procedure)
	if f.ReceivedAt != nil {
		s.field("Thời gian tiếp nhận hồ sơ", hourOfDay(*f.ReceivedAt))
	}
	if f.RequestedAt != nil {
		s.field("Thời gian nhận đề nghị dừng giải quyết", hourOfDay(*f.RequestedAt))
	}
	s.para(justified, text("Lý do: "), text(f.Reason))
	s.option("Căn cứ", f.Basis)
	s.option("Việc trả lại giấy tờ, phí, lệ phí", f.Return)
	s.hold(4)
	if ask := joined(", điện thoại ", f.Officer, f.OfficerPhone); ask != "" {
		s.para(justified, text("Nếu cần giải thích thêm, xin liên hệ: "+ask+"."))
	}
	s.para(justified, text("Xin thông báo để Ông/Bà (quý cơ quan, tổ chức) được biết."))
	s.letterSign(f.Signer, f.Recipients)
	return nil
}
