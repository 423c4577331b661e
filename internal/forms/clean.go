package forms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// missing stands for a character that the font does not have; the font has this one.
const missing = '□'

// clean makes a text printable: NFC, line breaks kept, other spaces made one
// blank, invisible and directing characters gone, unknown ones replaced.
func clean(text string) string {
	if plain(text) {
		return text
	}
	// Put together only after what stood between was taken out.
	return strings.Map(shown, norm.NFC.String(strings.Map(visible, text)))
}

func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\u2028' || r == '\u2029':
		return '\n'
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
		return -1
	}
	return r
}

func shown(r rune) rune {
	if r == '\n' || faces().has(r) {
		return r
	}
	return missing
}

// plain says that a text is printable ASCII, as codes and numbers are.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// tidy is clean on one line, without blanks around it.
func tidy(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }
