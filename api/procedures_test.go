package api

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
)

func TestProcedures(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	all := read[List[Procedure]](t, h.get("courier", "/v1/procedures"), http.StatusOK).Items
	require.Greater(t, len(all), 30)
	p := read[Procedure](t, h.get("clerk", "/v1/procedures/2.000635"), http.StatusOK)
	require.Equal(t, "163/QĐ-BTP", p.Version)
	require.Equal(t, Term{1, "same_day"}, p.Term)
	require.EqualValues(t, 8000, *p.Fees[0].Amount)
	require.Equal(t, []string{"online", "post", "direct"}, p.Channels)
	require.Equal(t, "to-khai", p.Cases[0].Components[0].Code)
	require.Equal(t, []string{"scan", "paper_original"}, p.Cases[0].Components[0].Forms)

	require.Equal(t, http.StatusNotFound, h.get("clerk", "/v1/procedures/9.999999").Code)
	found := read[List[Procedure]](t, h.get("clerk", "/v1/procedures?q="+url.QueryEscape("ban sao trich luc")), http.StatusOK).Items
	require.Equal(t, "2.000635", found[0].Code)
	field := read[List[Procedure]](t, h.get("clerk", "/v1/procedures?field="+url.QueryEscape("Hộ tịch")), http.StatusOK).Items
	require.NotEmpty(t, field)
	require.Less(t, len(field), len(all))

	closed := h.do(ask{method: "GET", path: "/v1/procedures/2.000815", token: "clerk", lang: "en"})
	require.Contains(t, read[Procedure](t, closed, http.StatusOK).AgentReason, "Direct filing only")
}

func TestOfficesAndAuthorities(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	offices := read[List[Office]](t, h.get("clerk", "/v1/offices"), http.StatusOK).Items
	require.Len(t, offices, 32)
	require.Len(t, read[List[Office]](t, h.get("clerk", "/v1/offices?network=fpt"), http.StatusOK).Items, 10)
	require.Equal(t, "VNPHKI", offices[indexOf(offices, "VNPHKI")].ID)
	require.NotEmpty(t, offices[0].AreaName)

	competent := read[List[Authority]](t, h.get("clerk", "/v1/authorities?procedure=2.000635&area=00070"), http.StatusOK).Items
	require.Equal(t, "H26.12.03", competent[0].ID)
	require.Empty(t, read[List[Authority]](t, h.get("clerk", "/v1/authorities?procedure=9.999999"), http.StatusOK).Items)
	require.Greater(t, len(read[List[Authority]](t, h.get("clerk", "/v1/authorities"), http.StatusOK).Items), 100)
	require.Greater(t, len(read[List[Authority]](t, h.get("clerk", "/v1/authorities?procedure=2.000635"), http.StatusOK).Items), 100)
}

func indexOf(offices []Office, id string) int {
	for i, o := range offices {
		if o.ID == id {
			return i
		}
	}
	return -1
}

// A new office needs no new start: within a second the catalogue is read anew.
func TestCatalogueIsFollowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	before := read[List[Office]](t, h.get("clerk", "/v1/offices"), http.StatusOK).Items
	c, err := h.server.cat.get(t.Context())
	require.NoError(t, err)
	grown := *c
	grown.Offices = append(append([]catalogue.Office{}, c.Offices...), catalogue.Office{ID: "VNPNEW", Network: "vnpost", Name: "Mới", Area: "002",
		Validity: catalogue.Validity{From: "2025-02-05"}})
	_, err = h.store.LoadCatalogue(t.Context(), &grown)
	require.NoError(t, err)
	h.server.cat.mu.Lock()
	h.server.cat.checked = time.Now().Add(-catalogueCheck)
	h.server.cat.mu.Unlock()
	require.Len(t, read[List[Office]](t, h.get("clerk", "/v1/offices"), http.StatusOK).Items, len(before)+1)
}
