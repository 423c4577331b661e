package dossier_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 9, 30, 0, 0, dossier.Zone)
}

func TestCode(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		office string
		day    time.Time
		n      int
		want   string
	}{
		"the pilot's first":         {"VNPHKI", day(2025, 2, 5), 1, "VNPHKI-250205-0001-M"},
		"four digits full":          {"VNPHKI", day(2025, 2, 5), 9999, "VNPHKI-250205-9999-D"},
		"five digits when it must":  {"VNPHKI", day(2025, 2, 5), 10000, "VNPHKI-250205-10000-G"},
		"the last":                  {"VNPHKI", day(2025, 2, 5), 99999, "VNPHKI-250205-99999-8"},
		"shortest office":           {"A1B2", day(2025, 12, 31), 42, "A1B2-251231-0042-3"},
		"longest office":            {"ABCDEFGHIJ", day(2028, 2, 29), 7, "ABCDEFGHIJ-280229-0007-X"},
		"evening in UTC, next day":  {"VNPHKI", time.Date(2025, 2, 4, 17, 0, 0, 0, time.UTC), 1, "VNPHKI-250205-0001-M"},
		"last second of the day":    {"VNPHKI", time.Date(2025, 2, 5, 16, 59, 59, 0, time.UTC), 1, "VNPHKI-250205-0001-M"},
		"same instant, Los Angeles": {"VNPHKI", day(2025, 2, 5).In(time.FixedZone("PST", -8*3600)), 1, "VNPHKI-250205-0001-M"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, err := dossier.Code(c.office, c.day, c.n)
			require.NoError(t, err)
			require.Equal(t, c.want, code)
			require.True(t, dossier.ValidCode(code))
			require.Equal(t, c.office, dossier.OfficeOf(code))
		})
	}
}

func TestCodeRefuses(t *testing.T) {
	t.Parallel()
	for _, office := range []string{"", "ABC", "ABCDEFGHIJK", "vnphki", "VNP HK", "VNP-HK", "VNPĐK", "VNPHKI\n"} {
		_, err := dossier.Code(office, day(2025, 2, 5), 1)
		require.ErrorContains(t, err, "office", office)
	}
	for _, n := range []int{-1, 0, 100000} {
		_, err := dossier.Code("VNPHKI", day(2025, 2, 5), n)
		require.ErrorContains(t, err, "outside 1 to 99999")
	}
}

// TestCheckCharacterOfAPublishedNumber takes a number with the same check from
// elsewhere: the example of the Global Release Identifier, A1-2425G-ABC1234002-M.
func TestCheckCharacterOfAPublishedNumber(t *testing.T) {
	t.Parallel()
	require.Equal(t, "M", string(dossier.CheckCharacter("A12425GABC1234002")))
}

// TestCheckCharacterByTheStandardsOtherFormula checks as ISO 7064 has a reader
// check: run the recursion over the whole, check character and all, and get 1.
func TestCheckCharacterByTheStandardsOtherFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune(alphabet)), 1, 30, -1).Draw(t, "text")
		p := 36
		for _, r := range text {
			s := (p + strings.IndexRune(alphabet, r)) % 36
			if s == 0 {
				s = 36
			}
			p = 2 * s % 37
		}
		check := strings.IndexByte(alphabet, dossier.CheckCharacter(text))
		require.Equal(t, 1, (p+check)%36)
	})
}

