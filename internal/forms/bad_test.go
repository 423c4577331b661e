package forms_test

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"hoso/internal/forms"
)

// faults renders and gives the names of the fields that were refused.
func faults(t *testing.T, f forms.Form) []string {
	t.Helper()
	_, err := forms.PDF(f)
	var problems forms.Problems
	require.ErrorAs(t, err, &problems)
	var names []string
	for _, p := range problems {
		names = append(names, p.Field)
		require.Contains(t, err.Error(), p.Field+" "+p.Rule)
	}
	return names
}

func TestAnEmptyFormNamesEveryMissingField(t *testing.T) {
	t.Parallel()
	ofAll := []string{"head.unit", "head.place", "head.issued_at"}
	ofDossier := append([]string{"head.code", "head.procedure.code", "head.procedure.name"}, ofAll...)
	for _, c := range []struct {
		form forms.Form
		want []string
	}{
		{&forms.Slip{}, append([]string{"filed_at", "sender.name", "authority", "components", "clerk"}, ofDossier...)},
		{&forms.Receipt{}, append([]string{"head.portal_code", "submitter.name", "channel", "components", "sets", "term", "result", "officer", "received_at"}, ofDossier...)},
		{&forms.Supplement{}, append([]string{"owner.name", "round", "items", "reason", "officer", "guide"}, ofDossier...)},
		{&forms.Refusal{}, append([]string{"submitted_at", "owner.name", "reason", "officer", "refuser"}, ofDossier...)},
		{&forms.Extension{}, append([]string{"addressee.name", "received_at", "due_at", "new_due_at", "reason", "head.number", "signer.title", "signer.name"}, ofDossier...)},
		{&forms.Stop{}, append([]string{"head.number", "addressee.name", "reason", "signer.title", "signer.name"}, ofDossier...)},
		{&forms.Control{}, append([]string{"owner", "authority", "steps"}, ofDossier...)},
		{&forms.Register{}, append([]string{"office", "from", "to"}, ofAll...)},
		{&forms.Handover{}, append([]string{"at", "giver.unit", "giver.name", "taker.unit", "taker.name", "lines"}, ofAll...)},
	} {
		require.Subset(t, faults(t, c.form), c.want, c.form.Kind())
	}
}

func TestARuleIsNamedWithItsField(t *testing.T) {
	t.Parallel()
	for field, f := range map[string]forms.Form{
		"new_due_at":           with(extension(), func(f *forms.Extension) { f.NewDueAt = f.DueAt }),
		"due_at":               with(receiptForm(), func(f *forms.Receipt) { f.DueAt = ptr(f.ReceivedAt.Add(-time.Hour)) }),
		"head.portal_code":     with(receiptForm(), func(f *forms.Receipt) { f.Head.PortalCode = "" }),
		"basis":                with(supplement(), func(f *forms.Supplement) { f.Basis = "" }),
		"steps[1].result":      with(control(), func(f *forms.Control) { f.Steps[1].Result = "soon" }),
		"components[2].name":   with(slip(), func(f *forms.Slip) { f.Components[2].Name = " \u200b\u202e " }),
		"components[0].copy":   with(slip(), func(f *forms.Slip) { f.Components[0].Copy = -1 }),
		"charge":               with(slip(), func(f *forms.Slip) { f.Charge = -1 }),
		"seal.statement":       with(slip(), func(f *forms.Slip) { f.Seal = &forms.Seal{Mark: "a", KeyID: "b"} }),
		"reason":               with(refusal(), func(f *forms.Refusal) { f.Reason = strings.Repeat("a", 10_001) }),
		"owner.name":           with(refusal(), func(f *forms.Refusal) { f.Owner.Name = "\xff\xfe" }),
		"to":                   with(register(), func(f *forms.Register) { f.To = f.From.AddDate(0, 0, -1) }),
		"lines[0].received_at": with(register(), func(f *forms.Register) { f.Lines[0].ReceivedAt = ptr(time.Date(1, 1, 1, 0, 0, 0, 0, zone)) }),
		"lines[1].papers":      with(handover(), func(f *forms.Handover) { f.Lines[1].Papers = "" }),
		"head.track":           with(slip(), func(f *forms.Slip) { f.Head.Track = "https://example.vn/#x" }),
	} {
		require.Equal(t, []string{field}, faults(t, f), "and no other")
	}
}

func with[F any](f *F, change func(*F)) *F {
	change(f)
	return f
}

