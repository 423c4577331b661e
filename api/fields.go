package api

import "hoso/internal/dossier"

// FieldError is one thing wrong with a request. It names place and rule, never
// the value found there.
type FieldError struct {
	Pointer   *string           `json:"pointer,omitempty" doc:"JSON pointer into the body; empty for the body as a whole." example:"/applicant/citizen_id"`
	Parameter string            `json:"parameter,omitempty" doc:"Name of the query or header parameter, where it is not the body." example:"limit"`
	Code      string            `json:"code" doc:"Stable word for the rule." example:"required"`
	Detail    string            `json:"detail" doc:"The rule in words, in the reader's language."`
	Args      map[string]string `json:"-"`
}

// Field reports a broken rule at a JSON pointer of the body. args are name and
// value in turn and fill the rule's sentence: limits and codes, never what the
// client sent.
func Field(pointer, rule string, args ...string) FieldError {
	return FieldError{Pointer: &pointer, Code: rule, Args: pairs(args)}
}

// Parameter reports a broken rule at a query or header parameter.
func Parameter(name, rule string, args ...string) FieldError {
	return FieldError{Parameter: name, Code: rule, Args: pairs(args)}
}

// Error gives place and rule, so that a resolver may return a FieldError.
func (e FieldError) Error() string { return e.Code + " at " + e.place() }

func (e FieldError) place() string {
	if e.Pointer != nil {
		return *e.Pointer
	}
	return e.Parameter
}

func pairs(args []string) map[string]string {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return m
}

// Fields turns what the domain found wrong into field errors. Warnings stay out:
// they are shown, not refused.
func Fields(errs []dossier.FieldError) []FieldError {
	var out []FieldError
	for _, e := range dossier.Refusals(errs) {
		out = append(out, FieldError{Pointer: &e.Pointer, Code: e.Rule, Args: e.Args})
	}
	return out
}
