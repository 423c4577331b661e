package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/apiclient"
	couriersim "hoso/internal/courier/sim"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	portalsim "hoso/internal/portal/sim"
	scanner "hoso/internal/scan"
)

func standing(who dossier.Who, what dossier.What, status dossier.Status) apiclient.Dossier {
	d := apiclient.Dossier{Code: "VTPHKI-250205-0012-L", Revision: 4}
	d.WaitingFor.Who, d.WaitingFor.What, d.Status.Code = string(who), string(what), int(status)
	return d
}

func TestTheAgentActsForSamplePeopleOnly(t *testing.T) {
	t.Parallel()
	f := &follower{sample: samples()[1]}
	for _, c := range []struct {
		dossier          apiclient.Dossier
		subject, command string
		body             string
	}{
		{standing(dossier.WhoClerk, dossier.WhatRescan, 1), "clerk-vtphki", "supplement", `{"components":[{"code":"to-khai","form":"paper_original"}]}`},
		{standing(dossier.WhoClerk, dossier.WhatHandover, 1), "clerk-vtphki", "handover", `{"act":"offer","to":{"kind":"carrier","id":"viettelpost"}}`},
		{standing(dossier.WhoAuthority, dossier.WhatTake, 1), "officer-h26.12.03", "handover", `{"act":"take"}`},
		{standing(dossier.WhoAuthority, dossier.WhatAcceptance, 1), "officer-h26.12.03", "decision", `{"action":"accept","portal_code":"H26.12.03-250205-9012"}`},
		{standing(dossier.WhoAuthority, dossier.WhatDecision, 2), "officer-h26.12.03", "decision", `{"action":"process"}`},
		{standing(dossier.WhoAuthority, dossier.WhatDecision, 4), "officer-h26.12.03", "decision", `{"action":"resolve","result":{"documents":[],"paper":true}}`},
	} {
		todo, ok := f.deed(c.dossier)
		require.True(t, ok, c.command)
		require.Equal(t, []string{c.subject, c.command}, []string{todo.subject, todo.command})
		body, err := todo.body(t.Context())
		require.NoError(t, err)
		raw, err := json.Marshal(body)
		require.NoError(t, err)
		require.JSONEq(t, c.body, string(raw))
	}
	for _, d := range []apiclient.Dossier{
		standing(dossier.WhoPortal, dossier.WhatDecision, 4), standing(dossier.WhoCourier, dossier.WhatDelivery, 9),
		standing(dossier.WhoNobody, dossier.WhatWork, 1), standing(dossier.WhoManager, dossier.WhatRetry, 1),
	} {
		_, ok := f.deed(d)
		require.False(t, ok, "others act by themselves")
	}
}

func TestTheNumberWrittenByHandIsAnOfficialOne(t *testing.T) {
	t.Parallel()
	require.True(t, dossier.ValidPortalCode(handNumber("VTPHKI-250205-0012-L")))
	require.Empty(t, handNumber("VTPHKI-250205-10012-L"), "the engine draws one itself")
	require.Empty(t, handNumber("nonsense"))
}

// testDay is a working day of the pilot.
var testDay = time.Date(2025, 2, 5, 9, 30, 0, 0, time.UTC)

// The demonstration shows what it says only if the check sees the pages so.
func TestSamplePagesAreJudgedAsTheStoryNeeds(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			page, err := scan(s.page)
			require.NoError(t, err)
			want := "ready"
			if s.name == "paper" {
				want = "unreadable"
			}
			require.Equal(t, want, verdict(t, page))
		})
	}
}

func verdict(t *testing.T, page []byte) string {
	t.Helper()
	r, err := scanner.Check(context.Background(), bytes.NewReader(page), int64(len(page)), scanner.DefaultProfile())
	require.NoError(t, err)
	return string(r.Verdict)
}

func TestSamplePeopleKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		p := s.person
		errs := dossier.Persons.Check("", dossier.Person{Kind: dossier.Citizen, FullName: p.name, CitizenID: p.id, DateOfBirth: p.born, Phone: p.phone, Address: p.address}, testDay)
		require.Empty(t, dossier.Refusals(errs), s.name)
	}
	for _, who := range Cast() {
		if who.Role == identity.Clerk {
			who.Network = "x" // follows from the office
		}
		require.NoError(t, who.Validate(), who.ID)
	}
}

func TestTheSimulatorsTakeTheRules(t *testing.T) {
	t.Parallel()
	_, err := portalsim.ParseKnobs(PortalRules())
	require.NoError(t, err)
	_, err = couriersim.ParseKnobs(CourierRules())
	require.NoError(t, err)
}

func TestTheStateOutlivesTheRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, there, err := LoadState(dir)
	require.NoError(t, err)
	require.False(t, there)
	s = s.begun(FirstRun)
	require.NoError(t, s.save(), "before anything is filed")
	s.Codes["online"] = "VNPHKI-250205-0001-M"
	require.NoError(t, s.save())

	again, there, err := LoadState(dir)
	require.NoError(t, err)
	require.True(t, there)
	require.Equal(t, s.Codes, again.Codes)
	require.False(t, again.complete(), "two are still to be filed, under the same keys")
	require.Equal(t, FirstRun, again.Run)
	require.NotEqual(t, Anew().Run, Anew().Run, "`hoso demo` files new ones each time")
	require.NoError(t, Anew().save(), "and keeps no state")
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, left, 1)
}
