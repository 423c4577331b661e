package calendar

import (
	"testing"

	lunar "github.com/6tail/lunar-go/calendar"
	"github.com/stretchr/testify/require"
)

// Two hundred years against another hand's work, which counts at China's UTC+8:
// both agree but where a new moon falls between the two midnights. Of these
// years, those before 1967 are a matter of arithmetic: Vietnam's own almanacs
// went by other meridians then.
func TestLunarAgreesWithAnother(t *testing.T) {
	t.Parallel()
	elsewhere := map[int]bool{
		1903: true, 1935: true, 1965: true,
		1968: true, 1969: true, 1985: true, 2007: true, 2030: true, 2053: true,
	}
	for year := 1900; year <= 2100; year++ {
		theirs := lunar.NewLunarFromYmd(year, 1, 1).GetSolar().ToYmd()
		require.Equal(t, elsewhere[year], lunarDay(year, 1, 1).String() != theirs, "%d: %s, theirs %s", year, lunarDay(year, 1, 1), theirs)
	}
}

// Giỗ Tổ: the same, or the day before. In 1917 even the doubled month is another
// one: the sun entered its sign between the two midnights.
func TestGioToAgreesWithAnother(t *testing.T) {
	t.Parallel()
	for year := 1900; year <= 2100; year++ {
		theirs, err := parseDate(lunar.NewLunarFromYmd(year, 3, 10).GetSolar().ToYmd())
		require.NoError(t, err)
		if year != 1917 {
			require.Contains(t, []date{0, 1}, theirs-lunarDay(year, 3, 10), year)
		}
	}
}
