package notice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"

	"hoso/internal/dossier"
)

// Langs lists the languages.
func Langs() []string { return []string{"vi", "en"} }

func (t Texts) in(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.VI
}

// Letter is a message ready to be sent.
type Letter struct {
	Subject string // of an e-mail
	Text    string
}

// page names what is said of one event in one language.
type page struct {
	event Event
	lang  string
}

// pages are the texts of a page, parsed.
type pages struct{ say, do, sms, subject, email *template.Template }

// Content is what the texts may name. Times are written as people read them,
// "" where there is none.
type Content struct {
	Say, Do string // in frames only

	Code, PortalCode         string
	Office, Address, Handler string
	Procedure                string
	At, Filed, Received, Due string
	Closed, Until            string
	Asked                    []string
	Fee                      string
	ByCourier, Electronic    bool
	Carrier, Parcel          string
	Link                     string
}

// Write puts what happened into words for a channel.
func (b *Book) Write(c Channel, lang string, e Event, f Facts, n Names) (Letter, error) {
	p, ok := b.pages[page{e, lang}]
	if !ok {
		return Letter{}, fmt.Errorf("notice: version %s has no words for %s in %s", b.Version, e, lang)
	}
	if c == BySMS {
		text, err := b.fit(p, content(f, n))
		return Letter{Text: text}, err
	}
	return p.letter(content(f, n))
}

func (p pages) letter(c Content) (l Letter, err error) {
	if err := p.words(&c); err != nil {
		return l, err
	}
	if l.Subject, err = run(p.subject, c); err != nil {
		return l, err
	}
	l.Text, err = run(p.email, c)
	return l, err
}

// words fills in what is said of the event itself.
func (p pages) words(c *Content) (err error) {
	if c.Say, err = run(p.say, *c); err != nil {
		return err
	}
	c.Do, err = run(p.do, *c)
	return err
}

// errTooLong is a text that no shortening of names makes fit.
var errTooLong = errors.New("notice: text message is too long")

// nameRoom are the lengths to which names are cut, one after the other, until a
// text message fits.
var nameRoom = []int{80, 40, 30, 20, 12}

// fit writes a text message within its length: names give way, facts do not.
func (b *Book) fit(p pages, c Content) (string, error) {
	for _, room := range nameRoom {
		short := c
		short.Office, short.Handler, short.Address = b.cut(c.Office, room), b.cut(c.Handler, room), b.cut(c.Address, room)
		short.Procedure, short.Carrier = b.cut(c.Procedure, room), b.cut(c.Carrier, room)
		short.Asked = b.few(c.Asked, room)
		if err := p.words(&short); err != nil {
			return "", err
		}
		text, err := run(p.sms, short)
		if err != nil || utf8.RuneCountInString(text) <= b.SMS.Characters {
			return text, err
		}
	}
	return "", errTooLong
}

// fewAsked is how many of the papers asked for a text message names.
const fewAsked = 3

// few cuts a list of papers; that there are more shows.
func (b *Book) few(asked []string, room int) (out []string) {
	for _, a := range asked[:min(len(asked), fewAsked)] {
		out = append(out, b.cut(a, room))
	}
	if len(asked) > fewAsked {
		out = append(out, "…")
	}
	return out
}

// cut abbreviates a name and, where that is not enough, breaks it off.
func (b *Book) cut(name string, room int) string {
	for _, s := range b.SMS.Short {
		name = strings.ReplaceAll(name, s.Long, s.Short)
	}
	r := []rune(name)
	if len(r) <= room {
		return name
	}
	return strings.TrimSpace(string(r[:room-1])) + "…"
}

// run fills a text in and takes out what its lines leave of space.
func run(t *template.Template, c Content) (string, error) {
	var out strings.Builder
	if err := t.Execute(&out, c); err != nil {
		return "", err
	}
	return strings.TrimSpace(out.String()), nil
}

