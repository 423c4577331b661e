package dossier

import (
	_ "embed"
	"encoding/json"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// PersonRules is what a person's particulars must look like. Whether a breach
// warns or refuses is data, because part of the rules is recalled and a wrong
// recollection must not turn a citizen away.
type PersonRules struct {
	Version string `json:"version"`
	Source  string `json:"source"`

	citizenID, taxCode, phone, phoneShape *regexp.Regexp
	severity                              map[string]string
}

//go:embed persons.json
var personsJSON []byte

// Persons is the rule set in force.
var Persons = mustPersons(personsJSON)

func mustPersons(raw []byte) PersonRules {
	var file struct {
		PersonRules
		CitizenID  string            `json:"citizen_id"`
		TaxCode    string            `json:"tax_code"`
		Phone      string            `json:"phone"`
		PhoneShape string            `json:"phone_shape"`
		Severity   map[string]string `json:"severity"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		panic("dossier: persons.json: " + err.Error())
	}
	r := file.PersonRules
	r.citizenID = regexp.MustCompile(file.CitizenID)
	r.taxCode = regexp.MustCompile(file.TaxCode)
	r.phone = regexp.MustCompile(file.Phone)
	r.phoneShape = regexp.MustCompile(file.PhoneShape)
	r.severity = file.Severity
	for rule, s := range r.severity {
		if s != "warn" && s != "refuse" {
			panic("dossier: persons.json: severity of " + rule + " must be warn or refuse")
		}
	}
	return r
}

// Check judges a person's particulars. base is the pointer of the person in the
// request; the local day of today bounds the birth date.
func (r PersonRules) Check(base string, p Person, today time.Time) []FieldError {
	c := personCheck{rules: r, base: base}
	c.name(p.FullName)
	switch p.Kind {
	case Citizen:
		c.citizen(p, today)
	case Enterprise:
		if !r.taxCode.MatchString(p.TaxCode) {
			c.breach("/tax_code", "tax_code_shape")
		}
	case Organisation:
	default:
		c.refuse("/kind", "person_kind_unknown")
	}
	c.contact(p)
	return c.errs
}

// CheckRecipient judges who is to receive a parcel.
func (r PersonRules) CheckRecipient(base string, p Person) []FieldError {
	c := personCheck{rules: r, base: base}
	c.name(p.FullName)
	if plainPhone(p.Phone) == "" {
		c.refuse("/phone", "required")
	}
	if strings.TrimSpace(p.Address) == "" {
		c.refuse("/address", "required")
	}
	c.contact(p)
	return c.errs
}

type personCheck struct {
	rules PersonRules
	base  string
	errs  []FieldError
}

func (c *personCheck) refuse(field, rule string) {
	c.errs = append(c.errs, FieldError{Pointer: c.base + field, Rule: rule})
}

// breach reports a rule whose severity is data.
func (c *personCheck) breach(field, rule string) {
	c.errs = append(c.errs, FieldError{Pointer: c.base + field, Rule: rule, Warning: c.rules.severity[rule] == "warn"})
}

func (c *personCheck) name(name string) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		c.refuse("/full_name", "required")
	case !utf8.ValidString(name):
		c.refuse("/full_name", "text_not_plain")
	case utf8.RuneCountInString(name) > 200:
		c.refuse("/full_name", "too_long")
	}
}

func (c *personCheck) citizen(p Person, today time.Time) {
	if !c.rules.citizenID.MatchString(p.CitizenID) {
		c.breach("/citizen_id", "citizen_id_shape")
	}
	if p.DateOfBirth == "" {
		c.refuse("/date_of_birth", "required")
		return
	}
	born, err := time.Parse(time.DateOnly, p.DateOfBirth)
	if err != nil || born.Year() < 1900 {
		c.breach("/date_of_birth", "birth_date_real")
		return
	}
	if p.DateOfBirth > LocalDay(today) { // days, not instants: a child born today has been born before seven as well
		c.breach("/date_of_birth", "birth_date_future")
		return
	}
	if c.rules.citizenID.MatchString(p.CitizenID) && !bornAsIDSays(p.CitizenID, born) {
		c.breach("/citizen_id", "citizen_id_birth")
	}
}

// bornAsIDSays compares the century digit (0 and 1 for 1900-1999, 2 and 3 for
// 2000-2099, …) and the two year digits with the birth date.
func bornAsIDSays(id string, born time.Time) bool {
	century := 1900 + 100*(int(id[3]-'0')/2)
	year, _ := strconv.Atoi(id[4:6])
	return century+year == born.Year()
}

func (c *personCheck) contact(p Person) {
	if phone := plainPhone(p.Phone); phone != "" {
		if !c.rules.phoneShape.MatchString(phone) {
			c.breach("/phone", "phone_shape")
		} else if !c.rules.phone.MatchString(phone) {
			c.breach("/phone", "phone_unusual")
		}
	}
	if p.Email != "" {
		a, err := mail.ParseAddress(p.Email)
		if err != nil || a.Address != p.Email || !strings.Contains(p.Email[strings.LastIndexByte(p.Email, '@')+1:], ".") {
			c.breach("/email", "email_shape")
		}
	}
	if utf8.RuneCountInString(p.Address) > 500 {
		c.refuse("/address", "too_long")
	}
}

func plainPhone(phone string) string {
	return strings.NewReplacer(" ", "", ".", "", "-", "").Replace(phone)
}

// NormalPhone writes a phone number the domestic way: digits only, leading 0.
func NormalPhone(phone string) string {
	p := strings.TrimPrefix(plainPhone(phone), "+")
	if rest, ok := strings.CutPrefix(p, "84"); ok && len(rest) >= 8 {
		return "0" + strings.TrimPrefix(rest, "0") // some write +84 0900…
	}
	return p
}
