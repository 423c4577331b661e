package forms

import "time"

// Extension is form 04, Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết:
// the deciding body's apology, with the one new date it may ask for.
type Extension struct {
	Head       Head      `json:"head"`
	Addressee  Person    `json:"addressee"`
	ReceivedAt time.Time `json:"received_at"`
	DueAt      time.Time `json:"due_at"` // the date that will not be kept
	// Reason and NewDueAt may be missing in a draft, which leaves room for them:
	// they are the signing body's to give.
	Reason     string    `json:"reason,omitempty"`
	NewDueAt   time.Time `json:"new_due_at,omitzero"`
	Signer     Signer    `json:"signer"`
	Recipients []string  `json:"recipients,omitempty"`
	// Draft marks every page as not yet issued.
	Draft bool `json:"draft,omitempty"`
}

// Kind is extension.
func (*Extension) Kind() Kind   { return KindExtension }
func (f *Extension) top() *Head { return &f.Head }

func (f *Extension) check(c *checker) {
	f.Head.check(c, true)
	f.Addressee.check(c, "addressee")
	c.time("received_at", f.ReceivedAt)
	c.time("due_at", f.DueAt)
	checkRecipients(c, "recipients", f.Recipients)
	if f.Draft { // reason, date, number and signer come when it is issued
		c.atMost("reason", f.Reason, reasonLimit)
		if f.NewDueAt.IsZero() {
			return
		}
	} else {
		c.reason("reason", f.Reason)
	}
	c.time("new_due_at", f.NewDueAt)
	if !f.NewDueAt.After(f.DueAt) {
		c.fault("new_due_at", "is not after due_at")
	}
	if f.Draft {
		return
	}
	c.must("head.number", f.Head.Number)
	f.Signer.check(c, "signer")
}

func (f *Extension) write(s *sheet) error {
	if err := s.head(&f.Head, ""); err != nil {
		return err
	}
	s.person("Kính gửi", f.Addressee)
	s.procedure(f.Head.Procedure)
	s.gap(0.3)
	unit := tidy(f.Head.Unit)
	s.para(justified, text("Lúc "+hourOfDay(f.ReceivedAt)+", "+unit+" đã tiếp nhận hồ sơ mã số "+f.Head.code().Dossier+"."))
	s.para(left, text("Thời gian hẹn trả kết quả: "), strong(hourOfDay(f.DueAt)))
	s.para(justified, text("Tuy nhiên, đến nay "+unit+" chưa thể trả kết quả đúng thời gian đã hẹn. Lý do: "), text(orBlank(f.Reason)))
	s.hold(4)
	s.para(justified, text(unit+" xin lỗi vì sự chậm trễ này và đề nghị gia hạn, trả kết quả vào "), strong(f.newDue()), text("."))
	s.para(justified, text("Mong nhận được sự thông cảm của Ông/Bà (quý cơ quan, tổ chức)."))
	s.letterSign(f.Signer, f.Recipients)
	if f.Draft {
		s.markDraft()
	}
	return nil
}

// blankLine is room to write by hand.
const blankLine = "..........................................................................................."

func orBlank(words string) string {
	if tidy(words) == "" {
		return blankLine
	}
	return words
}

func (f *Extension) newDue() string {
	if f.NewDueAt.IsZero() {
		return "..... giờ ..... phút, ngày ..... tháng ..... năm ........"
	}
	return hourOfDay(f.NewDueAt)
}

const draftMark = "DỰ THẢO"

// markDraft writes the mark across every page, pale enough to read what is below.
func (s *sheet) markDraft() {
	for n := 1; n <= s.pdf.PageCount(); n++ {
		s.pdf.SetPage(n)
		size := s.wide * 0.42
		wide := faces()[bold].width(draftMark, size)
		x, y := s.left+s.wide/2, s.high/2
		s.pdf.TransformBegin()
		s.pdf.TransformRotate(35, x, y)
		s.pdf.SetTextColor(190, 30, 30)
		s.pdf.SetAlpha(0.18, "Normal")
		s.print(x-wide/2, y+size*point*0.35, bold, size, draftMark)
		s.pdf.SetAlpha(1, "Normal")
		s.pdf.SetTextColor(0, 0, 0)
		s.pdf.TransformEnd()
		s.now = inUse{}
	}
}
