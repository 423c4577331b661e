package api

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	reg "hoso/internal/register"
	"hoso/internal/store"
)

// listed writes a list of a unit's with one dossier on it.
func (h *house) listed(kind, unit, network string, why ...string) {
	h.t.Helper()
	item := store.ListItem{Code: unit + "-250205-0001-M", Procedure: "2.000635", Office: "VNPHKI", Authority: "H26.12.03", Stage: dossier.StageDecision,
		Status: dossier.Processing, Why: why, DueAt: &noon, Mark: "half", Who: dossier.WhoAuthority, What: dossier.WhatDecision, Until: &noon}
	_, err := h.store.KeepList(h.t.Context(), store.Morning{UnitKind: kind, Unit: unit, Network: network, Now: noon}, []store.ListItem{item})
	require.NoError(h.t, err)
}

func (h *house) unitsOf(token, query string) (units []string) {
	h.t.Helper()
	for _, l := range read[List[DailyList]](h.t, h.get(token, "/v1/lists"+query), http.StatusOK).Items {
		units = append(units, l.Unit.ID)
	}
	return units
}

func TestDailyListsAreSeenByTheirOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	h.listed("office", "VNPHKI", "vnpost", "overdue", "parked")
	h.listed("office", "VNPTAY", "vnpost", "due_today")
	h.listed("office", "VTPHKI", "viettelpost", "warned")
	h.listed("authority", "H26.12.03", "", "due_soon", "waiting_long")
	for token, want := range map[string][]string{
		"clerk": {"VNPHKI"}, "clerk-tayho": {"VNPTAY"}, "supervisor": {"VNPHKI", "VNPTAY"}, "supervisor-fpt": nil,
		"centre": {"H26.12.03"}, "centre-city": nil,
		"manager": {"H26.12.03", "VNPHKI", "VNPTAY", "VTPHKI"}, "auditor": {"H26.12.03", "VNPHKI", "VNPTAY", "VTPHKI"},
	} {
		require.Equal(t, want, h.unitsOf(token, ""), token)
	}
	require.Equal(t, http.StatusForbidden, h.get("courier", "/v1/lists").Code)
	require.Equal(t, []string{"VNPTAY"}, h.unitsOf("supervisor", "?office=VNPTAY"))
	require.Nil(t, h.unitsOf("clerk", "?office=VNPTAY"), "a filter opens no door")
	require.Equal(t, []string{"H26.12.03"}, h.unitsOf("manager", "?authority=H26.12.03&day=2025-02-05"))
	require.Nil(t, h.unitsOf("manager", "?day=2025-02-04"))

	own := read[List[DailyList]](t, h.get("clerk", "/v1/lists"), http.StatusOK).Items[0]
	require.Equal(t, ListedCounts{Overdue: 1, Parked: 1}, own.Counts)
	require.Equal(t, "2025-02-05", own.Day)
	require.NotEmpty(t, own.Unit.Name)
	require.Equal(t, "Quá hạn trả kết quả", own.Dossiers[0].Why[0].Label)
	require.NotEmpty(t, own.Dossiers[0].Procedure.Name)
}

func TestDailyListsComeInPagesAndRefuseWhatIsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	h.listed("office", "VNPHKI", "vnpost", "overdue")
	h.listed("office", "VNPTAY", "vnpost", "overdue")
	h.listed("authority", "H26.12.03", "", "overdue")
	var seen []string
	for cursor := ""; ; {
		page := read[List[DailyList]](t, h.get("manager", "/v1/lists?limit=1&cursor="+cursor), http.StatusOK)
		require.Len(t, page.Items, 1)
		seen = append(seen, page.Items[0].Unit.ID)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, []string{"H26.12.03", "VNPHKI", "VNPTAY"}, seen)
	for query, want := range map[string]string{"day=2025-02-30": "day date_expected", "day=hom-nay": "day date_expected", "office=A&authority=B": "office authority_or_office", "cursor=x": "cursor cursor"} {
		_, places := h.refused(h.get("manager", "/v1/lists?"+query), http.StatusBadRequest)
		require.Contains(t, places[0], want)
	}
}

func TestDossiersDueBeforeAMoment(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	due := noon.Add(48 * time.Hour)
	h.bring(d.Code, "status", func(t *reg.Transition) { t.After.DueAt = &due })
	for before, want := range map[time.Time]int{noon: 0, noon.Add(72 * time.Hour): 1} {
		got := read[List[Dossier]](t, h.get("clerk", "/v1/dossiers?due_before="+url.QueryEscape(before.Format(time.RFC3339))), http.StatusOK)
		require.Len(t, got.Items, want)
	}
	_, places := h.refused(h.get("clerk", "/v1/dossiers?due_before=tomorrow"), http.StatusBadRequest)
	require.Equal(t, []string{"due_before date_time_expected"}, places)
}
