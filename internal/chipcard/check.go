package chipcard

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"hoso/internal/dossier"
)

// Check holds a card against a person as it was typed. base is the pointer of
// the person in the request. Where the owner lives now may well differ from what
// the card says, so addresses are not compared.
func (l Layout) Check(base string, c Card, p dossier.Person) []dossier.FieldError {
	var errs []dossier.FieldError
	differs := func(field string, differ bool) {
		if rule := "card_" + field + "_differs"; differ {
			errs = append(errs, dossier.FieldError{Pointer: base + "/" + field, Rule: rule, Warning: l.Severity[rule] == "warn"})
		}
	}
	differs(fieldCitizenID, p.CitizenID != c.CitizenID)
	differs(fieldBirth, p.DateOfBirth != c.DateOfBirth)
	differs(fieldFullName, spelling(p.FullName) != spelling(c.FullName))
	return errs
}

// Person is the owner of a card as an applicant, to be confirmed and completed.
func (c Card) Person() dossier.Person {
	return dossier.Person{Kind: dossier.Citizen, FullName: c.FullName, CitizenID: c.CitizenID, DateOfBirth: c.DateOfBirth, Address: c.Address}
}

// spelling is what two ways of writing a name have in common: without regard to
// capitals, spaces, and on which vowel of a word its tone mark stands.
func spelling(name string) string {
	words := strings.Fields(strings.ToLower(norm.NFC.String(name)))
	for i, w := range words {
		var letters, marks []rune
		for _, r := range norm.NFD.String(w) {
			if unicode.Is(unicode.Mn, r) {
				marks = append(marks, r)
			} else {
				letters = append(letters, r)
			}
		}
		slices.Sort(marks)
		words[i] = string(letters) + string(marks)
	}
	return strings.Join(words, " ")
}
