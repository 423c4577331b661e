package forms

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Supplement is form 02, Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ: one complete
// list of what is missing, with the reason.
type Supplement struct {
	Head  Head   `json:"head"`
	Owner Person `json:"owner"`
	// Content is what was asked for; without one it is the procedure's name.
	Content string `json:"content,omitempty"`
	// Round counts from 1; a second round needs Basis.
	Round  int    `json:"round"`
	Items  []Item `json:"items"`
	Reason string `json:"reason"`
	Basis  string `json:"basis,omitempty"` // what the demand rests on
	// Until is the last moment, where there is one.
	Until        *time.Time `json:"until,omitempty"`
	Website      string     `json:"website,omitempty"`
	Officer      string     `json:"officer"` // whom to ask
	OfficerPhone string     `json:"officer_phone,omitempty"`
	Guide        string     `json:"guide"` // who explained it and signs
}

// pageLimit is how many pages of one paper may be asked for one by one.
const pageLimit = 200

// Item is one thing to add or to mend.
type Item struct {
	Name string `json:"name"`
	// Pages are those to be given anew; all of it without any.
	Pages  []int  `json:"pages,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// wish is what is asked of one thing: which pages, and why.
func (i Item) wish() string {
	if len(i.Pages) == 0 {
		return i.Reason
	}
	numbers := make([]string, len(i.Pages))
	for n, page := range i.Pages {
		numbers[n] = strconv.Itoa(page)
	}
	return joined(": ", "Trang "+strings.Join(numbers, ", "), i.Reason)
}

// Kind is supplement.
func (*Supplement) Kind() Kind   { return KindSupplement }
func (f *Supplement) top() *Head { return &f.Head }

func (f *Supplement) check(c *checker) {
	f.Head.check(c, true)
	f.Owner.check(c, "owner")
	c.atMost("content", f.Content, reasonLimit)
	if f.Round < 1 || f.Round > 9 {
		c.fault("round", "is outside 1 to 9")
	}
	c.rows("items", len(f.Items), 1, rowLimit)
	for i, one := range f.Items {
		c.must(fmt.Sprintf("items[%d].name", i), one.Name)
		c.atMost(fmt.Sprintf("items[%d].reason", i), one.Reason, 2000)
		c.rows(fmt.Sprintf("items[%d].pages", i), len(one.Pages), 0, pageLimit)
		for n, page := range one.Pages {
			if page < 1 || page > 10_000 {
				c.fault(fmt.Sprintf("items[%d].pages[%d]", i, n), "is outside 1 to 10000")
			}
		}
	}
	c.reason("reason", f.Reason)
	c.atMost("basis", f.Basis, reasonLimit)
	if f.Round > 1 && tidy(f.Basis) == "" {
		c.fault("basis", "is required from the second round on")
	}
	c.maybe("until", f.Until)
	c.may("website", f.Website)
	c.must("officer", f.Officer)
	c.may("officer_phone", f.OfficerPhone)
	c.must("guide", f.Guide)
}

func (f *Supplement) write(s *sheet) error {
	subtitle := ""
	if f.Round > 1 {
		subtitle = "(Lần thứ " + strconv.Itoa(f.Round) + ")"
	}
	if err := s.head(&f.Head, subtitle); err != nil {
		return err
	}
	s.person("Hồ sơ của", f.Owner)
	s.option("Nội dung yêu cầu giải quyết", f.Content)
	s.procedure(f.Head.Procedure)
	s.para(left, text("Yêu cầu hoàn thiện hồ sơ gồm những nội dung sau:"))
	t := s.table(s.body-0.5, column{"TT", 8, centre}, column{"Giấy tờ, nội dung cần bổ sung", 56, left}, column{"Yêu cầu cụ thể", 56, left})
	for i, one := range f.Items {
		t.row(number(i+1), one.Name, one.wish())
	}
	t.end()
	s.para(justified, text("Lý do: "), text(f.Reason))
	s.option("Căn cứ", f.Basis)
	if f.Until != nil {
		s.para(left, text("Thời hạn bổ sung: trước "), strong(hourOfDay(*f.Until)))
	}
	s.hold(3)
	f.contact(s)
	s.signs(sign{"NGƯỜI HƯỚNG DẪN", f.Guide})
	return nil
}

func (f *Supplement) contact(s *sheet) {
	s.para(justified, text("Trong quá trình hoàn thiện hồ sơ, nếu có vướng mắc, xin liên hệ: "+joined(", điện thoại ", f.Officer, f.OfficerPhone)+"."))
	s.option("Trang thông tin hướng dẫn", f.Website)
}
