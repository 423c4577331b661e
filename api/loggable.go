package api

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Errors from below can quote what they were given: a driver names the value it
// could not cast, a parser the text it could not read. For the log they are cut
// down to what an operator needs: quoted parts, long numbers, capitalised words
// and words outside ASCII (names, addresses) are masked, and the chain of error
// types is added. Whoever makes an error still must not put personal data in it.

var (
	quoted  = regexp.MustCompile("\"[^\"]*\"|'[^']*'|`[^`]*`|«[^»]*»|“[^”]*”")
	inParen = regexp.MustCompile(`=\([^)]*\)`)
	numbers = regexp.MustCompile(`[0-9]{4,}`)
	atSign  = regexp.MustCompile(`\S+@\S+`)

	capitalised = regexp.MustCompile(`^[A-Z][a-z]+[.,:;]?$`)
)

const mask = "[…]"

// maxLoggable bounds one error's share of a log line.
const maxLoggable = 600

// loggable gives an error's text without what may be personal data.
func loggable(err error) string {
	return loggableText(err.Error()) + " (" + typeChain(err) + ")"
}

func loggableText(s string) string {
	s = atSign.ReplaceAllString(s, mask)
	s = quoted.ReplaceAllString(s, mask)
	s = inParen.ReplaceAllString(s, mask)
	s = numbers.ReplaceAllString(s, mask)
	words := strings.Fields(s)
	for i, w := range words {
		if capitalised.MatchString(w) || foreign(strings.ReplaceAll(w, mask, "")) {
			words[i] = mask
		}
	}
	s = strings.Join(slices.Compact(words), " ")
	if len(s) > maxLoggable {
		s = strings.ToValidUTF8(s[:maxLoggable], "") + "…"
	}
	return s
}

func foreign(w string) bool {
	return strings.ContainsFunc(w, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsControl(r) })
}

func typeChain(err error) string {
	var types []string
	for ; err != nil && len(types) < 8; err = errors.Unwrap(err) {
		types = append(types, fmt.Sprintf("%T", err))
	}
	return strings.Join(types, " < ")
}