// hostile are texts that break what was not made for them.
var hostile = []string{
	strings.Repeat("W", 400), strings.Repeat("ngoằn-ngoèo/", 30), "\u202eevil\u202c tail\u200b\u200e\u200f\u061c", "a\x00b\x07c\x1bd\u0085e", "((((\\)(\r\n)))\\\\",
	"𝔘𝔫𝔦𝔠𝔬𝔡𝔢 😀😀 \U0010ffff \uffff", "漢字かな مرحبا שלום हिन्दी", strings.Repeat("ế\u0301\u0302\u0303", 100), "\n\n\n\n\n", "{nb}", "=cmd|' /C calc'!A0", strings.Repeat(" \u00a0", 200) + "x", "\u2028\u2029x",
}

// fill puts texts, in turn, into every text of a form.
func fill(v reflect.Value, name string, next func() string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), name, next)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name, next)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), name, next)
		}
	case reflect.String:
		// Codes are short; the link and the statement have forms of their own.
		kept := []string{"Track", "Statement", "Code", "PortalCode", "Mark", "KeyID", "Number"}
		if v.Type() == reflect.TypeFor[string]() && !slices.Contains(kept, name) {
			v.SetString(next())
		}
	}
}

// cycle gives texts in turn, from the given one on.
func cycle(texts []string, from int) func() string {
	return func() string {
		from++
		return texts[from%len(texts)]
	}
}

func TestHostileTextsArePrinted(t *testing.T) {
	t.Parallel()
	// Blanks alone would rightly be refused, and numbers of documents are short.
	texts := slices.DeleteFunc(slices.Clone(hostile), func(s string) bool { return strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > 400 })
	for i, f := range samples() {
		fill(reflect.ValueOf(f), "", cycle(texts, i*5))
		d := render(t, f)
		require.Less(t, d.Pages, 60)
		strict(t, d.Bytes)
	}
}

// Nothing is written beside the paper, where nobody would miss it.
func TestNoWordLeavesThePaper(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"`)
	page := regexp.MustCompile(`<page width="([\d.]+)" height="([\d.]+)"`)
	for _, text := range []string{strings.Repeat("W", 40), strings.Repeat("ẵ", 400)} {
		for _, f := range samples() {
			fill(reflect.ValueOf(f), "", func() string { return text })
			d := render(t, f)
			boxes := string(poppler(t, "pdftotext", d.Bytes, "-bbox"))
			size := numbers(t, page.FindStringSubmatch(boxes))
			found := word.FindAllStringSubmatch(boxes, -1)
			require.NotEmpty(t, found)
			for _, w := range found {
				at := numbers(t, w)
				require.True(t, at[0] > 20 && at[1] > 10 && at[2] < size[0]-20 && at[3] < size[1]-5, "%s: %v on %v", f.Kind(), at, size)
			}
		}
	}
}

func numbers(t *testing.T, match []string) []float64 {
	t.Helper()
	require.NotEmpty(t, match)
	var all []float64
	for _, m := range match[1:] {
		n, err := strconv.ParseFloat(m, 64)
		require.NoError(t, err)
		all = append(all, n)
	}
	return all
}

func TestInvisibleCharactersDoNotDeceive(t *testing.T) {
	t.Parallel()
	f := refusal()
	f.Owner.Name = "Nguyễn\u202e Văn\u200b\x07 An\ufeff"
	f.Owner.Address = "Số 1 😀 漢 phố"
	got := words(t, render(t, f).Bytes)
	require.Contains(t, got, "Hồ sơ của: Nguyễn Văn An")
	require.Contains(t, got, "Số 1 □ □ phố", "what the font lacks is seen to be lacking")
}

func TestALongReasonIsPrintedToItsEnd(t *testing.T) {
	t.Parallel()
	for name, reason := range map[string]string{
		"words": strings.Repeat("lý do ", 1660) + "hết.", "one word": strings.Repeat("ữ", 9995) + "hết.", "lines": strings.Repeat("a\n", 4990) + "hết.",
	} {
		require.LessOrEqual(t, utf8.RuneCountInString(reason), 10_000)
		f := refusal()
		f.Reason = reason
		d := render(t, f)
		require.Less(t, d.Pages, 150, name)
		require.Contains(t, words(t, d.Bytes), "hết.", name)
	}
	// In a cell of a table, taller than a page.
	s := supplement()
	s.Items[0].Reason = strings.Repeat("a\n", 990) + "hết."
	require.Contains(t, words(t, render(t, s).Bytes), "hết.")
}
