package calendar

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shippedRules are the rules of the Hà Nội calendar, read over other years.
func shippedRules(t *testing.T, from, through int) *Calendar {
	t.Helper()
	raw, err := os.ReadFile("data/ha-noi.json")
	require.NoError(t, err)
	head, rest, _ := strings.Cut(string(raw), `"years": [`)
	_, rules, _ := strings.Cut(rest, `"rules": {`)
	text := head + `"years": [], "rules": {` + strings.Replace(rules, `"from": 2027, "through": 2035`, `"from": `+year4(from)+`, "through": `+year4(through), 1)
	c, err := Load(strings.NewReader(text))
	require.NoError(t, err)
	return c
}

func year4(n int) string { return newDate(n, 1, 1).String()[:4] }

func daysOffIn(c *Calendar, number int) []string {
	var days []string
	for _, s := range c.years[number-c.years[0].number].daysOff {
		days = append(days, s.day.String()[5:])
	}
	return days
}

func TestTheRulesGive2027(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"01-01", "02-05", "02-06", "02-07", "02-08", "02-09", "02-10", "02-11", "04-16", "04-30", "05-01", "05-03", "09-02", "09-03", "11-24",
	}, daysOffIn(Default(), 2027))
	names := map[string]string{}
	for _, s := range Default().years[2].daysOff {
		names[s.day.String()[5:]] = s.name
	}
	require.Equal(t, "Tết Nguyên đán Đinh Mùi", names["02-05"])
	require.Equal(t, "Tết Nguyên đán Đinh Mùi, nghỉ bù 6/2", names["02-10"])
	require.Equal(t, "Quốc khánh (ngày liền kề, dự kiến)", names["09-03"])
}

// What the rules give for years whose plans are known is in those plans, the
// National Day's second day among it. Only Tết is the Prime Minister's to choose:
// in 2025 he gave two days before it and three from it on.
func TestTheRulesAgreeWithThePlans(t *testing.T) {
	t.Parallel()
	ruled := shippedRules(t, 2021, 2026)
	for _, number := range []int{2025, 2026} {
		given := daysOffIn(ruled, number)
		if number == 2025 {
			given = slices.DeleteFunc(given, func(day string) bool { return day == "02-01" || day == "02-03" })
		}
		require.Subset(t, daysOffIn(Default(), number), given, number)
	}
	for number, second := range map[int][]string{
		2021: {"09-02", "09-03"}, 2022: {"09-01", "09-02"}, 2023: {"09-01", "09-02", "09-04"}, 2024: {"09-02", "09-03"}, 2025: {"09-01", "09-02"}, 2026: {"09-01", "09-02"},
	} {
		for _, day := range second {
			require.Contains(t, daysOffIn(ruled, number), day, number)
		}
	}
	require.NotContains(t, daysOffIn(ruled, 2025), "11-24", "not yet a holiday")
	require.Contains(t, daysOffIn(ruled, 2026), "11-24")
}

// Every year has the law's days off: 12 and a stand-in for each on weekly rest.
func TestComputedYearsHaveTheLawsDays(t *testing.T) {
	t.Parallel()
	c := shippedRules(t, 2027, 2100)
	for _, y := range c.years {
		off, resting := 0, 0
		for _, s := range y.daysOff {
			if c.rest[s.day.weekday()] {
				resting++
			} else {
				off++
			}
		}
		shared := 0 // Giỗ Tổ may fall on 30 April
		for _, s := range y.daysOff {
			if strings.Contains(s.name, "; ") && !strings.Contains(s.name, "nghỉ bù") {
				shared++
			}
		}
		require.Equal(t, 12-shared, off, y.number)
	}
}

// A holiday at the end of a year is made good in the next, and one that begins in
// the year before has its day there.
func TestHolidaysAcrossTheTurnOfTheYear(t *testing.T) {
	t.Parallel()
	rules := holidayRules{from: 2027, through: 2028, holidays: []holidayRule{
		{name: "Eve", month: 12, day: 31, validity: validity{from: 1}}, {name: "New Year", month: 1, day: 1, before: 1, after: 1, validity: validity{from: 1}},
	}}
	var found []string
	for _, y := range rules.years([7]bool{0: true, 6: true}) {
		for _, s := range y.daysOff {
			require.Equal(t, y.number, s.day.year())
			found = append(found, s.day.String()+" "+s.name)
		}
	}
	require.Equal(t, []string{
		"2027-01-01 New Year", "2027-01-02 New Year", "2027-01-04 New Year, nghỉ bù 2/1", "2027-12-31 Eve; New Year",
		"2028-01-01 New Year", "2028-01-02 New Year", "2028-01-03 New Year, nghỉ bù 1/1", "2028-01-04 New Year, nghỉ bù 2/1",
		"2028-12-31 Eve", // a Sunday, made good in 2029, which is not computed
	}, found)
}
