package forms

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Problem is one fault of a form's data. It names the field by its JSON name
// ("components[2].name") and the rule, and never repeats the value.
type Problem struct {
	Field string `json:"field"`
	Rule  string `json:"rule"`
}

// Problems are all faults of a form's data; [PDF] answers them as its error.
type Problems []Problem

// Error puts the problems into one line.
func (ps Problems) Error() string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.Field + " " + p.Rule
	}
	return "form: " + strings.Join(parts, "; ")
}

// The limits of texts, in characters. A name may be long, a reason must be
// allowed to say everything; both must end.
const (
	lineLimit   = 500
	nameLimit   = 2000 // official names of procedures: some list all that they are for
	reasonLimit = 10_000
	rowLimit    = 500    // components, items
	recordLimit = 20_000 // lines of a register or a hand-over
)

// checker collects the problems of a form.
type checker struct{ found Problems }

func (c *checker) fault(field, rule string, args ...any) {
	c.found = append(c.found, Problem{Field: field, Rule: fmt.Sprintf(rule, args...)})
}

// must checks a text that has to be there; what is only invisible characters is not.
func (c *checker) must(field, text string) {
	if tidy(text) == "" {
		c.fault(field, "is required")
		return
	}
	c.may(field, text)
}

// name checks an official name, which may be long.
func (c *checker) name(field, text string) {
	if tidy(text) == "" {
		c.fault(field, "is required")
	}
	c.atMost(field, text, nameLimit)
}

// may checks a text that may be missing.
func (c *checker) may(field, text string) { c.atMost(field, text, lineLimit) }

// reason checks a long text that has to be there.
func (c *checker) reason(field, text string) {
	if tidy(text) == "" {
		c.fault(field, "is required")
	}
	c.atMost(field, text, reasonLimit)
}

func (c *checker) atMost(field, text string, limit int) {
	if !utf8.ValidString(text) {
		c.fault(field, "is not UTF-8")
	} else if utf8.RuneCountInString(text) > limit {
		c.fault(field, "is longer than %d characters", limit)
	}
}

// time checks a time that has to be there and be one of our days.
func (c *checker) time(field string, at time.Time) {
	if at.IsZero() {
		c.fault(field, "is required")
		return
	}
	c.maybe(field, &at)
}

// maybe checks a time that may be missing.
func (c *checker) maybe(field string, at *time.Time) {
	if at != nil && (at.Year() < 2000 || at.Year() > 2200) {
		c.fault(field, "is outside the years 2000 to 2200")
	}
}

func (c *checker) rows(field string, n, least, most int) {
	if n < least {
		c.fault(field, "needs at least %d", least)
	} else if n > most {
		c.fault(field, "has more than %d lines", most)
	}
}

func (c *checker) count(field string, n int) {
	if n < 0 || n > 9999 {
		c.fault(field, "is outside 0 to 9999")
	}
}

func (c *checker) err() error {
	if len(c.found) == 0 {
		return nil
	}
	return c.found
}
