package catalogue

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one fault of a data file.
type Problem struct {
	File    string
	Line    int    // 1 for the first; 0 when the fault has no line
	Subject string // what it is about, e.g. "procedure 2.000635"; "" for the file itself
	Rule    string // what is wrong
}

// Error reads "offices.yaml:12: office VNPHKI: network "post" unknown".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Subject != "" {
		b.WriteString(": " + p.Subject)
	}
	return b.String() + ": " + p.Rule
}

// Problems are all faults of a set, by file and line. Load answers them as its error.
type Problems []Problem

// Error puts one problem on each line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each problem to errors.Is and errors.As.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}

// report collects problems.
type report struct{ found Problems }

// fault notes a problem at a spot.
func (r *report) fault(s spot, rule string, args ...any) {
	r.found = append(r.found, Problem{File: s.file, Line: s.line(), Subject: s.subject, Rule: fmt.Sprintf(rule, args...)})
}

// err is nil when nothing was found.
func (r *report) err() error {
	if len(r.found) == 0 {
		return nil
	}
	slices.SortStableFunc(r.found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return r.found
}
