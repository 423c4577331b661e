package forms_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"hoso/internal/forms"
)

func openXLSX(t *testing.T, f *forms.Register) (*excelize.File, string) {
	t.Helper()
	d, err := f.XLSX()
	require.NoError(t, err)
	require.Equal(t, "07-register.xlsx", d.Name)
	book, err := excelize.OpenReader(bytes.NewReader(d.Bytes))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	return book, book.GetSheetName(0)
}

func TestTheRegisterIsATypedTable(t *testing.T) {
	t.Parallel()
	book, sheet := openXLSX(t, register())
	for cell, want := range map[string]string{
		"A1": "SỔ THEO DÕI HỒ SƠ", "A3": "Bưu cục Hoàn Kiếm (VNPHKI), từ ngày 01/11/2026 đến ngày 30/11/2026", "B5": "Mã hồ sơ",
		"A6": "1", "B6": "H26.12.03-261125-0001", "D6": "1", "E6": "Nguyễn Văn An", "H6": "10:15 25/11/2026", "O6": "Đúng hạn",
	} {
		got, err := book.GetCellValue(sheet, cell)
		require.NoError(t, err)
		require.Equal(t, want, got, cell)
	}
	raw, err := book.GetCellValue(sheet, "H6", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Regexp(t, `^46351\.42708`, raw, "a time, not a text that looks like one")
}

// A name is no formula, whatever it begins with; nor is it after saving as CSV.
func TestNoTextBecomesAFormula(t *testing.T) {
	t.Parallel()
	f := register()
	f.Lines = nil
	evil := []string{"=1+1", "+84900000123", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "=HYPERLINK(\"http://x\",\"y\")", "\u200b=1+1", "  =1+1", "'=1"}
	for _, text := range evil {
		l := register().Lines[0]
		l.Person, l.Contact, l.Note = text, text, text
		f.Lines = append(f.Lines, l)
	}
	book, sheet := openXLSX(t, f)
	for i, text := range evil {
		for _, column := range []string{"E", "F", "O"} {
			cell := fmt.Sprintf("%s%d", column, i+6)
			formula, err := book.GetCellFormula(sheet, cell)
			require.NoError(t, err)
			require.Empty(t, formula, "%q", text)
			got, err := book.GetCellValue(sheet, cell)
			require.NoError(t, err)
			require.NotContains(t, "=+-@\t\r", got[:1], "%q", text)
		}
	}
}

func TestTheTableIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	one, err := register().XLSX()
	require.NoError(t, err)
	for range 3 {
		two, err := register().XLSX()
		require.NoError(t, err)
		require.Equal(t, one.SHA256, two.SHA256)
	}
}

func TestAnEmptyPeriodIsSaidToBeEmpty(t *testing.T) {
	t.Parallel()
	f := register()
	f.Lines = nil
	require.Contains(t, words(t, render(t, f).Bytes), "Không có hồ sơ trong kỳ.")
	openXLSX(t, f)
	_, err := (&forms.Register{}).XLSX()
	require.ErrorAs(t, err, new(forms.Problems))
}

func TestAMonthOfAnOfficeFitsIntoOneRegister(t *testing.T) {
	t.Parallel()
	f := register()
	for i := range 299 {
		l := f.Lines[0]
		l.Code = fmt.Sprintf("H26.12.03-261125-%04d", i+2)
		f.Lines = append(f.Lines, l)
	}
	d := render(t, f)
	require.Greater(t, d.Pages, 10)
	strict(t, d.Bytes)
	got := dense(string(poppler(t, "pdftotext", d.Bytes, "-raw")))
	require.Contains(t, got, "H26.12.03-261125-0300")
}
