package dossier_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
)

// vietnamese are all letters of the alphabet with all tones, small ones.
const vietnamese = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"

func TestFoldName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Nguyễn Văn Đức":          "nguyen van duc",
		"NGUYỄN VĂN ĐỨC":          "nguyen van duc",
		"nguyen van duc":          "nguyen van duc",
		"  Trần \t Thị\u00a0Mai ": "tran thi mai",
		"Đặng Thùy Trâm":          "dang thuy tram",
		"Lường Thị Ngọc Quỳnh":    "luong thi ngoc quynh",
		"Y Blŏk Êban":             "y blok eban", // names of the highlands
		"H'Ñuê Mlô Ê̆čăm":         "h'nue mlo ecam",
		"O'Connor-Smith 2":        "o'connor-smith 2",
		"":                        "",
		"\u0301":                  "",
	} {
		require.Equal(t, want, dossier.FoldName(name), name)
		require.Equal(t, want, dossier.FoldName(norm.NFD.String(name)), "with the accents written apart: %s", name)
		require.Equal(t, want, dossier.FoldName(norm.NFC.String(name)), "with the accents written together: %s", name)
	}
}

// TestEveryLetterFolds holds the table against Unicode's own: a letter's base is
// what is left when its marks are taken off; only đ is a letter by itself.
func TestEveryLetterFolds(t *testing.T) {
	t.Parallel()
	require.Equal(t, 89, len([]rune(vietnamese)), "29 letters and 60 more with a tone")
	for _, letter := range vietnamese {
		base := strings.TrimFunc(norm.NFD.String(string(letter)), func(r rune) bool { return unicode.Is(unicode.Mn, r) })
		if letter == 'đ' {
			base = "d"
		}
		require.Len(t, base, 1)
		for _, written := range []string{string(letter), strings.ToUpper(string(letter))} {
			require.Equal(t, base, dossier.FoldName(written), written)
			require.Equal(t, base, dossier.FoldName(norm.NFD.String(written)), "decomposed %s", written)
		}
	}
}

func TestFoldedNamesAreEqualHoweverWritten(t *testing.T) {
	t.Parallel()
	letters := []rune(vietnamese + strings.ToUpper(vietnamese) + "ĕĭŏŭčñ  \t\u00a0")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.RuneFrom(letters)).Draw(t, "name")
		folded := dossier.FoldName(name)
		require.Equal(t, folded, dossier.FoldName(norm.NFD.String(name)))
		require.Equal(t, folded, dossier.FoldName(strings.ToUpper(name)))
		require.Regexp(t, `^([a-z]+( [a-z]+)*)?$`, folded)
	})
}

func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		marks := rapid.RuneFrom([]rune("a đ\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b\u030c"))
		name := rapid.OneOf(rapid.String(), rapid.StringOf(marks)).Draw(t, "name")
		folded := dossier.FoldName(name)
		require.Equal(t, folded, dossier.FoldName(folded))
		require.NotContains(t, folded, "  ")
	})
}
