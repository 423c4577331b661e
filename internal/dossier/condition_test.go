package dossier_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
)

func number(n int) *int { return &n }

func yes() *bool { b := true; return &b }

var authorised = dossier.Condition{Field: "mandate.kind", In: []string{"authorised"}}

func TestConditionHolds(t *testing.T) {
	t.Parallel()
	minor := dossier.Condition{Field: "applicant.age", AtMost: number(17)}
	for name, c := range map[string]struct {
		condition *dossier.Condition
		facts     dossier.CaseFacts
		want      bool
	}{
		"nothing asked":                 {nil, dossier.CaseFacts{}, true},
		"authorised":                    {&authorised, dossier.CaseFacts{MandateKind: "authorised"}, true},
		"for oneself":                   {&authorised, dossier.CaseFacts{MandateKind: "self"}, false},
		"seventeen is under age":        {&minor, dossier.CaseFacts{ApplicantAge: 17}, true},
		"eighteen is not":               {&minor, dossier.CaseFacts{ApplicantAge: 18}, false},
		"an unknown age answers no":     {&minor, dossier.CaseFacts{ApplicantAge: -1}, false},
		"somebody else at the counter":  {&dossier.Condition{Field: "submitter", Is: yes()}, dossier.CaseFacts{Submitter: true}, true},
		"both":                          {&dossier.Condition{All: []dossier.Condition{authorised, minor}}, dossier.CaseFacts{MandateKind: "authorised", ApplicantAge: 30}, false},
		"either":                        {&dossier.Condition{Any: []dossier.Condition{authorised, minor}}, dossier.CaseFacts{MandateKind: "authorised", ApplicantAge: 30}, true},
		"a fact that nobody knows of":   {&dossier.Condition{Field: "horoscope", In: []string{"leo"}}, dossier.CaseFacts{}, false},
		"from three copies on":          {&dossier.Condition{Field: "quantity", AtLeast: number(3)}, dossier.CaseFacts{Quantity: 3}, true},
		"two are fewer than three":      {&dossier.Condition{Field: "quantity", AtLeast: number(3)}, dossier.CaseFacts{Quantity: 2}, false},
		"an enterprise is not a person": {&dossier.Condition{Field: "applicant.kind", In: []string{"citizen"}}, dossier.CaseFacts{ApplicantKind: "enterprise"}, false},
	} {
		require.Equal(t, c.want, c.condition.Holds(c.facts), name)
		if name != "a fact that nobody knows of" {
			require.Empty(t, c.condition.Faults(), name)
		}
	}
}

func TestConditionFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]dossier.Condition{
		"nothing":             {},
		"two kinds":           {Field: "submitter", Is: yes(), All: []dossier.Condition{authorised}},
		"all of nothing":      {All: []dossier.Condition{}},
		"an unknown field":    {Field: "applicant.name", In: []string{"An"}},
		"an unknown word":     {Field: "mandate.kind", In: []string{"forced"}},
		"a word, as a number": {Field: "mandate.kind", AtLeast: number(1)},
		"a number, as a word": {Field: "quantity", In: []string{"two"}},
		"yes, as a word":      {Field: "vulnerable", In: []string{"true"}},
		"backwards":           {Field: "quantity", AtLeast: number(3), AtMost: number(2)},
		"deep inside":         {Any: []dossier.Condition{authorised, {All: []dossier.Condition{{Field: "nothing"}}}}},
		"in beside all":       {All: []dossier.Condition{authorised}, In: []string{"self"}},
	} {
		require.NotEmpty(t, c.Faults(), name)
	}
}

// TestChecklistByCase: the list follows from the filing, and never asks for more
// than the procedure's own list.
func TestChecklistByCase(t *testing.T) {
	t.Parallel()
	wanted := []dossier.Wanted{
		{Code: "to-khai", Required: true},
		{Code: "giay-uy-quyen", RequiredWhen: &authorised},
		{Code: "hop-dong", When: &authorised},
	}
	codes := func(list []dossier.Wanted) (codes []string, required []string) {
		for _, w := range list {
			codes = append(codes, w.Code)
			if w.Required {
				required = append(required, w.Code)
			}
		}
		return codes, required
	}
	all, required := codes(dossier.Checklist(wanted, dossier.CaseFacts{MandateKind: "authorised"}))
	require.Equal(t, []string{"to-khai", "giay-uy-quyen", "hop-dong"}, all)
	require.Equal(t, []string{"to-khai", "giay-uy-quyen"}, required)
	all, required = codes(dossier.Checklist(wanted, dossier.CaseFacts{MandateKind: "self"}))
	require.Equal(t, []string{"to-khai", "giay-uy-quyen"}, all)
	require.Equal(t, []string{"to-khai"}, required)
}

