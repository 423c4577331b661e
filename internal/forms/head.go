package forms

import (
	"strings"
	"time"
)

// Head is what every form says of itself: who issues it, where, when, and for
// which dossier.
type Head struct {
	// Parent is the body above the issuing one (cơ quan chủ quản), where there is one.
	Parent string `json:"parent,omitempty"`
	Unit   string `json:"unit"`
	// Place stands before the date: "Hà Nội".
	Place    string    `json:"place"`
	IssuedAt time.Time `json:"issued_at"`
	// LawDay is a moment of the day whose law counts, the reception day; without
	// one it is IssuedAt. It decides which version of the form is used.
	LawDay *time.Time `json:"law_day,omitempty"`
	// Number is the document's own number and sign: "12/PYC-TTPVHCC".
	Number string `json:"number,omitempty"`

	// Code is ours (mã biên nhận), PortalCode the official one (mã hồ sơ), which
	// exists only from acceptance. A form over many dossiers has neither.
	Code       string    `json:"code,omitempty"`
	PortalCode string    `json:"portal_code,omitempty"`
	Procedure  Procedure `json:"procedure,omitzero"`
	// Track is the tracking link of the QR code: <base>/v1/track?t=TOKEN.
	Track string `json:"track,omitempty"`
}

// Procedure names an administrative procedure in one version.
type Procedure struct {
	Code    string `json:"code"` // "2.000635"
	Name    string `json:"name"`
	Version string `json:"version,omitempty"` // decision number
}

// law is the moment whose day decides the form's version.
func (h *Head) law() time.Time {
	if h.LawDay != nil {
		return *h.LawDay
	}
	return h.IssuedAt
}

// code is what the QR code says.
func (h *Head) code() Code {
	c := Code{Dossier: tidy(h.PortalCode), Procedure: tidy(h.Procedure.Code), Link: h.Track}
	if c.Dossier == "" {
		c.Dossier = tidy(h.Code)
	}
	return c
}

// check is for all forms; ofDossier for those that belong to one.
func (h *Head) check(c *checker, ofDossier bool) {
	c.may("head.parent", h.Parent)
	c.must("head.unit", h.Unit)
	c.must("head.place", h.Place)
	c.time("head.issued_at", h.IssuedAt)
	c.maybe("head.law_day", h.LawDay)
	c.atMost("head.number", h.Number, 100)
	if !ofDossier {
		return
	}
	c.must("head.code", h.Code)
	c.atMost("head.code", h.Code, 40)
	c.atMost("head.portal_code", h.PortalCode, 40)
	c.must("head.procedure.code", h.Procedure.Code)
	c.atMost("head.procedure.code", h.Procedure.Code, 40)
	c.name("head.procedure.name", h.Procedure.Name)
	c.may("head.procedure.version", h.Procedure.Version)
	if !plain(h.Track) || strings.ContainsAny(h.Track, " #") || len(h.Track) > 300 {
		c.fault("head.track", "must be a link of at most 300 plain characters, without # and blanks")
	}
}

// head writes the upper part of the first page: QR code top left, issuing unit
// left, the name of the state right, then title and codes.
func (s *sheet) head(h *Head, subtitle string) error {
	if n := s.official.Number; n != "" {
		s.block(s.left, s.y-1, s.wide, s.small-1, right, slant("Mẫu số "+n+" ("+s.official.Version+")"))
		s.y += leading(s.small-1) - 0.5
	}
	x, wide, tall := s.left, s.wide, 0.0
	if h.Code != "" {
		if err := s.qrCode(x, s.y, s.code, h.code()); err != nil {
			return err
		}
		x, wide, tall = x+s.code+2, wide-s.code-2, s.code
	}
	state := max(faces()[bold].width(republic, s.heading)+1, wide*0.5)
	unit := wide - state - 2
	s.y += max(tall, s.unit(h, x, unit), s.state(h, x+unit+2, state)) + leading(s.body)*0.7
	s.title(s.official.Name, subtitle)
	s.codes(h)
	return nil
}

const (
	republic = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
	motto    = "Độc lập - Tự do - Hạnh phúc"
)

// unit writes the issuing side and gives its height.
func (s *sheet) unit(h *Head, x, wide float64) float64 {
	y := s.y
	if p := tidy(h.Parent); p != "" {
		y += s.block(x, y, wide, s.heading, centre, text(strings.ToUpper(p)))
	}
	y += s.block(x, y, wide, s.heading, centre, strong(strings.ToUpper(tidy(h.Unit))))
	s.rule(x+wide*0.33, x+wide*0.67, y+0.9, 0.2)
	y += 1.8
	if n := tidy(h.Number); n != "" {
		y += s.block(x, y, wide, s.heading, centre, text("Số: "+n))
	}
	return y - s.y
}

// state writes name and motto of the state, place and date, and gives their height.
func (s *sheet) state(h *Head, x, wide float64) float64 {
	y := s.y
	y += s.block(x, y, wide, s.heading, centre, strong(republic))
	size := s.heading + 0.5
	y += s.block(x, y, wide, size, centre, strong(motto))
	line := faces()[bold].width(motto, size)
	s.rule(x+(wide-line)/2, x+(wide+line)/2, y+0.7, 0.2)
	y += 1.8
	y += s.block(x, y, wide, s.heading, centre, slant(tidy(h.Place)+", "+dayWords(h.IssuedAt)))
	return y - s.y
}

func (s *sheet) title(name, subtitle string) {
	s.y += s.block(s.left, s.y, s.wide, s.headline, centre, strong(strings.ToUpper(name)))
	if subtitle != "" {
		s.y += s.block(s.left, s.y, s.wide, s.body, centre, slant(subtitle))
	}
	s.y += 0.8
}

// codes writes the dossier's numbers under the title.
func (s *sheet) codes(h *Head) {
	if p := tidy(h.PortalCode); p != "" {
		s.y += s.block(s.left, s.y, s.wide, s.body, centre, text("Mã hồ sơ: "), strong(p))
	}
	if c := tidy(h.Code); c != "" {
		s.y += s.block(s.left, s.y, s.wide, s.body, centre, text("Mã biên nhận: "), strong(c))
	}
	s.y += leading(s.body) * 0.5
}

// procedure writes the field every form of a dossier has.
func (s *sheet) procedure(p Procedure) {
	words := tidy(p.Name) + " (mã thủ tục " + tidy(p.Code)
	if v := tidy(p.Version); v != "" {
		words += ", Quyết định " + v
	}
	s.field("Thủ tục hành chính", words+")")
}
