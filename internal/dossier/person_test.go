package dossier_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
)

// an is a citizen with whose particulars nothing is wrong.
var an = dossier.Person{
	Kind: dossier.Citizen, FullName: "Nguyễn Văn An", CitizenID: "001090000001", DateOfBirth: "1990-01-01",
	Phone: "0900000123", Email: "an@example.vn", Address: "75 Đinh Tiên Hoàng",
}

// with is the person after a change.
func with(p dossier.Person, change func(*dossier.Person)) dossier.Person {
	change(&p)
	return p
}

func refuses(field, rule string) []dossier.FieldError {
	return []dossier.FieldError{{Pointer: "/applicant" + field, Rule: rule}}
}

func warns(field, rule string) []dossier.FieldError {
	return []dossier.FieldError{{Pointer: "/applicant" + field, Rule: rule, Warning: true}}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	type p = dossier.Person
	company := p{Kind: dossier.Enterprise, FullName: "Công ty TNHH Hoa Sen", TaxCode: "0100109106"}
	cases := map[string]struct {
		person dossier.Person
		want   []dossier.FieldError
	}{
		"nothing wrong":              {an, nil},
		"neither phone nor e-mail":   {with(an, func(p *p) { p.Phone, p.Email, p.Address = "", "", "" }), nil},
		"no name":                    {with(an, func(p *p) { p.FullName = "" }), refuses("/full_name", "required")},
		"a name of blanks":           {with(an, func(p *p) { p.FullName = " \u00a0\t" }), refuses("/full_name", "required")},
		"a name of 200 letters":      {with(an, func(p *p) { p.FullName = strings.Repeat("ễ", 200) }), nil},
		"a name of 201 letters":      {with(an, func(p *p) { p.FullName = strings.Repeat("ễ", 201) }), refuses("/full_name", "too_long")},
		"a name in broken UTF-8":     {with(an, func(p *p) { p.FullName = "Nguy\xe1\xbb" }), refuses("/full_name", "text_not_plain")},
		"an address of 500 letters":  {with(an, func(p *p) { p.Address = strings.Repeat("ễ", 500) }), nil},
		"an address of 501 letters":  {with(an, func(p *p) { p.Address = strings.Repeat("ễ", 501) }), refuses("/address", "too_long")},
		"no kind":                    {with(an, func(p *p) { p.Kind = "" }), refuses("/kind", "person_kind_unknown")},
		"a kind unknown":             {with(an, func(p *p) { p.Kind = "robot" }), refuses("/kind", "person_kind_unknown")},
		"an organisation":            {p{Kind: dossier.Organisation, FullName: "Chùa Trấn Quốc"}, nil},
		"an enterprise":              {company, nil},
		"a branch":                   {with(company, func(p *p) { p.TaxCode = "0100109106-001" }), nil},
		"an enterprise without code": {with(company, func(p *p) { p.TaxCode = "" }), refuses("/tax_code", "tax_code_shape")},
		"a tax code of 9 digits":     {with(company, func(p *p) { p.TaxCode = "010010910" }), refuses("/tax_code", "tax_code_shape")},
		"a branch of 2 digits":       {with(company, func(p *p) { p.TaxCode = "0100109106-01" }), refuses("/tax_code", "tax_code_shape")},
		"an id of 11 digits":         {with(an, func(p *p) { p.CitizenID = "00109000001" }), refuses("/citizen_id", "citizen_id_shape")},
		"an id of 13 digits":         {with(an, func(p *p) { p.CitizenID = "0010900000011" }), refuses("/citizen_id", "citizen_id_shape")},
		"the old id of 9 digits":     {with(an, func(p *p) { p.CitizenID = "012345678" }), refuses("/citizen_id", "citizen_id_shape")},
		"an id with a letter":        {with(an, func(p *p) { p.CitizenID = "00109000000O" }), refuses("/citizen_id", "citizen_id_shape")},
		"an id with blanks":          {with(an, func(p *p) { p.CitizenID = "001090 000001" }), refuses("/citizen_id", "citizen_id_shape")},
		"an id with a line end":      {with(an, func(p *p) { p.CitizenID = "001090000001\n" }), refuses("/citizen_id", "citizen_id_shape")},
		"no id":                      {with(an, func(p *p) { p.CitizenID = "" }), refuses("/citizen_id", "citizen_id_shape")},
		"wrong in two places": {with(an, func(p *p) { p.CitizenID, p.Phone = "1", "12" }),
			append(refuses("/citizen_id", "citizen_id_shape"), refuses("/phone", "phone_shape")...)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, dossier.Persons.Check("/applicant", c.person, at(0)))
		})
	}
}