func TestAgeOnTheDayOfFiling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		born, day string
		age       int
	}{
		{"2007-02-05", "2025-02-04", 17}, {"2007-02-05", "2025-02-05", 18}, {"2004-02-29", "2025-02-28", 20}, {"2004-02-29", "2025-03-01", 21},
		{"", "2025-02-05", -1}, {"2030-01-01", "2025-02-05", -1}, {"5/2/2007", "2025-02-05", -1},
	} {
		f := dossier.Filing{Applicant: dossier.Person{DateOfBirth: c.born}}
		require.Equal(t, c.age, f.Facts(c.day).ApplicantAge, "%s on %s", c.born, c.day)
	}
}

// TestSubstitutes: what cannot be given is replaced by what the procedure lets
// stand in its place, and by nothing else.
func TestSubstitutes(t *testing.T) {
	t.Parallel()
	wanted := []dossier.Wanted{
		{Code: "to-khai", Required: true, Forms: []dossier.Form{dossier.FormScan, dossier.FormReused}},
		{Code: "giay-chung-sinh", Required: true, Forms: []dossier.Form{dossier.FormScan}, Substitutes: []dossier.Wanted{{Code: "giay-cam-doan", Forms: []dossier.Form{dossier.FormScan}}}},
	}
	form := dossier.Given{Code: "to-khai", Form: dossier.FormScan, Document: "d1"}
	lost := dossier.Given{Code: "giay-chung-sinh", Form: dossier.FormNotAvailable, Reason: "bị mất"}
	oath := dossier.Given{Code: "giay-cam-doan", Form: dossier.FormScan, Document: "d2"}
	with := func(g dossier.Given, substitute string) dossier.Given { g.Substitute = substitute; return g }
	for name, c := range map[string]struct {
		given []dossier.Given
		want  []string
	}{
		"stood in for":                       {[]dossier.Given{form, with(lost, "giay-cam-doan"), oath}, nil},
		"nothing in its place":               {[]dossier.Given{form, lost}, []string{"/components/1/substitute substitute_required"}},
		"something else in its place":        {[]dossier.Given{form, with(lost, "to-khai")}, []string{"/components/1/substitute substitute_not_accepted"}},
		"named but not given":                {[]dossier.Given{form, with(lost, "giay-cam-doan")}, []string{"/components/1/substitute substitute_missing"}},
		"a substitute that nobody asked for": {[]dossier.Given{form, {Code: "giay-chung-sinh", Form: dossier.FormScan, Document: "d3"}, oath}, []string{"/components/2/code component_not_in_checklist"}},
		"in the place of what is given":      {[]dossier.Given{with(form, "giay-cam-doan"), with(lost, "giay-cam-doan"), oath}, []string{"/components/0/substitute substitute_not_expected"}},
		"the form itself cannot be missing":  {[]dossier.Given{{Code: "to-khai", Form: dossier.FormNotAvailable, Reason: "x"}, with(lost, "giay-cam-doan"), oath}, []string{"/components/0/form form_not_accepted"}},
		"a scan of an earlier dossier":       {[]dossier.Given{{Code: "to-khai", Form: dossier.FormReused, Document: "old"}, with(lost, "giay-cam-doan"), oath}, nil},
	} {
		var got []string
		for _, e := range dossier.CheckComponents("/components", wanted, c.given, false) {
			got = append(got, e.Pointer+" "+e.Rule)
		}
		require.Equal(t, c.want, got, name)
	}
}

func TestMissingOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		codes := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), rapid.ID[string])
		asked, answered := codes.Draw(t, "asked"), codes.Draw(t, "answered")
		var given []dossier.Given
		for _, c := range answered {
			given = append(given, dossier.Given{Code: c})
		}
		missing := dossier.MissingOf(asked, given)
		for _, c := range asked {
			require.NotEqual(t, contains(missing, c), contains(answered, c))
		}
	})
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}
