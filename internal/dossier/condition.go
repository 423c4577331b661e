package dossier

import (
	"fmt"
	"slices"
	"time"
)

// Condition says when a component belongs to a case's checklist, or when it is
// required. It is data: one question about a fact of the filing, or all or any of
// several conditions. The nil Condition always holds.
type Condition struct {
	// Field names the fact; see ConditionFields.
	Field string `yaml:"field,omitempty" json:"field,omitempty"`
	// In holds when a word is one of these.
	In []string `yaml:"in,omitempty" json:"in,omitempty"`
	// Is holds when a yes-or-no fact is so.
	Is *bool `yaml:"is,omitempty" json:"is,omitempty"`
	// AtLeast and AtMost hold between these numbers, ends included.
	AtLeast *int `yaml:"at_least,omitempty" json:"at_least,omitempty"`
	AtMost  *int `yaml:"at_most,omitempty" json:"at_most,omitempty"`

	All []Condition `yaml:"all,omitempty" json:"all,omitempty"`
	Any []Condition `yaml:"any,omitempty" json:"any,omitempty"`
}

// CaseFacts are what a condition may ask about a filing. No name, number or
// address is among them.
type CaseFacts struct {
	ApplicantKind  string
	ApplicantAge   int // in whole years on the day of filing; below 0 when it is not known
	MandateKind    string
	Submitter      bool // somebody else stands at the counter
	Quantity       int
	Vulnerable     bool
	FreeHelp       bool
	DeliveryMethod DeliveryMethod
}

// fact is one field that a condition may name: of which kind it is, which words
// it may be, and how it is read.
type fact struct {
	words  []string
	word   func(CaseFacts) string
	number func(CaseFacts) (n int, known bool)
	yes    func(CaseFacts) bool
}

var factsByName = map[string]fact{
	"applicant.kind":  {words: []string{Citizen, Enterprise, Organisation}, word: func(f CaseFacts) string { return f.ApplicantKind }},
	"applicant.age":   {number: func(f CaseFacts) (int, bool) { return f.ApplicantAge, f.ApplicantAge >= 0 }},
	"mandate.kind":    {words: []string{"self", "assisted", "authorised"}, word: func(f CaseFacts) string { return f.MandateKind }},
	"submitter":       {yes: func(f CaseFacts) bool { return f.Submitter }},
	"quantity":        {number: func(f CaseFacts) (int, bool) { return f.Quantity, true }},
	"vulnerable":      {yes: func(f CaseFacts) bool { return f.Vulnerable }},
	"free_help":       {yes: func(f CaseFacts) bool { return f.FreeHelp }},
	"delivery.method": {words: []string{string(ByCourier), string(AtCounter), string(Electronic)}, word: func(f CaseFacts) string { return string(f.DeliveryMethod) }},
}

// ConditionFields are the facts that a condition may ask about.
func ConditionFields() []string {
	var names []string
	for name := range factsByName {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Holds says whether the condition is met. A fact that is not known meets no
// question about it.
func (c *Condition) Holds(f CaseFacts) bool {
	if c == nil {
		return true
	}
	met := func(one Condition) bool { return one.Holds(f) }
	switch {
	case len(c.All) > 0:
		return !slices.ContainsFunc(c.All, func(one Condition) bool { return !met(one) })
	case len(c.Any) > 0:
		return slices.ContainsFunc(c.Any, met)
	}
	return c.asks(f)
}

func (c *Condition) asks(f CaseFacts) bool {
	about := factsByName[c.Field]
	switch {
	case about.word != nil:
		return slices.Contains(c.In, about.word(f))
	case about.yes != nil:
		return c.Is != nil && about.yes(f) == *c.Is
	case about.number != nil:
		n, known := about.number(f)
		return known && (c.AtLeast == nil || n >= *c.AtLeast) && (c.AtMost == nil || n <= *c.AtMost)
	}
	return false
}

// Faults says what is wrong with a condition as it was written; nothing for nil.
func (c *Condition) Faults() []string {
	if c == nil {
		return nil
	}
	kinds := 0
	for _, is := range []bool{c.Field != "", c.All != nil, c.Any != nil} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		return []string{"a condition has exactly one of field, all and any"}
	}
	if c.Field != "" {
		return c.faultsOfField()
	}
	parts := append(slices.Clone(c.All), c.Any...)
	if len(parts) == 0 {
		return []string{"all and any need at least one condition"}
	}
	var faults []string
	if c.In != nil || c.Is != nil || c.AtLeast != nil || c.AtMost != nil {
		faults = append(faults, "in, is, at_least and at_most go with field only")
	}
	for _, one := range parts {
		faults = append(faults, one.Faults()...)
	}
	return faults
}

func (c *Condition) faultsOfField() []string {
	about, known := factsByName[c.Field]
	counts := c.AtLeast != nil || c.AtMost != nil
	switch {
	case !known:
		return []string{fmt.Sprintf("field %q unknown (known: %v)", c.Field, ConditionFields())}
	case about.word != nil && (len(c.In) == 0 || c.Is != nil || counts):
		return []string{fmt.Sprintf("field %q is a word: ask with in", c.Field)}
	case about.yes != nil && (c.Is == nil || c.In != nil || counts):
		return []string{fmt.Sprintf("field %q is yes or no: ask with is", c.Field)}
	case about.number != nil && (!counts || c.In != nil || c.Is != nil):
		return []string{fmt.Sprintf("field %q is a number: ask with at_least or at_most", c.Field)}
	case c.AtLeast != nil && c.AtMost != nil && *c.AtLeast > *c.AtMost:
		return []string{"at_least is above at_most"}
	}
	for _, word := range c.In {
		if !slices.Contains(about.words, word) {
			return []string{fmt.Sprintf("field %q is never %q (known: %v)", c.Field, word, about.words)}
		}
	}
	return nil
}

// Facts gives what conditions may ask about a filing on a local day.
func (f Filing) Facts(day string) CaseFacts {
	return CaseFacts{
		ApplicantKind: f.Applicant.Kind, ApplicantAge: ageOn(f.Applicant.DateOfBirth, day), MandateKind: f.Mandate.Kind, Submitter: f.Submitter != nil,
		Quantity: f.Quantity, Vulnerable: f.Vulnerable, FreeHelp: f.FreeHelp, DeliveryMethod: f.Delivery.Method,
	}
}

// ageOn is an age in whole years, by which somebody born on 29 February is a year
// older on 1 March; -1 when a day is not known.
func ageOn(born, day string) int {
	from, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return -1
	}
	on, err := time.Parse(time.DateOnly, day)
	if err != nil || on.Before(from) {
		return -1
	}
	years := on.Year() - from.Year()
	if on.Month() < from.Month() || on.Month() == from.Month() && on.Day() < from.Day() {
		years--
	}
	return years
}
