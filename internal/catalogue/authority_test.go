package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
)

func ids(list []catalogue.Authority) []string {
	found := make([]string, len(list))
	for i, a := range list {
		found[i] = a.ID
	}
	return found
}

func TestCompetent(t *testing.T) {
	t.Parallel()
	c := builtIn(t)
	for _, test := range []struct {
		name, procedure, area, day string
		want                       []string
	}{
		{"a ward of old, nearest level first", "2.000635", "00070", pilot, []string{"H26.12.03", "H26.01"}},
		{"a ward of today", "2.000635", "00070", now, []string{"H26.12.03", "H26.01"}},
		{"one level, one body", "1.001193", "00331", now, []string{"H26.18.11"}},
		{"police of the commune", "1.004222", "00070", now, []string{"G01.26.12.03"}},
		{"police of the city", "3.000333", "00070", now, []string{"G01.26"}},
		{"limited by field", "1.013831", "09700", now, []string{"H26.03"}},
		{"the body's name of the day", "2.001610", "00070", "2025-02-28", []string{"H26.02"}},
		{"tax", "1.008501", "00640", now, []string{"G12.26"}},
		{"social insurance", "1.001613", "00640", now, []string{"G24.26"}},
		{"holders of registers are not listed", "2.000908", "00070", now, []string{}},
		{"a unit that is not yet", "1.001193", "00640", "2024-12-31", []string{}},
		{"a unit that never was", "1.001193", "99999", now, []string{}},
		{"no area", "1.001193", "", now, []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, ok := c.Procedure(test.procedure, now)
			require.True(t, ok)
			require.Equal(t, test.want, ids(c.Competent(p, test.area, test.day)))
		})
	}
}

// An area coarser than the authorities' own gives the choice, and a district
// that has ended gives what became of it.
func TestCompetentGivesAChoice(t *testing.T) {
	t.Parallel()
	c := builtIn(t)
	p, _ := c.Procedure("1.001193", now)

	require.Len(t, c.Competent(p, "002", pilot), 18, "the wards of Hoàn Kiếm district")
	today := ids(c.Competent(p, "002", now))
	require.Contains(t, today, "H26.12.03", "phường Hoàn Kiếm")
	require.Len(t, today, 5)
	require.Len(t, c.Competent(p, "01", now), 126)
	// Phúc Tân became a part of Hồng Hà.
	require.Equal(t, []string{"H26.13.03"}, ids(c.Competent(p, "00037", now)))
}

// Every area has its own deciding bodies, now and, for the pilot's districts, then.
func TestEveryAreaHasItsBodies(t *testing.T) {
	t.Parallel()
	c := builtIn(t)
	birth, _ := c.Procedure("1.001193", now)
	residence, _ := c.Procedure("1.004222", now)
	for _, a := range c.Areas {
		if a.Kind == "province" || a.Kind == "district" {
			continue
		}
		require.Len(t, c.Competent(birth, a.Code, a.Validity.From), 1, a.Name)
		require.Len(t, c.Competent(residence, a.Code, a.Validity.From), 1, a.Name)
	}
}

func TestAuthorityOfBothEras(t *testing.T) {
	t.Parallel()
	c := builtIn(t)
	then, ok := c.Authority("H26.12.03", pilot)
	require.True(t, ok)
	today, ok := c.Authority("H26.12.03", now)
	require.True(t, ok)
	require.Equal(t, "Ủy ban nhân dân phường Hàng Trống", then.Name)
	require.Equal(t, "Ủy ban nhân dân phường Hoàn Kiếm", today.Name)
	require.True(t, then.Sample && today.Sample)
	centre, ok := c.Authority("H26", now)
	require.True(t, ok)
	require.Equal(t, catalogue.LevelCentre, centre.Level)
}
