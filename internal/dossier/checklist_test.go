package dossier_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

func TestCheckComponents(t *testing.T) {
	t.Parallel()
	wanted := []dossier.Wanted{
		{Code: "to-khai", Required: true, Forms: []dossier.Form{dossier.FormScan, dossier.FormPaperOriginal}},
		{Code: "giay-chung-sinh", Required: true, Forms: []dossier.Form{dossier.FormScan, dossier.FormFromDatabase, dossier.FormNotAvailable}},
		{Code: "uy-quyen", Forms: []dossier.Form{dossier.FormPaperCertified}},
	}
	form := dossier.Given{Code: "to-khai", Form: dossier.FormScan, Document: "d1"}
	birth := dossier.Given{Code: "giay-chung-sinh", Form: dossier.FormFromDatabase}
	missing := func(component string) dossier.FieldError {
		return dossier.FieldError{Pointer: "/components", Rule: "component_missing", Args: map[string]string{"component": component}}
	}
	wrong := func(pointer, rule string) dossier.FieldError { return dossier.FieldError{Pointer: pointer, Rule: rule} }
	notTaken := func(pointer, component string) dossier.FieldError {
		return dossier.FieldError{Pointer: pointer, Rule: "form_not_accepted", Args: map[string]string{"component": component}}
	}
	type given = []dossier.Given
	type errs = []dossier.FieldError
	cases := map[string]struct {
		partial bool
		given   given
		want    errs
	}{
		"all there":                {false, given{form, birth}, nil},
		"all there, other order":   {false, given{birth, form}, nil},
		"an optional one as well":  {false, given{form, birth, {Code: "uy-quyen", Form: dossier.FormPaperCertified}}, nil},
		"not available, said why":  {false, given{form, {Code: "giay-chung-sinh", Form: dossier.FormNotAvailable, Reason: "mất do lũ"}}, nil},
		"nothing":                  {false, nil, errs{missing("to-khai"), missing("giay-chung-sinh")}},
		"one missing":              {false, given{form}, errs{missing("giay-chung-sinh")}},
		"the optional one alone":   {false, given{{Code: "uy-quyen", Form: dossier.FormPaperCertified}}, errs{missing("to-khai"), missing("giay-chung-sinh")}},
		"not in the checklist":     {false, given{form, birth, {Code: "ho-khau", Form: dossier.FormScan, Document: "d3"}}, errs{wrong("/components/2/code", "component_not_in_checklist")}},
		"no code":                  {false, given{form, birth, {Form: dossier.FormScan}}, errs{wrong("/components/2/code", "component_not_in_checklist")}},
		"twice":                    {false, given{form, birth, form}, errs{wrong("/components/2/code", "component_twice")}},
		"a form not taken":         {false, given{{Code: "to-khai", Form: dossier.FormPaperCertified}, birth}, errs{notTaken("/components/0/form", "to-khai")}},
		"a form unknown":           {false, given{{Code: "to-khai", Form: "fax"}, birth}, errs{notTaken("/components/0/form", "to-khai")}},
		"no form":                  {false, given{form, {Code: "giay-chung-sinh"}}, errs{notTaken("/components/1/form", "giay-chung-sinh")}},
		"a scan without document":  {false, given{{Code: "to-khai", Form: dossier.FormScan}, birth}, errs{wrong("/components/0/document_id", "document_required")}},
		"a sheet with document":    {false, given{{Code: "to-khai", Form: dossier.FormPaperOriginal, Document: "d1"}, birth}, errs{wrong("/components/0/document_id", "document_not_expected")}},
		"not available, not why":   {false, given{form, {Code: "giay-chung-sinh", Form: dossier.FormNotAvailable}}, errs{wrong("/components/1/reason", "reason_required")}},
		"not available, for blank": {false, given{form, {Code: "giay-chung-sinh", Form: dossier.FormNotAvailable, Reason: " \n"}}, errs{wrong("/components/1/reason", "reason_required")}},
		"wrong twice over, each told": {false, given{{Code: "to-khai", Form: dossier.FormPaperCertified, Document: "d1"}},
			errs{notTaken("/components/0/form", "to-khai"), wrong("/components/0/document_id", "document_not_expected"), missing("giay-chung-sinh")}},

		"a supplement of one":             {true, given{birth}, nil},
		"a supplement of nothing":         {true, nil, errs{wrong("/components", "components_empty")}},
		"a supplement never asked for":    {true, given{{Code: "ho-khau", Form: dossier.FormScan, Document: "d3"}}, errs{wrong("/components/0/code", "component_not_in_checklist")}},
		"a supplement without a document": {true, given{{Code: "to-khai", Form: dossier.FormScan}}, errs{wrong("/components/0/document_id", "document_required")}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, dossier.CheckComponents("/components", wanted, c.given, c.partial))
		})
	}
}

func TestPointersBeginAtTheBase(t *testing.T) {
	t.Parallel()
	errs := dossier.CheckComponents("/supplement/components", nil, []dossier.Given{{Code: "a"}}, true)
	require.Equal(t, []dossier.FieldError{{Pointer: "/supplement/components/0/code", Rule: "component_not_in_checklist"}}, errs)
}

func TestRefusalsAndWarningsPartTheErrors(t *testing.T) {
	t.Parallel()
	errs := []dossier.FieldError{{Rule: "a"}, {Rule: "b", Warning: true}, {Rule: "c"}}
	require.Equal(t, []dossier.FieldError{{Rule: "a"}, {Rule: "c"}}, dossier.Refusals(errs))
	require.Equal(t, []dossier.FieldError{{Rule: "b", Warning: true}}, dossier.Warnings(errs))
	require.Equal(t, []dossier.FieldError{{Rule: "a"}, {Rule: "b", Warning: true}, {Rule: "c"}}, errs, "the list itself stays whole")
	require.Empty(t, dossier.Refusals(nil))
}
