package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/recording"
	"hoso/internal/store"
)

// TestKilledBetweenHandovers brings the papers of two dossiers to the authority in
// one bag while at each hand-over one process is killed -9, before the act is
// asked for or right after it was answered. Every act is done once, no paper is
// ever without a holder, and the originals come home with the result.
func TestKilledBetweenHandovers(t *testing.T) {
	t.Parallel()
	y := newSystem(t, setup{})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	carrier := y.as(t, identity.Subject{ID: "courier-e2e", Role: identity.Courier, Carrier: "vnpost"})
	centre := y.as(t, identity.Subject{ID: "centre-e2e", Role: identity.Centre, Authority: "H26.12.03"})
	manager := y.as(t, identity.Subject{ID: "manager-e2e", Role: identity.Manager})
	register := y.register(t)
	var codes []string
	for n := range 2 {
		codes = append(codes, filePaper(t, clerk, n))
	}
	require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
		for _, code := range codes {
			if d, err := register.Dossier(ctx, store.Scope{All: true}, code); err != nil || d.WaitingWhat != dossier.WhatHandover {
				return fmt.Errorf("%s waits for %s: %w", code, d.WaitingWhat, err)
			}
		}
		return nil
	}))

	victims := []*process{y.apiProc, y.worker, y.temporal}
	turn := 0
	// act does something with one process killed before it, or after it.
	act := func(do func()) {
		victim := victims[turn%len(victims)]
		if before := turn/len(victims)%2 == 0; before {
			victim.kill()
			back := make(chan struct{})
			go func() { defer close(back); victim.start(t) }()
			do()
			<-back
		} else {
			do()
			victim.kill()
			victim.start(t)
		}
		turn++
		p, err := register.ProveCustody(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, p.Faults, "at turn %d", turn)
		require.EqualValues(t, len(codes), p.Papers)
	}

	var number string
	act(func() {
		raw := clerk.post(t, "/v1/bags", "seal", map[string]any{"authority": "H26.12.03", "seal": "NP-0007", "dossiers": codes}, http.StatusCreated)
		var b struct{ Number string }
		require.NoError(t, json.Unmarshal(raw, &b))
		number = b.Number
	})
	step := func(who caller, name string, body map[string]any, reached func(store.Bag) bool) {
		act(func() {
			who.post(t, "/v1/bags/"+number+"/"+name, fmt.Sprint(turn), body, http.StatusOK, http.StatusAccepted)
			require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
				b, err := register.Bag(ctx, store.BagScope{Scope: store.Scope{All: true}}, number)
				if err == nil && !reached(b) {
					err = fmt.Errorf("after %v the bag is at %+v", body, b.Custody())
				}
				return err
			}))
		})
	}
	offered := func(kind string) func(store.Bag) bool { return func(b store.Bag) bool { return b.OfferedKind == kind } }
	held := func(kind string) func(store.Bag) bool { return func(b store.Bag) bool { return b.HolderKind == kind } }
	step(clerk, "handover", map[string]any{"act": "offer", "to": map[string]any{"kind": "carrier", "id": "vnpost"}}, offered(custody.Carrier))
	step(carrier, "handover", map[string]any{"act": "take"}, held(custody.Carrier))
	step(carrier, "handover", map[string]any{"act": "offer", "to": map[string]any{"kind": "authority"}}, offered(custody.Authority))
	step(centre, "handover", map[string]any{"act": "take", "missing": []map[string]any{{"dossier": codes[0], "component": "to-khai"}}},
		func(b store.Bag) bool { return b.Trouble == custody.PaperMissing })
	step(manager, "retry", map[string]any{"reason": "tìm thấy trong phong bì"}, func(b store.Bag) bool { return b.Trouble == "" })
	step(centre, "handover", map[string]any{"act": "take"}, func(b store.Bag) bool { return b.Opened })

	_, steps, err := register.InBag(t.Context(), number)
	require.NoError(t, err)
	var way []string
	for _, s := range steps {
		way = append(way, s.Kind)
	}
	require.Equal(t, []string{"bag_sealed", "bag_offered", "bag_taken", "bag_offered", "bag_trouble", "bag_cleared", "bag_taken"}, way, "each act once")

	for i, code := range codes {
		for _, action := range []map[string]any{{"action": "accept"}, {"action": "process"}, {"action": "resolve", "result": map[string]any{"paper": true}}} {
			y.decided(t, register, centre, code, action)
		}
		rows, err := register.Custody(t.Context(), code)
		require.NoError(t, err)
		require.Equal(t, 1, occurrences(rows, custody.Entered))
		require.Equal(t, map[bool]int{true: 1, false: 0}[i == 0], occurrences(rows, custody.Missing), "of the paper that was missing")
	}
	y.allReturned(t, register, codes, 2*time.Minute)
	y.checkLedgers(t, nil)
	checkRegister(t, register, codes)
	require.Contains(t, y.run(t, "custody", "verify"), "each original has exactly one holder")
	for _, code := range codes {
		papers, err := register.Papers(t.Context(), code)
		require.NoError(t, err)
		require.Equal(t, custody.Citizen, papers[0].HolderKind, "home again")
	}
	if recording.Wanted(t) { // as TestRecordHistories does for the samples
		y.record(t, number, "bag")
		y.record(t, codes[0], "vnpost-paper-in-bag")
	}
}

// decided has an officer decide as soon as the dossier is at the authority.
func (y *system) decided(t *testing.T, s *store.Store, centre caller, code string, action map[string]any) {
	t.Helper()
	want := map[any]dossier.Status{"accept": dossier.Accepted, "process": dossier.Processing, "resolve": dossier.Resolved}[action["action"]]
	require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
		d, err := s.Dossier(ctx, store.Scope{All: true}, code)
		if err == nil && d.Stage == dossier.StageSubmission {
			err = fmt.Errorf("%s has not heard of its papers' arrival", code)
		}
		return err
	}))
	centre.post(t, "/v1/dossiers/"+code+"/decision", fmt.Sprint(code, want), action, http.StatusOK, http.StatusAccepted)
	require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
		d, err := s.Dossier(ctx, store.Scope{All: true}, code)
		if err == nil && d.Status != want && d.Status != dossier.Returned {
			err = fmt.Errorf("%s is %s and not %s", code, d.Status, want)
		}
		return err
	}))
}

func occurrences(rows []store.CustodyEntry, act custody.Act) (n int) {
	for _, e := range rows {
		if e.Act == act {
			n++
		}
	}
	return n
}

// filePaper files a dossier whose paper the clerk keeps at the counter.
func filePaper(t *testing.T, clerk caller, n int) string {
	t.Helper()
	filing := canary(n).filing("")
	filing["components"] = []map[string]any{{"code": "to-khai", "form": "paper_original"}}
	var d dossierAnswer
	require.NoError(t, json.Unmarshal(clerk.post(t, "/v1/dossiers", fmt.Sprint("file-paper-", n), filing, http.StatusCreated), &d))
	return d.Code
}
