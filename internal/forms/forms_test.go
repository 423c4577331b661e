package forms_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"hoso/internal/forms"
)

// poppler runs one of its programs on a document, as readers do that are not ours.
func poppler(t *testing.T, program string, pdf []byte, args ...string) []byte {
	t.Helper()
	_, err := exec.LookPath(program)
	require.NoError(t, err, "scripts/test-tools installs poppler-utils")
	file := filepath.Join(t.TempDir(), "form.pdf")
	require.NoError(t, os.WriteFile(file, pdf, 0o600))
	args = append(args, file)
	if program == "pdftotext" {
		args = append(args, "-") // to the standard output, where pdftoppm writes anyway
	}
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	require.NoError(t, err, program)
	return out
}

// words is what a document says to pdftotext, blanks and line breaks made one.
func words(t *testing.T, pdf []byte) string {
	t.Helper()
	return strings.Join(strings.Fields(string(poppler(t, "pdftotext", pdf, "-layout"))), " ")
}

// dense is without any blank, for texts that are broken into columns.
func dense(text string) string { return strings.Join(strings.Fields(text), "") }

func render(t testing.TB, f forms.Form) forms.Document {
	t.Helper()
	d, err := forms.PDF(f)
	require.NoError(t, err)
	return d
}

// strict validates as the standard has it.
func strict(t *testing.T, pdf []byte) {
	t.Helper()
	conf := &model.Configuration{Reader15: true, ValidationMode: model.ValidationStrict, Cmd: model.VALIDATE, Offline: true, Limits: model.DefaultResourceLimits()}
	require.NoError(t, api.Validate(bytes.NewReader(pdf), conf))
}

func TestEachFormIsAValidPDF(t *testing.T) {
	t.Parallel()
	for _, f := range samples() {
		t.Run(string(f.Kind()), func(t *testing.T) {
			t.Parallel()
			d := render(t, f)
			strict(t, d.Bytes)
			require.Equal(t, "application/pdf", d.MediaType)
			require.Equal(t, 1, d.Pages)
			require.Regexp(t, `^0[0-8]-[A-Za-z0-9.-]+\.pdf$`, d.Name)
		})
	}
}

// What goes in comes out, with its diacritics.
func TestEachFieldCanBeReadBack(t *testing.T) {
	t.Parallel()
	for _, f := range samples() {
		t.Run(string(f.Kind()), func(t *testing.T) {
			t.Parallel()
			// In the order of writing: cells keep their text together.
			got := dense(string(poppler(t, "pdftotext", render(t, f).Bytes, "-raw")))
			for _, want := range said(f) {
				if !strings.Contains(got, dense(want)) && !strings.Contains(got, dense(strings.ToUpper(want))) {
					t.Errorf("%q is not on the page", want)
				}
			}
		})
	}
}

// Form 02 says which pages of a paper are wanted again.
func TestARequestNamesPages(t *testing.T) {
	t.Parallel()
	f := supplement()
	f.Items = []forms.Item{{Name: "Tờ khai", Pages: []int{2, 3}, Reason: "bị mờ"}, {Name: "Văn bản ủy quyền", Pages: []int{1}}}
	got := words(t, render(t, f).Bytes)
	require.Contains(t, got, "Trang 2, 3: bị mờ")
	require.Contains(t, got, "Trang 1")
}

// said lists what a form's data says: each text, count and time as it is printed.
func said(f forms.Form) []string {
	var all []string
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		switch at := v.Interface().(type) {
		case time.Time:
			all = append(all, moment(f.Kind(), name, at))
			return
		case forms.Timeliness:
			all = append(all, map[forms.Timeliness]string{"": "", forms.Early: "Trước hạn", forms.OnTime: "Đúng hạn", forms.Late: "Quá hạn"}[at])
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(name, v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(name, v.Index(i))
			}
		case reflect.String:
			if name != "Track" && name != "Statement" { // in the QR code, in the attachment
				all = append(all, v.String())
			}
		}
	}
	walk("", reflect.ValueOf(f))
	return all
}

// moment is how a time is printed: in words, and in figures within tables.
func moment(k forms.Kind, name string, at time.Time) string {
	table := k == forms.KindRegister && name != "IssuedAt" || k == forms.KindControl && name == "At"
	switch {
	case name == "From" || name == "To":
		return at.Format("02/01/2006")
	case name == "IssuedAt":
		return at.Format("ngày 02 tháng 1 năm 2006")
	case table:
		return at.Format("15:04 02/01/2006")
	}
	return at.Format("15 giờ 04 phút, ngày 02 tháng 1 năm 2006")
}

func TestTheHardLettersStay(t *testing.T) {
	t.Parallel()
	f := refusal()
	const hard = "ỷ ữ ẫ ợ Ặ Ẩ ậ ỗ ẵ ỹ Ỵ ằ Ẫ ở Ử ễ ộ đ Đ ơ Ư ĩ ã ộ – “trích” ½ §"
	// Handed in taken apart; printed and read back put together.
	f.Reason = norm.NFD.String(hard)
	require.Contains(t, words(t, render(t, f).Bytes), hard)
}

