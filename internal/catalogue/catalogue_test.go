package catalogue_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
)

const (
	pilot = "2025-02-05" // the 32 offices opened
	now   = "2026-11-20" // after the districts ended
)

func builtIn(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Default()
	require.NoError(t, err)
	return c
}

func TestDefaultOffices(t *testing.T) {
	t.Parallel()
	c := builtIn(t)

	byNetwork, areas := map[string]int{}, map[string]bool{}
	for _, o := range c.Offices {
		byNetwork[o.Network]++
		areas[o.Area] = true
		require.Equal(t, o.ID != "VNPHKI", o.Sample, "only one address is public: %s", o.ID)
	}
	require.Equal(t, map[string]int{"vnpost": 10, "viettelpost": 12, "fpt": 10}, byNetwork)
	require.Len(t, areas, 11)

	o, ok := c.Office("VNPHKI", pilot)
	require.True(t, ok)
	require.Equal(t, "vnpost", o.Network)
	require.Contains(t, o.Address, "75 Đinh Tiên Hoàng")
	_, ok = c.Office("VNPHKI", "2025-02-04")
	require.False(t, ok, "the day before it opened")
}

func TestDefaultAreas(t *testing.T) {
	t.Parallel()
	c := builtIn(t)

	count := func(day string, kinds ...string) (n int) {
		for _, a := range c.Areas {
			if slices.Contains(kinds, a.Kind) && a.Validity.On(day) {
				n++
			}
		}
		return n
	}
	require.Equal(t, 51, count(now, "ward"))
	require.Equal(t, 75, count(now, "commune"))
	require.Zero(t, count(now, "township"))
	require.Zero(t, count("2025-07-01", "district"))
	require.Equal(t, 30, count("2025-06-30", "district"))
}

func TestDefaultProcedures(t *testing.T) {
	t.Parallel()
	c := builtIn(t)
	require.GreaterOrEqual(t, len(c.Procedures), 40)

	for _, code := range []string{"2.000815", "2.000884", "1.014061", "1.014063", "1.014064"} {
		p, ok := c.Procedure(code, now)
		require.True(t, ok, code)
		require.Equal(t, catalogue.AgentNotAllowed, p.Agent, code)
		require.NotEmpty(t, p.AgentReason, code)
		require.NotEmpty(t, p.AgentReasonEN, code)
	}
	for _, p := range c.Procedures {
		_, ok := p.Case("default")
		require.True(t, ok, "%s has a usual case", p.Code)
		require.Equal(t, "default", p.Cases[0].Code, p.Code)
	}
}

func TestCopyOfCivilStatusExtract(t *testing.T) {
	t.Parallel()
	p, ok := builtIn(t).Procedure("2.000635", pilot)
	require.True(t, ok)
	require.Equal(t, "163/QĐ-BTP", p.Version)
	require.Equal(t, catalogue.Term{N: 1, Unit: "same_day"}, p.Term)
	require.EqualValues(t, 8000, *p.Fees[0].Amount)
	require.Equal(t, "copy", p.Fees[0].Per)

	usual, ok := p.Case("default")
	require.True(t, ok)
	form, mandate := usual.Components[0], usual.Components[1]
	require.Equal(t, "to-khai", form.Code)
	require.True(t, form.Required)
	require.Equal(t, []string{"scan", "paper_original"}, form.Forms)
	require.Equal(t, "giay-uy-quyen", mandate.Code)
	require.False(t, mandate.Required)
	require.Equal(t, []string{"scan", "paper_original", "paper_certified"}, mandate.Forms)
}

func TestProcedureByDay(t *testing.T) {
	t.Parallel()
	c := &catalogue.Catalogue{Procedures: []catalogue.Procedure{
		{Code: "1.000001", Version: "old", Validity: catalogue.Validity{From: "2025-01-01", To: "2026-01-01"}},
		{Code: "1.000001", Version: "new", Validity: catalogue.Validity{From: "2026-01-01"}},
	}}
	for day, want := range map[string]string{
		"2024-12-31": "", "2025-01-01": "old", "2025-12-31": "old", "2026-01-01": "new", "2036-01-01": "new",
	} {
		p, ok := c.Procedure("1.000001", day)
		require.Equal(t, want != "", ok, day)
		require.Equal(t, want, p.Version, day)
	}
}

func TestTermOfCase(t *testing.T) {
	t.Parallel()
	p, ok := builtIn(t).Procedure("1.013831", now)
	require.True(t, ok)
	short, ok := p.Case("giai-quyet-4-ngay")
	require.True(t, ok)
	require.Equal(t, catalogue.Term{N: 18, Unit: "working_day"}, p.TermOf(p.Cases[0]))
	require.Equal(t, catalogue.Term{N: 4, Unit: "working_day"}, p.TermOf(short))
	require.True(t, p.Cases[0].Components[1].PaperDemanded, "the original certificate is handed in")
}

// The answer's names are what clients are told to rely on.
func TestProcedureJSON(t *testing.T) {
	t.Parallel()
	c := builtIn(t)
	p, _ := c.Procedure("2.000635", pilot)
	data, err := json.Marshal(p)
	require.NoError(t, err)

	var got map[string]any
	require.NoError(t, json.Unmarshal(data, &got))
	require.Equal(t, "2.000635", got["code"])
	require.Equal(t, "163/QĐ-BTP", got["version"])
	require.Equal(t, []any{"online", "post", "direct"}, got["channels"])
	require.Equal(t, map[string]any{"n": 1.0, "unit": "same_day"}, got["term"])
	require.Equal(t, map[string]any{"name": "Phí cấp bản sao trích lục hộ tịch", "amount": 8000.0, "per": "copy"}, got["fees"].([]any)[0])
	usual := got["cases"].([]any)[0].(map[string]any)
	require.Equal(t, "default", usual["code"])
	component := usual["components"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"scan", "paper_original"}, component["forms"])
	require.Equal(t, true, component["required"])

	unset, _ := c.Procedure("1.004873", now) // the council sets its fee
	data, err = json.Marshal(unset.Fees[0])
	require.NoError(t, err)
	require.Contains(t, string(data), `"amount":null`)
	free, _ := c.Procedure("1.003197", now) // no fee at all
	data, err = json.Marshal(free)
	require.NoError(t, err)
	require.Contains(t, string(data), `"fees":[]`)
}

func TestTermUnits(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, []string{"hour", "working_day", "day", "month", "same_day", "none"}, catalogue.TermUnits())
}
