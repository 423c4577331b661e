package dossier

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Zone is the country's one time zone, UTC+7 the year round.
var Zone = time.FixedZone("ICT", 7*3600)

// LocalDay is the date of an instant in the country's zone, as "2025-02-05".
func LocalDay(t time.Time) string { return t.In(Zone).Format(time.DateOnly) }

var (
	codePattern   = regexp.MustCompile(`^([A-Z0-9]{4,10})-(\d{6})-(\d{4}|[1-9]\d{4})-([A-Z0-9])$`)
	officePattern = regexp.MustCompile(`^[A-Z0-9]{4,10}$`)
	portalPattern = regexp.MustCompile(`^(?:\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.\d{2}){0,3})-(\d{6})-\d{4,5}$`)
)

// Code builds the number on the citizen's slip: office, local day, running
// number of the office's day (four digits, five when it must) and the check
// character of ISO 7064 MOD 37,36 over all of it without hyphens.
func Code(office string, day time.Time, n int) (string, error) {
	if !officePattern.MatchString(office) {
		return "", fmt.Errorf("office %q does not match %s", office, officePattern)
	}
	if n < 1 || n > 99999 {
		return "", fmt.Errorf("running number %d is outside 1 to 99999", n)
	}
	body := fmt.Sprintf("%s-%s-%04d", office, day.In(Zone).Format("060102"), n)
	return body + "-" + string(CheckCharacter(strings.ReplaceAll(body, "-", ""))), nil
}

// ValidCode says whether the text is a code that Code could have built: shape, a
// real date, a running number above 0, and the right check character.
func ValidCode(code string) bool {
	m := codePattern.FindStringSubmatch(code)
	if m == nil || !realDate(m[2]) || m[3] == "0000" {
		return false
	}
	return CheckCharacter(m[1]+m[2]+m[3]) == m[4][0]
}

// OfficeOf reads the office out of a valid code.
func OfficeOf(code string) string {
	office, _, _ := strings.Cut(code, "-")
	return office
}

// ValidPortalCode says whether the text is a well-formed official dossier
// number (Circular 01/2018/TT-VPCP Art. 19): unit, reception date, running number.
func ValidPortalCode(code string) bool {
	m := portalPattern.FindStringSubmatch(code)
	return m != nil && realDate(m[1])
}

// PortalCode builds the official number that an authority gives on acceptance
// by hand: unit, local date, running number of the unit's day.
func PortalCode(authority string, day time.Time, n int) string {
	return fmt.Sprintf("%s-%s-%04d", authority, day.In(Zone).Format("060102"), n)
}

func realDate(yymmdd string) bool {
	_, err := time.Parse("060102", yymmdd)
	return err == nil
}

const checkAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// CheckCharacter computes ISO 7064 MOD 37,36 over a string of digits and
// capital letters. It catches every single wrong character and nearly every
// transposition.
func CheckCharacter(s string) byte {
	p := 36
	for i := range len(s) {
		sum := (p + strings.IndexByte(checkAlphabet, s[i])) % 36
		if sum == 0 {
			sum = 36
		}
		p = sum * 2 % 37
	}
	return checkAlphabet[(37-p)%36]
}

var bagPattern = regexp.MustCompile(`^([A-Z0-9]{4,10})-(\d{6})-B(\d{3}|[1-9]\d{3})-([A-Z0-9])$`)

// BagNumber builds the number of a bag of papers: office, local day, B with the
// running number of the office's day, and the check character of a dossier's code.
func BagNumber(office string, day time.Time, n int) (string, error) {
	if !officePattern.MatchString(office) {
		return "", fmt.Errorf("office %q does not match %s", office, officePattern)
	}
	if n < 1 || n > 9999 {
		return "", fmt.Errorf("running number %d is outside 1 to 9999", n)
	}
	body := fmt.Sprintf("%s-%s-B%03d", office, day.In(Zone).Format("060102"), n)
	return body + "-" + string(CheckCharacter(strings.ReplaceAll(body, "-", ""))), nil
}

// ValidBagNumber says whether the text is a number that BagNumber could have built.
func ValidBagNumber(number string) bool {
	m := bagPattern.FindStringSubmatch(number)
	if m == nil || !realDate(m[2]) || m[3] == "000" {
		return false
	}
	return CheckCharacter(m[1]+m[2]+"B"+m[3]) == m[4][0]
}
