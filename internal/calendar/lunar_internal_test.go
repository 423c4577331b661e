package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTetAndGioTo(t *testing.T) {
	t.Parallel()
	for year, want := range map[int][2]string{
		2024: {"2024-02-10", "2024-04-18"}, 2025: {"2025-01-29", "2025-04-07"}, 2026: {"2026-02-17", "2026-04-26"},
		2027: {"2027-02-06", "2027-04-16"}, 2028: {"2028-01-26", "2028-04-04"}, 2029: {"2029-02-13", "2029-04-23"},
		2030: {"2030-02-02", "2030-04-12"}, 2031: {"2031-01-23", "2031-04-01"},
	} {
		require.Equal(t, want, [2]string{lunarDay(year, 1, 1).String(), lunarDay(year, 3, 10).String()}, year)
	}
}

// The years in which Hà Nội and Beijing began the new year on different days.
func TestTetWhereTheMeridianDecides(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{
		1968: "1968-01-29", 1969: "1969-02-16", 1985: "1985-01-21", 2007: "2007-02-17", 2030: "2030-02-02", 2053: "2053-02-18",
	} {
		require.Equal(t, want, lunarDay(year, 1, 1).String())
	}
}

// Months last 29 or 30 days, years 12 or 13 months.
func TestLunarYearsAreWhole(t *testing.T) {
	t.Parallel()
	for year := 1900; year < 2199; year++ {
		days := int(lunarDay(year+1, 1, 1) - lunarDay(year, 1, 1))
		require.Contains(t, []int{353, 354, 355, 383, 384, 385}, days, year)
		for month := 2; month <= 12; month++ {
			days := int(lunarDay(year, month, 1) - lunarDay(year, month-1, 1))
			require.Contains(t, []int{29, 30, 58, 59, 60}, days, "%d/%d", month, year)
		}
	}
	require.Equal(t, time.Saturday, lunarDay(2027, 1, 1).weekday())
}
