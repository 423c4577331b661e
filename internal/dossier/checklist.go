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

// CheckComponents compares what is given with what the procedure's case wants.
// base is the pointer of the list. With partial set only the given ones are
// judged (a supplement); otherwise required ones must all be there.
func CheckComponents(base string, wanted []Wanted, given []Given, partial bool) []FieldError {
	var errs []FieldError
	seen := map[string]bool{}
	for i, g := range given {
		at := base + "/" + strconv.Itoa(i)
		w, known := want(wanted, g.Code)
		switch {
		case !known:
			errs = append(errs, FieldError{Pointer: at + "/code", Rule: "component_not_in_checklist"})
			continue
		case seen[g.Code]:
			errs = append(errs, FieldError{Pointer: at + "/code", Rule: "component_twice"})
		}
		seen[g.Code] = true
		errs = append(errs, checkForm(at, w, g)...)
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
	if !slices.Contains(w.Forms, g.Form) {
		errs = append(errs, FieldError{Pointer: at + "/form", Rule: "form_not_accepted", Args: map[string]string{"component": w.Code}})
	}
	if g.Form == FormScan && g.Document == "" {
		errs = append(errs, FieldError{Pointer: at + "/document_id", Rule: "document_required"})
	}
	if g.Form != FormScan && g.Document != "" {
		errs = append(errs, FieldError{Pointer: at + "/document_id", Rule: "document_not_expected"})
	}
	if g.Form == FormNotAvailable && strings.TrimSpace(g.Reason) == "" {
		errs = append(errs, FieldError{Pointer: at + "/reason", Rule: "reason_required"})
	}
	return errs
}

func want(wanted []Wanted, code string) (Wanted, bool) {
	i := slices.IndexFunc(wanted, func(w Wanted) bool { return w.Code == code })
	if i < 0 {
		return Wanted{}, false
	}
	return wanted[i], true
}
