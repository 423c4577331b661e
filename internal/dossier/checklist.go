package dossier

import (
	"slices"
	"strconv"
	"strings"
)

// FieldError is one thing wrong with a request: where, by which rule, how bad.
// It never carries the offending value.
type FieldError struct {
	Pointer string // JSON pointer into the request, e.g. "/components/0/form"
	Rule    string // stable word, e.g. "component_missing"
	// Args fill the rule's sentence; only codes and numbers of the catalogue.
	Args map[string]string
	// Warning says that the rule warns and does not refuse.
	Warning bool
}

// Refusals keeps the errors that refuse and drops the warnings.
func Refusals(errs []FieldError) []FieldError {
	return slices.DeleteFunc(slices.Clone(errs), func(e FieldError) bool { return e.Warning })
}

// Warnings keeps the errors that only warn.
func Warnings(errs []FieldError) []FieldError {
	return slices.DeleteFunc(slices.Clone(errs), func(e FieldError) bool { return !e.Warning })
}

// Checklist is what a case wants of a filing with these facts: without the
// components that its conditions leave out, and with those required that they
// require.
func Checklist(wanted []Wanted, f CaseFacts) []Wanted {
	var out []Wanted
	for _, w := range wanted {
		if !w.When.Holds(f) {
			continue
		}
		w.Required = w.Required || w.RequiredWhen != nil && w.RequiredWhen.Holds(f)
		out = append(out, w)
	}
	return out
}

// Offered adds to a checklist what is given in place of what cannot be given.
// Papers beyond that are nobody's to ask for.
func Offered(wanted []Wanted, given []Given) []Wanted {
	out := slices.Clip(wanted)
	for _, g := range given {
		w, _ := want(wanted, g.Code)
		if _, listed := want(out, g.Substitute); g.Form != FormNotAvailable || g.Substitute == "" || listed {
			continue
		}
		if sub, known := want(w.Substitutes, g.Substitute); known {
			out = append(out, sub)
		}
	}
	return out
}

// CheckComponents compares what is given with what the procedure's case wants.
// base is the pointer of the list. With partial set only the given ones are
// judged (a supplement); otherwise required ones must all be there.
func CheckComponents(base string, wanted []Wanted, given []Given, partial bool) []FieldError {
	var errs []FieldError
	seen := map[string]bool{}
	offered := Offered(wanted, given)
	for i, g := range given {
		at := base + "/" + strconv.Itoa(i)
		w, known := want(offered, g.Code)
		switch {
		case !known:
			errs = append(errs, FieldError{Pointer: at + "/code", Rule: "component_not_in_checklist"})
			continue
		case seen[g.Code]:
			errs = append(errs, FieldError{Pointer: at + "/code", Rule: "component_twice"})
		}
		seen[g.Code] = true
		errs = append(errs, checkForm(at, w, g)...)
		errs = append(errs, checkSubstitute(at, w, g, given)...)
	}
	if partial {
		if len(given) == 0 {
			errs = append(errs, FieldError{Pointer: base, Rule: "components_empty"})
		}
		return errs
	}
	for _, w := range wanted {
		if w.Required && !seen[w.Code] {
			errs = append(errs, FieldError{Pointer: base, Rule: "component_missing", Args: map[string]string{"component": w.Code}})
		}
	}
	return errs
}

func checkForm(at string, w Wanted, g Given) []FieldError {
	var errs []FieldError
	if !w.takes(g) {
		errs = append(errs, FieldError{Pointer: at + "/form", Rule: "form_not_accepted", Args: map[string]string{"component": w.Code}})
	}
	if g.Form == FormScan && g.Document == "" {
		errs = append(errs, FieldError{Pointer: at + "/document_id", Rule: "document_required"})
	}
	if !g.Form.Digital() && g.Document != "" {
		errs = append(errs, FieldError{Pointer: at + "/document_id", Rule: "document_not_expected"})
	}
	if g.Form == FormNotAvailable && strings.TrimSpace(g.Reason) == "" {
		errs = append(errs, FieldError{Pointer: at + "/reason", Rule: "reason_required"})
	}
	return errs
}

// takes says whether a component is taken in the form in which it is given. One
// that cannot be given is taken where something may stand in its place.
func (w Wanted) takes(g Given) bool {
	return slices.Contains(w.Forms, g.Form) || g.Form == FormNotAvailable && len(w.Substitutes) > 0
}

// checkSubstitute judges what is to stand in the place of something that cannot
// be given: it is one that the procedure allows, and it is given itself.
func checkSubstitute(at string, w Wanted, g Given, given []Given) []FieldError {
	_, allowed := want(w.Substitutes, g.Substitute)
	is := func(o Given) bool { return o.Code == g.Substitute && o.Form != FormNotAvailable }
	rule := ""
	switch {
	case g.Form != FormNotAvailable && g.Substitute != "":
		rule = "substitute_not_expected"
	case g.Form != FormNotAvailable:
	case g.Substitute == "" && len(w.Substitutes) > 0 && !slices.Contains(w.Forms, FormNotAvailable):
		rule = "substitute_required"
	case g.Substitute == "":
	case !allowed:
		rule = "substitute_not_accepted"
	case !slices.ContainsFunc(given, is):
		rule = "substitute_missing"
	}
	if rule == "" {
		return nil
	}
	return []FieldError{{Pointer: at + "/substitute", Rule: rule, Args: map[string]string{"component": w.Code, "allowed": codesOf(w.Substitutes)}}}
}

// MissingOf lists the components asked for that a supplement neither gives nor
// says to be unavailable.
func MissingOf(asked []string, given []Given) []string {
	return slices.DeleteFunc(slices.Clone(asked), func(code string) bool {
		return slices.ContainsFunc(given, func(g Given) bool { return g.Code == code })
	})
}

func codesOf(wanted []Wanted) string {
	codes := make([]string, len(wanted))
	for i, w := range wanted {
		codes[i] = w.Code
	}
	return strings.Join(codes, ", ")
}

func want(wanted []Wanted, code string) (Wanted, bool) {
	i := slices.IndexFunc(wanted, func(w Wanted) bool { return w.Code == code })
	if i < 0 {
		return Wanted{}, false
	}
	return wanted[i], true
}