func TestBirthDate(t *testing.T) {
	t.Parallel()
	unreal, future := refuses("/date_of_birth", "birth_date_real"), refuses("/date_of_birth", "birth_date_future")
	today := time.Date(2025, 2, 5, 0, 30, 0, 0, dossier.Zone) // still the 4th in UTC
	for born, want := range map[string][]dossier.FieldError{
		"":           refuses("/date_of_birth", "required"),
		"1990-02-29": unreal,
		"1990-13-01": unreal,
		"1990-00-01": unreal,
		"1990-1-1":   unreal,
		"01/01/1990": unreal,
		"1990":       unreal,
		"1899-12-31": unreal,
		"0090-01-01": unreal,
		"2025-02-06": future,
		"2026-01-01": future,
	} {
		require.Equal(t, want, dossier.Persons.Check("/applicant", with(an, func(p *dossier.Person) { p.DateOfBirth = born }), today), born)
	}
	for born, id := range map[string]string{"1900-01-01": "001000000001", "2024-02-29": "001224000001", "2025-02-05": "001225000001"} {
		p := with(an, func(p *dossier.Person) { p.DateOfBirth, p.CitizenID = born, id })
		require.Empty(t, dossier.Persons.Check("/applicant", p, today), born)
	}
}

// TestIDAgainstBirthDate: the fourth digit gives century and sex, the fifth and
// sixth the year. A disagreement warns only, for the rule is recalled, not read.
func TestIDAgainstBirthDate(t *testing.T) {
	t.Parallel()
	disagree := warns("/citizen_id", "citizen_id_birth")
	for _, c := range []struct {
		id, born string
		want     []dossier.FieldError
	}{
		{"001090000001", "1990-06-15", nil},
		{"001190000001", "1990-06-15", nil},
		{"001290000001", "1990-06-15", disagree},
		{"001390000001", "1990-06-15", disagree},
		{"001090000001", "1991-06-15", disagree},
		{"001089000001", "1990-06-15", disagree},
		{"001203000001", "2003-06-15", nil},
		{"001303000001", "2003-06-15", nil},
		{"001003000001", "2003-06-15", disagree},
		{"001403000001", "2003-06-15", disagree},
		{"001900000001", "1900-06-15", disagree},
		{"001403000001", "2103-06-15", nil},
		{"001803000001", "2303-06-15", nil},
		{"001903000001", "2303-06-15", nil},
		{"1090", "1990-06-15", refuses("/citizen_id", "citizen_id_shape")}, // and no word of the birth date
	} {
		p := with(an, func(p *dossier.Person) { p.CitizenID, p.DateOfBirth = c.id, c.born })
		require.Equal(t, c.want, dossier.Persons.Check("/applicant", p, day(2400, 1, 1)), "%s born %s", c.id, c.born)
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	broken, unusual := refuses("/phone", "phone_shape"), warns("/phone", "phone_unusual")
	for phone, c := range map[string]struct {
		want   []dossier.FieldError
		normal string
	}{
		"0900000123":        {nil, "0900000123"},
		"0321234567":        {nil, "0321234567"},
		"0581234567":        {nil, "0581234567"},
		"0701234567":        {nil, "0701234567"},
		"0812345678":        {nil, "0812345678"},
		"+84900000123":      {nil, "0900000123"},
		"84900000123":       {nil, "0900000123"},
		"0900 000 123":      {nil, "0900000123"},
		"0900.000.123":      {nil, "0900000123"},
		"+84-900-000-123":   {nil, "0900000123"},
		"02438254567":       {nil, "02438254567"}, // Hà Nội, a landline
		"+842438254567":     {nil, "02438254567"},
		"842438254567":      {nil, "02438254567"},
		"02838254567":       {unusual, "02838254567"}, // another city's
		"0400000123":        {unusual, "0400000123"},
		"090000012":         {unusual, "090000012"},
		"09000001234":       {unusual, "09000001234"},
		"19001234":          {unusual, "19001234"},
		"+840900000123":     {unusual, "0900000123"},
		"+33612345678":      {unusual, "33612345678"},
		"1234567":           {broken, "1234567"},
		"0900000123000000":  {broken, "0900000123000000"},
		"++84900000123":     {broken, "+84900000123"},
		"(024) 38254567":    {broken, "(024)38254567"},
		"0900000123 An":     {broken, "0900000123An"},
		"09000００123":        {broken, "09000００123"},
		"không có":          {broken, "khôngcó"},
		"":                  {nil, ""},
		" - ":               {nil, ""},
		"84123":             {broken, "84123"},
		"0900000123\n":      {broken, "0900000123\n"},
		"+84 900 000 123  ": {nil, "0900000123"},
	} {
		require.Equal(t, c.want, dossier.Persons.Check("/applicant", with(an, func(p *dossier.Person) { p.Phone = phone }), at(0)), phone)
		require.Equal(t, c.normal, dossier.NormalPhone(phone), phone)
	}
}

func TestNormalPhone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.StringMatching(`[35789][0-9]{8}|24[0-9]{8}`).Draw(t, "local")
		written := rapid.SampledFrom([]string{"0", "84", "+84", "+84 ", "+84.0"}).Draw(t, "prefix")
		for _, digit := range local {
			written += string(digit) + rapid.SampledFrom([]string{"", " ", ".", "-"}).Draw(t, "blank")
		}
		require.Equal(t, "0"+local, dossier.NormalPhone(written), "however it is written, it is one number")
	})
	rapid.Check(t, func(t *rapid.T) {
		once := dossier.NormalPhone(rapid.OneOf(rapid.StringMatching(`\+?[0-9 .-]{0,16}`), rapid.String()).Draw(t, "phone"))
		if regexp.MustCompile(`^0`).MatchString(once) {
			require.Equal(t, once, dossier.NormalPhone(once), "what is normal stays as it is")
		}
	})
}

