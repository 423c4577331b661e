package forms

import "time"

// Slip is form 00, Phiếu gửi hồ sơ: what an agent office gives at filing for the
// papers and scans it took over (Decision 45/2016/QĐ-TTg Art 6; Postal Law
// 49/2010/QH12 Art 9). It never carries a due date: the clock starts when the
// authority accepts the dossier, and receipt 01 says until when.
type Slip struct {
	Head    Head      `json:"head"`
	FiledAt time.Time `json:"filed_at"`
	Sender  Person    `json:"sender"`          // who stands at the counter
	Owner   *Person   `json:"owner,omitempty"` // whose dossier it is, where that is somebody else
	// Authority is the body the dossier is sent to.
	Authority  string      `json:"authority"`
	Components []Component `json:"components"`
	// Way says how the dossier gets there: "Nộp trực tuyến", "Chuyển phát bản giấy".
	Way string `json:"way,omitempty"`
	// Result says how and where the result comes back.
	Result  string `json:"result,omitempty"`
	Carrier string `json:"carrier,omitempty"`
	// Charge is what was paid for the carriage, in đồng; Paid says how, and that
	// there was a charge at all.
	Charge int64  `json:"charge,omitempty"`
	Paid   string `json:"paid,omitempty"`
	Clerk  string `json:"clerk"`
	// Sealed says that papers were packed and sealed in the sender's presence.
	Sealed bool `json:"sealed,omitempty"`
	// Terms are further lines of the contract: rights, duties, liability.
	Terms []string `json:"terms,omitempty"`
	// Lookup says where to ask: web address, telephone.
	Lookup string `json:"lookup,omitempty"`
	Seal   *Seal  `json:"seal,omitempty"`
}

// Kind is slip.
func (*Slip) Kind() Kind        { return KindSlip }
func (f *Slip) top() *Head      { return &f.Head }
func (f *Slip) enclosed() *Seal { return f.Seal }
func (f *Slip) check(c *checker) {
	f.Head.check(c, true)
	c.time("filed_at", f.FiledAt)
	f.Sender.check(c, "sender")
	if f.Owner != nil {
		f.Owner.check(c, "owner")
	}
	c.must("authority", f.Authority)
	checkComponents(c, "components", f.Components, 1)
	c.may("way", f.Way)
	c.may("result", f.Result)
	c.may("carrier", f.Carrier)
	c.may("paid", f.Paid)
	if f.Charge < 0 {
		c.fault("charge", "is negative")
	}
	c.must("clerk", f.Clerk)
	c.rows("terms", len(f.Terms), 0, 20)
	for _, t := range f.Terms {
		c.reason("terms", t)
	}
	c.may("lookup", f.Lookup)
}

func (f *Slip) write(s *sheet) error {
	if err := s.head(&f.Head, ""); err != nil {
		return err
	}
	s.person("Người gửi hồ sơ", f.Sender)
	if f.Owner != nil {
		s.person("Chủ hồ sơ", *f.Owner)
	}
	s.field("Cơ quan giải quyết", f.Authority)
	s.procedure(f.Head.Procedure)
	s.field("Thời gian nhận giấy tờ", hourOfDay(f.FiledAt))
	s.para(left, text("Giấy tờ, bản điện tử đã nhận:"))
	s.components(f.Components)
	s.option("Cách thức gửi", f.Way)
	s.option("Đơn vị chuyển phát", f.Carrier)
	if tidy(f.Paid) != "" {
		s.field("Giá dịch vụ", dong(f.Charge)+" ("+tidy(f.Paid)+")")
	}
	s.option("Nhận kết quả", f.Result)
	s.hold(4)
	f.notes(s)
	s.signs(sign{"NGƯỜI GỬI HỒ SƠ", f.Sender.Name}, sign{"NHÂN VIÊN NHẬN HỒ SƠ", f.Clerk})
	return nil
}

// notes say what the slip is and is not.
func (f *Slip) notes(s *sheet) {
	if f.Sealed {
		s.para(left, text("Giấy tờ đã được kiểm đếm, đóng gói và niêm phong trước mặt người gửi."))
	}
	for _, t := range f.Terms {
		s.para(justified, text(t))
	}
	s.indented(justified, 0, s.small, slant("Phiếu này xác nhận đã nhận các giấy tờ nêu trên để chuyển đến cơ quan giải quyết. "+
		"Thời hạn giải quyết được tính từ khi cơ quan có thẩm quyền tiếp nhận hồ sơ hợp lệ; ngày hẹn trả kết quả ghi tại Giấy tiếp nhận hồ sơ và hẹn trả kết quả."))
	if tidy(f.Lookup) != "" {
		s.indented(left, 0, s.small, slant("Quét mã QR hoặc tra cứu tại: "+tidy(f.Lookup)))
	}
}