func content(f Facts, n Names) Content {
	c := Content{
		Code: n.Code, PortalCode: f.PortalCode, Office: n.Office, Address: n.Address, Handler: n.Handler, Procedure: n.Procedure,
		At: clock(&f.At), Filed: clock(&f.FiledAt), Received: clock(f.ReceivedAt), Due: clock(f.DueAt), Closed: clock(f.ClosedAt), Until: clock(f.Until),
		Fee: money(f.Fee), ByCourier: f.Method == dossier.ByCourier, Electronic: f.Method == dossier.Electronic,
		Carrier: n.Carrier, Parcel: n.Parcel, Link: n.Link,
	}
	for _, a := range n.Asked {
		if a != "" {
			c.Asked = append(c.Asked, a)
		}
	}
	return c
}

// clock writes a moment as clocks and calendars in Hà Nội show it.
func clock(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.In(dossier.Zone).Format("15:04 02/01/2006")
}

// money writes whole đồng with dots between the thousands.
func money(amount int64) string {
	if amount <= 0 {
		return ""
	}
	digits := strconv.FormatInt(amount, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return digits + " đồng"
}

// compile parses every text and writes each once, so that one which names what
// there is not, or does not fit, is found when the book is read.
func (b *Book) compile() error {
	b.pages = map[page]pages{}
	for _, lang := range Langs() {
		frames, err := b.frames(lang)
		if err != nil {
			return fmt.Errorf("frames: %w", err)
		}
		for e, w := range b.Words {
			p, err := frames.with(w, lang)
			if err != nil {
				return fmt.Errorf("words: %s: %w", e, err)
			}
			b.pages[page{e, lang}] = p
			for _, c := range AllChannels() {
				if _, err := b.Write(c, lang, e, fullest, longest); err != nil {
					return fmt.Errorf("words: %s: %s by %s: %w", e, lang, c, err)
				}
			}
		}
	}
	return nil
}

// frames parses what is the same for all events of a language, once for all of them.
func (b *Book) frames(lang string) (p pages, err error) {
	f := b.Frames
	return p, errors.Join(
		parse(&p.sms, "sms", lang, f.SMS, false), parse(&p.subject, "subject", lang, f.Subject, false), parse(&p.email, "email", lang, f.Email, false),
	)
}

// with adds an event's own words.
func (p pages) with(w Words, lang string) (pages, error) {
	err := errors.Join(parse(&p.say, "say", lang, w.Say, false), parse(&p.do, "do", lang, w.Do, true))
	if err == nil && (w.Do.VI == "") != (w.Do.EN == "") {
		err = errors.New("do: in one language only")
	}
	return p, err
}

func parse(into **template.Template, name, lang string, t Texts, optional bool) (err error) {
	text := t.in(lang)
	if strings.TrimSpace(text) == "" && !optional {
		return fmt.Errorf("%s: nothing in %s", name, lang)
	}
	*into, err = template.New(name + "." + lang).Funcs(helpers).Parse(text)
	return err
}

// helpers are what the texts may call.
var helpers = template.FuncMap{"join": strings.Join}

// fullest and longest are the most that a text has to hold.
var (
	someday = time.Date(2026, 11, 26, 23, 59, 0, 0, dossier.Zone)
	fullest = Facts{At: someday, FiledAt: someday, ReceivedAt: &someday, DueAt: &someday, ClosedAt: &someday, Until: &someday,
		PortalCode: "000.00.12.H26-261126-00001", Asked: []string{"a", "b", "c"}, Fee: 123_456_789, Method: dossier.ByCourier, Shipment: "x"}
	longest = Names{Code: "ABCDEFGHIJ-261126-00001-M", Office: strings.Repeat("Ơ", 80), Address: strings.Repeat("Ơ", 80), Handler: strings.Repeat("Ơ", 80),
		Procedure: strings.Repeat("Ơ", 200), Asked: []string{strings.Repeat("Ơ", 80), strings.Repeat("Ơ", 80), strings.Repeat("Ơ", 80)},
		Carrier: strings.Repeat("Ơ", 40), Parcel: "VN123456789012345VN", Link: "https://dichvucong.hanoi.example/v1/track?t=" + strings.Repeat("x", 22)}
)
