package forms

import "strings"

// Signer signs a letter by virtue of an office.
type Signer struct {
	// Authority says by what right, above the title: "KT. GIÁM ĐỐC"; may be empty.
	Authority string `json:"authority,omitempty"`
	Title     string `json:"title"` // "PHÓ GIÁM ĐỐC"
	Name      string `json:"name"`
}

func (g *Signer) check(c *checker, field string) {
	c.may(field+".authority", g.Authority)
	c.must(field+".title", g.Title)
	c.must(field+".name", g.Name)
}

// sign is one block at the end of a form: who signs, and the name below.
type sign struct{ title, name string }

const signHint = "(Ký, ghi rõ họ tên)"

// hold keeps what is signed with its signatures: it starts a page where the next
// lines of the body and a signature after them would not fit on this one. A sheet
// with signatures alone could be put behind anything.
func (s *sheet) hold(lines float64) {
	s.need((lines+5)*leading(s.body) + s.signing)
}

// signs writes blocks for signatures side by side, never apart from each other.
func (s *sheet) signs(blocks ...sign) {
	wide := s.wide / float64(max(2, len(blocks)))
	tall := 0.0
	for _, b := range blocks {
		name := len(wrap(s.body, wide-4, strong(tidy(b.name))))
		title := len(wrap(s.body, wide-4, strong(b.title)))
		tall = max(tall, float64(title+name+1)*leading(s.body))
	}
	s.gap(0.4)
	s.need(min(tall+s.signing, s.fresh()))
	top := s.y
	for i, b := range blocks {
		x, y := s.left+float64(i)*wide+2, top
		if len(blocks) == 1 {
			x += wide // one signature stands on the right
		}
		y += s.block(x, y, wide-4, s.body, centre, strong(b.title))
		y += s.block(x, y, wide-4, s.body, centre, slant(signHint))
		s.block(x, y+s.signing, wide-4, s.body, centre, strong(tidy(b.name)))
	}
	s.y = top + tall + s.signing
}

// letterSign ends a letter: who gets it on the left, who signs it on the right.
func (s *sheet) letterSign(g Signer, recipients []string) {
	half := s.wide / 2
	to := []span{{italic, "Nơi nhận:"}}
	for _, r := range recipients {
		to = append(to, text("\n- "+tidy(r)+";"))
	}
	by := joined("\n", strings.ToUpper(tidy(g.Authority)), strings.ToUpper(tidy(g.Title)))
	s.gap(0.6)
	lines := len(wrap(s.body, half, strong(by))) + 1 + len(wrap(s.body, half, strong(tidy(g.Name))))
	tall := max(float64(lines)*leading(s.body)+s.signing, float64(len(wrap(s.small, half, to...)))*leading(s.small))
	s.need(min(tall, s.fresh()))
	top := s.y
	if len(recipients) > 0 {
		s.block(s.left, top, half, s.small, left, to...)
	}
	y := top + s.block(s.left+half, top, half, s.body, centre, strong(by))
	y += s.block(s.left+half, y, half, s.body, centre, slant(signHint))
	s.block(s.left+half, y+s.signing, half, s.body, centre, strong(tidy(g.Name)))
	s.y = top + tall
}

func checkRecipients(c *checker, field string, list []string) {
	c.rows(field, len(list), 0, 20)
	for _, r := range list {
		c.must(field, r)
	}
}
