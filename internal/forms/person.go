package forms

import "fmt"

// Person is somebody as a form names them. Name is required, the rest may be
// empty and is then left out. The caller decides what of an identity number shows.
type Person struct {
	Name     string `json:"name"`
	IDNumber string `json:"id_number,omitempty"`
	Address  string `json:"address,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
}

func (p *Person) check(c *checker, field string) {
	c.must(field+".name", p.Name)
	c.may(field+".id_number", p.IDNumber)
	c.may(field+".address", p.Address)
	c.may(field+".phone", p.Phone)
	c.may(field+".email", p.Email)
}

// person writes who somebody is, under the given label.
func (s *sheet) person(label string, p Person) {
	s.para(left, text(label+": "), strong(p.Name))
	s.option("Địa chỉ", p.Address)
	var parts []string
	for _, f := range []struct{ label, value string }{{"Số điện thoại", p.Phone}, {"Email", p.Email}, {"Số định danh cá nhân", p.IDNumber}} {
		if tidy(f.value) != "" {
			parts = append(parts, f.label+": "+tidy(f.value))
		}
	}
	if len(parts) > 0 {
		s.para(left, text(joined("; ", parts...)))
	}
}

// Component is one paper or scan, with how many there are of each sort.
type Component struct {
	Name      string `json:"name"`
	Original  int    `json:"original,omitempty"`  // bản chính
	Certified int    `json:"certified,omitempty"` // bản sao chứng thực
	Copy      int    `json:"copy,omitempty"`      // bản chụp
	Scan      int    `json:"scan,omitempty"`      // bản điện tử
	// Pages, PaperCopies and SignedCopies are for certification (chứng thực):
	// pages of the paper, paper copies and electronically signed copies asked for.
	Pages        int    `json:"pages,omitempty"`
	PaperCopies  int    `json:"paper_copies,omitempty"`
	SignedCopies int    `json:"signed_copies,omitempty"`
	Note         string `json:"note,omitempty"`
}

func checkComponents(c *checker, field string, list []Component, least int) {
	c.rows(field, len(list), least, rowLimit)
	for i, one := range list {
		at := fmt.Sprintf("%s[%d].", field, i)
		c.name(at+"name", one.Name)
		c.may(at+"note", one.Note)
		for name, n := range map[string]int{
			"original": one.Original, "certified": one.Certified, "copy": one.Copy, "scan": one.Scan,
			"pages": one.Pages, "paper_copies": one.PaperCopies, "signed_copies": one.SignedCopies,
		} {
			c.count(at+name, n)
		}
	}
}

// components writes the table of papers and scans.
func (s *sheet) components(list []Component) {
	t := s.table(s.body-0.7,
		column{"TT", 8, centre}, column{"Tên giấy tờ", 62, left}, column{"Bản chính", 13, centre}, column{"Bản sao chứng thực", 15, centre},
		column{"Bản chụp", 13, centre}, column{"Bản điện tử", 13, centre})
	for i, c := range list {
		t.row(number(i+1), noted(c), number(c.Original), number(c.Certified), number(c.Copy), number(c.Scan))
	}
	t.end()
}

// certifications writes the table of papers to be certified.
func (s *sheet) certifications(list []Component) {
	t := s.table(s.body-0.7,
		column{"TT", 8, centre}, column{"Tên văn bản yêu cầu chứng thực", 62, left}, column{"Số trang", 14, centre},
		column{"Số bản giấy", 18, centre}, column{"Số bản điện tử ký số", 22, centre})
	for i, c := range list {
		t.row(number(i+1), noted(c), number(c.Pages), number(c.PaperCopies), number(c.SignedCopies))
	}
	t.end()
}

func noted(c Component) string {
	if tidy(c.Note) == "" {
		return c.Name
	}
	return c.Name + " (" + tidy(c.Note) + ")"
}