func TestEmail(t *testing.T) {
	t.Parallel()
	for email, good := range map[string]bool{
		"":                            true,
		"an@example.vn":               true,
		"nguyen.van+an@mail.gov.vn":   true,
		"an@example":                  false,
		"an@":                         false,
		"@example.vn":                 false,
		"an.example.vn":               false,
		"an@@example.vn":              false,
		"an@example..vn":              false,
		"an@example.vn.":              false,
		" an@example.vn":              false,
		"an @example.vn":              false,
		"An <an@example.vn>":          false,
		"an@example.vn, b@example.vn": false,
		"an@example.vn\r\nBcc: x@y.z": false,
	} {
		var want []dossier.FieldError
		if !good {
			want = refuses("/email", "email_shape")
		}
		require.Equal(t, want, dossier.Persons.Check("/applicant", with(an, func(p *dossier.Person) { p.Email = email }), at(0)), "%q", email)
	}
}

func TestRecipient(t *testing.T) {
	t.Parallel()
	wrong := func(field, rule string) dossier.FieldError {
		return dossier.FieldError{Pointer: "/to" + field, Rule: rule}
	}
	mai := dossier.Person{FullName: "Trần Thị Mai", Phone: "+84 912 345 678", Address: "12 Hàng Bài"}
	for name, c := range map[string]struct {
		person dossier.Person
		want   []dossier.FieldError
	}{
		"all that a carrier needs": {mai, nil},
		"nothing":                  {dossier.Person{}, []dossier.FieldError{wrong("/full_name", "required"), wrong("/phone", "required"), wrong("/address", "required")}},
		"a phone of hyphens":       {with(mai, func(p *dossier.Person) { p.Phone = " --" }), []dossier.FieldError{wrong("/phone", "required")}},
		"an address of blanks":     {with(mai, func(p *dossier.Person) { p.Address = "  " }), []dossier.FieldError{wrong("/address", "required")}},
		"a broken phone":           {with(mai, func(p *dossier.Person) { p.Phone = "12" }), []dossier.FieldError{wrong("/phone", "phone_shape")}},
		"an unusual phone":         {with(mai, func(p *dossier.Person) { p.Phone = "02838254567" }), []dossier.FieldError{{Pointer: "/to/phone", Rule: "phone_unusual", Warning: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, dossier.Persons.CheckRecipient("/to", c.person))
		})
	}
}

// TestErrorsNeverCarryTheValue keeps personal data out of whatever is made of an error.
func TestErrorsNeverCarryTheValue(t *testing.T) {
	t.Parallel()
	canary := "CANARY987654321X"
	p := dossier.Person{Kind: canary, FullName: canary, CitizenID: canary, TaxCode: canary, DateOfBirth: canary, Phone: canary, Email: canary, Address: canary}
	for _, kind := range []string{canary, dossier.Citizen, dossier.Enterprise, dossier.Organisation} {
		p.Kind = kind
		errs := dossier.Persons.Check("/applicant", p, at(0))
		require.NotEmpty(t, errs)
		raw, err := json.Marshal(errs)
		require.NoError(t, err)
		require.NotContains(t, string(raw), canary)
	}
}

// TestSeverityIsData: each rule of the table is one that a check breaks, and it
// refuses or warns as the table says.
func TestSeverityIsData(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("persons.json")
	require.NoError(t, err)
	var table struct{ Severity map[string]string }
	require.NoError(t, json.Unmarshal(raw, &table))

	type p = dossier.Person
	breaking := map[string]dossier.Person{
		"citizen_id_shape":  with(an, func(p *p) { p.CitizenID = "1" }),
		"citizen_id_birth":  with(an, func(p *p) { p.DateOfBirth = "1991-01-01" }),
		"phone_shape":       with(an, func(p *p) { p.Phone = "1" }),
		"phone_unusual":     with(an, func(p *p) { p.Phone = "0400000123" }),
		"email_shape":       with(an, func(p *p) { p.Email = "an" }),
		"birth_date_real":   with(an, func(p *p) { p.DateOfBirth = "1990-02-30" }),
		"birth_date_future": with(an, func(p *p) { p.DateOfBirth = "2090-01-01" }),
		"tax_code_shape":    {Kind: dossier.Enterprise, FullName: "Hoa Sen"},
	}
	for rule, severity := range table.Severity {
		require.Contains(t, breaking, rule)
		errs := dossier.Persons.Check("", breaking[rule], at(0))
		require.Len(t, errs, 1)
		require.Equal(t, rule, errs[0].Rule)
		require.Equal(t, severity == "warn", errs[0].Warning, rule)
	}
	require.Len(t, table.Severity, len(breaking))
	require.NotEmpty(t, dossier.Persons.Version)
	require.NotEmpty(t, dossier.Persons.Source)
}