func TestASlipPromisesNoDate(t *testing.T) {
	t.Parallel()
	got := words(t, render(t, slip()).Bytes)
	require.Contains(t, got, "PHIẾU GỬI HỒ SƠ")
	require.Equal(t, 1, strings.Count(got, " giờ "), "the moment of filing and no other")
	raw, err := json.Marshal(slip())
	require.NoError(t, err)
	require.NotContains(t, string(raw), `"due_at"`)
}

func TestAReceiptWithoutAFixedDaySaysSo(t *testing.T) {
	t.Parallel()
	f := receiptForm()
	f.DueAt = nil
	require.Contains(t, words(t, render(t, f).Bytes), "Không có ngày hẹn trả cụ thể theo quy định")
	f.Second = &forms.Phase{ReceivedAt: due, DueAt: later}
	require.Contains(t, words(t, render(t, f).Bytes), "trả kết quả lúc 17 giờ 00 phút, ngày 09 tháng 12 năm 2026")
}

func TestCertifyingHasATableOfItsOwn(t *testing.T) {
	t.Parallel()
	f := receiptForm()
	f.Certification = true
	f.Components = []forms.Component{{Name: "Giấy chứng nhận quyền sử dụng đất", Pages: 4, PaperCopies: 3, SignedCopies: 1}}
	got := words(t, render(t, f).Bytes)
	require.Contains(t, got, "Số trang")
	require.Contains(t, got, "sử dụng đất 4 3 1")
}

func TestADraftIsMarkedOnEveryPage(t *testing.T) {
	t.Parallel()
	f := extension()
	require.NotContains(t, words(t, render(t, f).Bytes), "DỰ")
	f.Draft, f.Head.Number, f.Signer = true, "", forms.Signer{}
	f.Reason = strings.Repeat("Cần thêm thời gian để xác minh. ", 250)
	d := render(t, f)
	require.Greater(t, d.Pages, 1)
	for n := 1; n <= d.Pages; n++ {
		page := fmt.Sprint(n)
		require.Contains(t, dense(string(poppler(t, "pdftotext", d.Bytes, "-f", page, "-l", page, "-raw"))), "DỰTHẢO", "page %d", n)
	}
	strict(t, d.Bytes)
}

func TestALongListGoesOverPagesUnderItsHead(t *testing.T) {
	t.Parallel()
	f := receiptForm()
	f.Components = nil
	for i := range 120 {
		f.Components = append(f.Components, forms.Component{Name: fmt.Sprintf("Giấy tờ thứ %d có một cái tên khá dài để phải xuống dòng trong ô của bảng", i+1), Original: 1})
	}
	d := render(t, f)
	require.Greater(t, d.Pages, 4)
	got := words(t, d.Bytes)
	require.GreaterOrEqual(t, strings.Count(got, "Tên giấy tờ"), d.Pages-1, "the head stands on each page of the table")
	for n := 1; n <= d.Pages; n++ {
		require.Contains(t, got, fmt.Sprintf("Trang %d/%d", n, d.Pages))
	}
	for i := range 120 {
		require.Contains(t, got, fmt.Sprintf("Giấy tờ thứ %d có", i+1))
	}
	strict(t, d.Bytes)
}

// However the lines fall, something that is signed stands above the signatures.
func TestSignaturesNeverStandAlone(t *testing.T) {
	t.Parallel()
	f := receiptForm()
	for n := range 16 {
		f.Components = append(f.Components, forms.Component{Name: fmt.Sprintf("Giấy tờ %d", n), Original: 1})
		if n%2 == 0 {
			continue
		}
		d := render(t, f)
		last := fmt.Sprint(d.Pages)
		page := string(poppler(t, "pdftotext", d.Bytes, "-f", last, "-l", last, "-layout"))
		require.Contains(t, page, "NGƯỜI NỘP HỒ SƠ")
		require.Contains(t, page, "6. Nơi nhận", "%d components", len(f.Components))
	}
}

func TestTheSameDataGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for i, f := range samples() {
		one := render(t, f)
		require.Equal(t, one.SHA256, render(t, samples()[i]).SHA256, f.Kind())
		// As the register keeps it, and in another zone.
		raw, err := json.Marshal(f)
		require.NoError(t, err)
		back, err := forms.Decode(f.Kind(), raw)
		require.NoError(t, err)
		require.Equal(t, one.SHA256, render(t, back).SHA256, f.Kind())
	}
	other := slip()
	other.Clerk += "x"
	require.NotEqual(t, render(t, slip()).SHA256, render(t, other).SHA256)
}

func TestDataOfOneFormDoesNotPassForAnother(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(refusal())
	require.NoError(t, err)
	_, err = forms.Decode(forms.KindStop, raw)
	require.Error(t, err)
	_, err = forms.Decode("letter", raw)
	require.Error(t, err)
	_, err = forms.Decode(forms.KindRefusal, []byte("garbage"))
	require.Error(t, err)
}