func TestInvalidCodes(t *testing.T) {
	t.Parallel()
	require.True(t, dossier.ValidCode("VNPHKI-250205-0001-M"))
	for name, code := range map[string]string{
		"empty":                   "",
		"no check character":      "VNPHKI-250205-0001",
		"wrong check character":   "VNPHKI-250205-0001-N",
		"small letters":           "vnphki-250205-0001-m",
		"no hyphens":              "VNPHKI2502050001M",
		"blank before":            " VNPHKI-250205-0001-M",
		"line end":                "VNPHKI-250205-0001-M\n",
		"two in one":              "VNPHKI-250205-0001-MVNPHKI-250205-0001-M",
		"Arabic digits":           "VNPHKI-250205-٠٠٠١-M",
		"13th month":              withCheck("VNPHKI-251305-0001"),
		"month 0":                 withCheck("VNPHKI-250005-0001"),
		"day 0":                   withCheck("VNPHKI-250200-0001"),
		"30 February":             withCheck("VNPHKI-250230-0001"),
		"29 February, no leap":    withCheck("VNPHKI-250229-0001"),
		"running number 0":        withCheck("VNPHKI-250205-0000"),
		"five digits, no need":    withCheck("VNPHKI-250205-00001"),
		"three digits":            withCheck("VNPHKI-250205-001"),
		"six digits":              withCheck("VNPHKI-250205-100000"),
		"office too short":        withCheck("VNP-250205-0001"),
		"office too long":         withCheck("VNPHKIVNPHK-250205-0001"),
		"the authority's number":  "H26.12.03-250205-0001",
		"right digits, moved bar": withCheck("VNPHKI2-50205-0001"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.False(t, dossier.ValidCode(code), code)
		})
	}
}

// withCheck puts the right check character to a text that is wrong otherwise.
func withCheck(body string) string {
	return body + "-" + string(dossier.CheckCharacter(strings.ReplaceAll(body, "-", "")))
}

// someCode draws a code as a counter gives it.
func someCode(t *rapid.T) string {
	office := rapid.StringMatching(`[A-Z0-9]{4,10}`).Draw(t, "office")
	when := day(2025, 1, 1).AddDate(0, 0, rapid.IntRange(0, 365*40).Draw(t, "day"))
	code, err := dossier.Code(office, when, rapid.IntRange(1, 99999).Draw(t, "n"))
	require.NoError(t, err)
	return code
}

func TestEveryWrongCharacterOfTheVectorIsCaught(t *testing.T) {
	t.Parallel()
	const code = "VNPHKI-250205-0001-M"
	for i := range code {
		for c := range 256 {
			if byte(c) != code[i] {
				require.False(t, dossier.ValidCode(code[:i]+string([]byte{byte(c)})+code[i+1:]), "character %d as %q", i, c)
			}
		}
	}
}

func TestAnyWrongCharacterOfAnyCodeIsCaught(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := someCode(t)
		require.True(t, dossier.ValidCode(code))
		i := rapid.IntRange(0, len(code)-1).Draw(t, "place")
		wrong := rapid.SampledFrom([]byte(alphabet+"-")).Filter(func(c byte) bool { return c != code[i] }).Draw(t, "wrong")
		require.False(t, dossier.ValidCode(code[:i]+string(wrong)+code[i+1:]))
	})
}

func TestEveryLostOrDoubledCharacterOfTheVectorIsCaught(t *testing.T) {
	t.Parallel()
	const code = "VNPHKI-250205-0001-M"
	for i := range code {
		require.False(t, dossier.ValidCode(code[:i]+code[i+1:]), "without character %d", i)
		require.False(t, dossier.ValidCode(code[:i]+code[i:i+1]+code[i:]), "with character %d twice", i)
		if i > 0 && code[i] != code[i-1] {
			require.False(t, dossier.ValidCode(code[:i-1]+code[i:i+1]+code[i-1:i]+code[i+1:]), "with characters %d and %d changed about", i-1, i)
		}
	}
}

// FuzzValidCode wants nothing to pass but what Code itself would build.
func FuzzValidCode(f *testing.F) {
	for _, seed := range []string{"VNPHKI-250205-0001-M", "VNPHKI-250205-10000-G", "VNPHKI-250230-0001-M", "A1B2-251231-0042-3", "----", "\xff-000000-0000-\x00", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		if !dossier.ValidCode(code) {
			return
		}
		part := strings.Split(code, "-")
		when, err := time.ParseInLocation("060102", part[1], dossier.Zone)
		require.NoError(t, err)
		n, err := strconv.Atoi(part[2])
		require.NoError(t, err)
		built, err := dossier.Code(part[0], when, n)
		require.NoError(t, err)
		require.Equal(t, built, code)
		require.Equal(t, part[0], dossier.OfficeOf(code))
	})
}

func TestValidPortalCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		"H26-250205-0001":             true,
		"H26.12-250205-0001":          true,
		"H26.12.03-250205-0001":       true,
		"H26.12.03.04-250205-0001":    true,
		"000.00.12.H26-250205-0001":   true, // the form before Decision 20/2020
		"G15-280229-12345":            true, // more than 9,999 on a day
		"H26.12.03.04.05-250205-0001": false,
		"H26.1-250205-0001":           false,
		"H6-250205-0001":              false,
		"h26-250205-0001":             false,
		"000.00.12-250205-0001":       false,
		"H26.12.03-250229-0001":       false,
		"H26.12.03-251301-0001":       false,
		"H26.12.03-250205-001":        false,
		"H26.12.03-250205-123456":     false,
		"H26.12.03-250205-0001\n":     false,
		"H26.12.03-250205-0001-M":     false,
		"VNPHKI-250205-0001-M":        false,
		"":                            false,
	} {
		require.Equal(t, want, dossier.ValidPortalCode(code), code)
	}
}

func TestPortalCode(t *testing.T) {
	t.Parallel()
	require.Equal(t, "H26.12.03-250205-0001", dossier.PortalCode("H26.12.03", day(2025, 2, 5), 1))
	require.Equal(t, "H26.12.03-250205-10000", dossier.PortalCode("H26.12.03", day(2025, 2, 5), 10000))
	require.Equal(t, "H26-250206-0007", dossier.PortalCode("H26", time.Date(2025, 2, 5, 17, 0, 0, 0, time.UTC), 7), "the local day, not the day in UTC")
	rapid.Check(t, func(t *rapid.T) {
		authority := rapid.StringMatching(`[A-Z]\d{2}(\.\d{2}){0,3}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}`).Draw(t, "authority")
		n := rapid.IntRange(1, 99999).Draw(t, "n")
		require.True(t, dossier.ValidPortalCode(dossier.PortalCode(authority, day(2025, 2, 5), n)))
	})
}

func TestLocalDay(t *testing.T) {
	t.Parallel()
	require.Equal(t, "2025-02-05", dossier.LocalDay(time.Date(2025, 2, 4, 17, 0, 0, 0, time.UTC)))
	require.Equal(t, "2025-02-04", dossier.LocalDay(time.Date(2025, 2, 4, 16, 59, 59, 0, time.UTC)))
}

func TestBagNumber(t *testing.T) {
	t.Parallel()
	day := time.Date(2025, 2, 4, 18, 0, 0, 0, time.UTC) // the 5th in Hà Nội
	number, err := dossier.BagNumber("VNPHKI", day, 1)
	require.NoError(t, err)
	require.Regexp(t, `^VNPHKI-250205-B001-[A-Z0-9]$`, number)
	require.True(t, dossier.ValidBagNumber(number))
	require.False(t, dossier.ValidCode(number), "it is no dossier's code")
	for i := range number[:len(number)-2] {
		if number[i] == '-' {
			continue
		}
		wrong := []byte(number)
		wrong[i] = map[bool]byte{true: '7', false: '8'}[number[i] != '7']
		require.False(t, dossier.ValidBagNumber(string(wrong)), string(wrong))
	}
	for _, refused := range []struct {
		office string
		n      int
	}{{"vnphki", 1}, {"VNPHKI", 0}, {"VNPHKI", 10000}} {
		_, err := dossier.BagNumber(refused.office, day, refused.n)
		require.Error(t, err)
	}
	for _, text := range []string{"", "VNPHKI-250205-B000-X", "VNPHKI-251305-B001-X", "VNPHKI-250205-0001-M"} {
		require.False(t, dossier.ValidBagNumber(text), text)
	}
}
