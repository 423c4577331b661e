package chipcard

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Card is what a card says of its owner. It is personal data throughout.
type Card struct {
	CitizenID   string
	OldNumber   string // of the card before, where it says one
	FullName    string
	DateOfBirth string // 2006-01-02
	Sex         string // male, female, or "" where the card has another word
	Address     string
	IssuedOn    string // 2006-01-02, "" where it cannot be told
}

// Fault is why a text is no card's. It names a rule and never the text.
type Fault string

// Error implements error.
func (f Fault) Error() string { return "chipcard: " + string(f) }

// The faults.
const (
	FaultText      Fault = "card_text"   // no text, or far too much
	FaultFields    Fault = "card_fields" // too few parts
	FaultNumber    Fault = "card_number"
	FaultOldNumber Fault = "card_old_number"
	FaultName      Fault = "card_name"
	FaultBirth     Fault = "card_birth_date"
	FaultNone      Fault = "card_none" // there was no code to read
)

// maxText is longer than any card's text.
const maxText = 2000

// Read takes the bytes of a card's QR code apart.
func (l Layout) Read(raw []byte) (Card, error) {
	if len(raw) == 0 || len(raw) > maxText {
		return Card{}, FaultText
	}
	parts := strings.Split(textOf(raw), l.Separator)
	if len(parts) < l.Least {
		return Card{}, FaultFields
	}
	at := map[string]string{}
	for i, f := range l.Fields {
		if i < len(parts) {
			at[f] = strings.Join(strings.Fields(parts[i]), " ")
		}
	}
	c := Card{
		CitizenID: at[fieldCitizenID], OldNumber: at[fieldOldNumber], FullName: at[fieldFullName],
		DateOfBirth: l.day(at[fieldBirth]), Sex: l.Sexes[at[fieldSex]], Address: at[fieldAddress], IssuedOn: l.day(at[fieldIssued]),
	}
	switch {
	case !l.citizenID.MatchString(c.CitizenID):
		return Card{}, FaultNumber
	case !l.oldNumber.MatchString(c.OldNumber):
		return Card{}, FaultOldNumber
	case c.FullName == "" || strings.ContainsFunc(c.FullName, unicode.IsDigit):
		return Card{}, FaultName
	case c.DateOfBirth == "":
		return Card{}, FaultBirth
	}
	return c, nil
}

// day turns a card's date into ours, "" if it is none.
func (l Layout) day(s string) string {
	t, err := time.Parse(l.Date, s)
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// textOf finds the words in bytes that may have come through a keyboard, a
// serial line or an old alphabet: composed letters, without what is not print.
func textOf(raw []byte) string {
	s := string(raw)
	if !utf8.Valid(raw) {
		old, _ := charmap.Windows1258.NewDecoder().Bytes(raw) //nolint:errcheck // every byte has a letter
		s = string(old)
	} else if twice, ok := readTwice(s); ok {
		s = twice
	}
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if r == '\ufeff' || !unicode.IsPrint(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s))
}

// readTwice mends UTF-8 that was taken for the Western alphabet and written as
// UTF-8 once more, as scanners on a serial line do it.
func readTwice(s string) (string, bool) {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return "", false
	}
	western, err := charmap.ISO8859_1.NewEncoder().String(s)
	if err != nil {
		western, err = charmap.Windows1252.NewEncoder().String(s)
	}
	return western, err == nil && utf8.ValidString(western)
}
