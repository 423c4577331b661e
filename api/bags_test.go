package api

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	reg "hoso/internal/register"
)

// onPaper files a dossier whose one paper lies free at VNPHKI and is to go to the
// authority.
func (h *house) onPaper() Dossier {
	h.t.Helper()
	filing := filingOf("")
	filing["components"] = []any{body{"code": "to-khai", "form": "paper_original"}}
	d := h.file("clerk", filing)
	h.bring(d.Code, "route_decided", func(t *reg.Transition) {
		t.After.Stage, t.After.Route = dossier.StageSubmission, dossier.RoutePaper
		t.After.Waiting = reg.Waiting{Who: dossier.WhoClerk, What: dossier.WhatHandover}
	})
	return d
}

// sealNumbers gives every bag another.
var sealNumbers atomic.Int64

func (h *house) seal(codes ...string) Bag {
	h.t.Helper()
	return read[Bag](h.t, h.post("clerk", "/v1/bags", body{"authority": "H26.12.03", "seal": fmt.Sprint("NP-00", sealNumbers.Add(1)), "dossiers": codes}), http.StatusCreated)
}

// TestBagFromCounterToAuthority: two dossiers' papers go in one bag by two hands;
// each holder sees the bag, each paper has one holder, and the authority's
// signature is the filing moment.
func TestBagFromCounterToAuthority(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		one, two := h.onPaper(), h.onPaper()
		b := h.seal(one.Code, two.Code)
		require.True(t, dossier.ValidBagNumber(b.Number), b.Number)
		require.Equal(t, "office", b.Holder.Kind)
		require.Equal(t, dossier.WhatHandover, b.WaitingFor.What)
		require.NotNil(t, b.WaitingFor.Until)

		path := "/v1/bags/" + b.Number
		require.Equal(t, http.StatusNotFound, h.get("courier", path).Code, "not his to see yet")
		h.handOn(path, "clerk", body{"act": "offer", "to": body{"kind": "carrier", "id": "viettelpost"}})
		require.Len(t, read[List[Bag]](t, h.get("courier", "/v1/bags"), http.StatusOK).Items, 1)
		b = h.handOn(path, "courier", body{"act": "take"})
		require.Equal(t, Holder{Kind: "carrier", ID: "viettelpost"}, b.Holder)
		h.handOn(path, "courier", body{"act": "offer", "to": body{"kind": "authority"}})
		b = h.handOn(path, "centre", body{"act": "take", "seal": "intact"})
		require.True(t, b.Opened)
		require.NotNil(t, b.HandedOverAt)
		require.Len(t, b.Papers, 2)
		for _, p := range b.Papers {
			require.Equal(t, Holder{Kind: "authority", ID: "H26.12.03"}, p.Holder)
			require.False(t, p.Inside)
		}
		var way []string
		for _, c := range b.History {
			require.NotEmpty(t, c.Label)
			way = append(way, c.Kind)
		}
		require.Equal(t, []string{"bag_sealed", "bag_offered", "bag_taken", "bag_offered", "bag_taken"}, way)

		for _, d := range []Dossier{one, two} {
			papers, err := h.store.Papers(t.Context(), d.Code)
			require.NoError(t, err)
			require.Equal(t, custody.Place{Holder: custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}}, papers[0].Place())
			s, err := h.store.Snapshot(t.Context(), d.Code)
			require.NoError(t, err)
			require.Equal(t, 1, s.Papers.Arrived)
		}
		proof, err := h.store.ProveCustody(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, proof.Faults)
		require.EqualValues(t, 1, proof.Bags)

		sheet := h.get("centre", path+"/sheet")
		require.Equal(t, http.StatusOK, sheet.Code, sheet.Body.String())
		require.Equal(t, "application/pdf", sheet.Header().Get("Content-Type"))
		require.Equal(t, http.StatusConflict, h.post("centre", path+"/handover", body{"act": "take"}).Code, "its way is over")
	})
}

func (h *house) handOn(path, token string, act body) Bag {
	h.t.Helper()
	return read[Bag](h.t, h.post(token, path+"/handover", act), http.StatusOK)
}

// TestBagRefuses: the wrong person, out of order, what is not there.
func TestBagRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.onPaper()
	b := h.seal(d.Code)
	path := "/v1/bags/" + b.Number + "/handover"
	refused := func(token string, act body, rule string) {
		t.Helper()
		p := problem(t, h.post(token, path, act))
		require.Equal(t, rule, p.Errors[0].Code)
	}
	refused("centre", body{"act": "take"}, "not_offered_to_you")
	refused("centre", body{"act": "offer", "to": body{"kind": "office"}}, "not_holder")
	refused("clerk", body{"act": "take"}, "already_holder")
	refused("clerk", body{"act": "offer"}, "required")
	refused("clerk", body{"act": "offer", "to": body{"kind": "carrier"}}, "required")
	refused("clerk", body{"act": "offer", "to": body{"kind": "carrier", "id": "nobody"}}, "carrier_unknown")
	refused("clerk", body{"act": "offer", "to": body{"kind": "authority", "id": "H26.99"}}, "not_this_bags")
	refused("clerk", body{"act": "offer", "to": body{"kind": "authority"}, "seal": "broken"}, "not_expected")
	refused("clerk", body{"act": "take", "missing": []any{body{"dossier": d.Code, "component": "cccd"}}}, "paper_not_in_bag")
	require.Equal(t, http.StatusNotFound, h.post("clerk", "/v1/bags/VNPHKI-250205-B999-X/handover", body{"act": "take"}).Code)
	require.Equal(t, Holder{Kind: "office", ID: "VNPHKI"}, read[Bag](t, h.get("clerk", "/v1/bags/"+b.Number), http.StatusOK).Holder)

	sealing := func(want string, change body) {
		t.Helper()
		in := body{"authority": "H26.12.03", "seal": "NP-1", "dossiers": []string{d.Code}}
		for k, v := range change {
			in[k] = v
		}
		p := problem(t, h.post("clerk", "/v1/bags", in))
		require.Equal(t, want, p.Errors[0].Code)
	}
	sealing("papers_not_free", nil) // they lie in a bag already
	sealing("seal_used", body{"seal": b.Seal, "dossiers": []string{h.onPaper().Code}})
	sealing("authority_unknown", body{"authority": "H26.99"})
	sealing("dossier_unknown", body{"dossiers": []string{"VNPHKI-250205-0099-A"}})
	sealing("papers_not_going_out", body{"dossiers": []string{h.filed().Code}})
	free := h.onPaper()
	sealing("papers_not_free", body{"dossiers": []string{free.Code, d.Code}})
	papers, err := h.store.Papers(t.Context(), free.Code)
	require.NoError(t, err)
	require.Empty(t, papers[0].Bag, "all or none")
	require.Equal(t, 1, h.rows("bags"))
}

// TestBagStopsAndAsks: the authority finds a paper missing; the bag stays with the
// carrier, the dossier hears of it, and goes on after a manager has looked.
func TestBagStopsAndAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.onPaper()
	b := h.seal(d.Code)
	path := "/v1/bags/" + b.Number
	h.handOn(path, "clerk", body{"act": "offer", "to": body{"kind": "authority"}})
	b = h.handOn(path, "centre", body{"act": "take", "missing": []any{body{"dossier": d.Code, "component": "to-khai"}}, "note": "thiếu tờ khai"})
	require.Equal(t, custody.PaperMissing, b.Trouble)
	require.Equal(t, "office", b.Holder.Kind)
	require.Equal(t, dossier.WhoManager, b.WaitingFor.Who)
	require.Equal(t, "thiếu tờ khai", b.History[2].Note)
	require.Equal(t, []string{d.Code + " to-khai"}, b.History[2].Data.Missing)
	require.Equal(t, "discrepancy_open", problem(t, h.post("centre", path+"/handover", body{"act": "take"})).Errors[0].Code)
	require.Equal(t, http.StatusForbidden, h.post("centre", path+"/retry", body{"reason": "xong"}).Code)
	require.Equal(t, "reason_required", problem(t, h.post("manager", path+"/retry", body{"reason": " "})).Errors[0].Code)
	b = read[Bag](t, h.post("manager", path+"/retry", body{"reason": "tìm thấy trong phong bì"}), http.StatusOK)
	require.Empty(t, b.Trouble)
	require.True(t, h.handOn(path, "centre", body{"act": "take"}).Opened)

	ledger, err := h.store.Custody(t.Context(), d.Code)
	require.NoError(t, err)
	var acts []custody.Act
	for _, e := range ledger {
		acts = append(acts, e.Act)
	}
	require.Equal(t, []custody.Act{custody.Entered, custody.Bagged, custody.Offered, custody.Missing, custody.Taken, custody.Unbagged}, acts)
	noCanary(t, h.log.String())
}

// TestBagLosesAPaper: the paper is out of the bag, with who answers for it; the
// others go on.
func TestBagLosesAPaper(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		one, two := h.onPaper(), h.onPaper()
		b := h.seal(one.Code, two.Code)
		path := "/v1/bags/" + b.Number
		h.handOn(path, "clerk", body{"act": "offer", "to": body{"kind": "authority"}})
		h.handOn(path, "centre", body{"act": "take", "missing": []any{body{"dossier": one.Code, "component": "to-khai"}}})
		read[Bag](t, h.post("manager", path+"/retry", body{"reason": "đã tìm khắp nơi", "missing": "lost"}), http.StatusOK)
		require.True(t, h.handOn(path, "centre", body{"act": "take"}).Opened)
		s, err := h.store.Snapshot(t.Context(), one.Code)
		require.NoError(t, err)
		require.Equal(t, reg.Papers{Lost: 1}, s.Papers)
		papers, err := h.store.Papers(t.Context(), one.Code)
		require.NoError(t, err)
		require.Equal(t, custody.Place{Holder: custody.Holder{Kind: custody.Office, ID: "VNPHKI"}}, papers[0].Place(), "who answers for it")
		s, err = h.store.Snapshot(t.Context(), two.Code)
		require.NoError(t, err)
		require.Equal(t, reg.Papers{Arrived: 1}, s.Papers)
		proof, err := h.store.ProveCustody(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, proof.Faults)

		gone := h.seal(h.onPaper().Code)
		read[Bag](t, h.post("manager", "/v1/bags/"+gone.Number+"/lost", body{"reason": "cháy xe"}), http.StatusOK)
		proof, err = h.store.ProveCustody(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, proof.Faults)
	})
}

// TestBagOpenedAgain: what was put into the wrong bag lies free again.
func TestBagOpenedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.onPaper()
	b := h.seal(d.Code)
	b = read[Bag](t, h.post("clerk", "/v1/bags/"+b.Number+"/open", body{"reason": "nhầm túi"}), http.StatusOK)
	require.True(t, b.Opened)
	require.Nil(t, b.HandedOverAt)
	again := h.seal(d.Code)
	require.NotEqual(t, b.Number, again.Number)
	proof, err := h.store.ProveCustody(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, proof.Faults)
}

// TestBagTwice: the same key is one act and one answer.
func TestBagTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.onPaper()
	in := body{"authority": "H26.12.03", "seal": "NP-1", "dossiers": []string{d.Code}}
	first := read[Bag](t, h.postAs("clerk", "/v1/bags", "k1", in), http.StatusCreated)
	require.Equal(t, first, read[Bag](t, h.postAs("clerk", "/v1/bags", "k1", in), http.StatusCreated))
	path := "/v1/bags/" + first.Number + "/handover"
	offer := body{"act": "offer", "to": body{"kind": "authority"}}
	one := read[Bag](t, h.postAs("clerk", path, "k2", offer), http.StatusOK)
	require.Equal(t, one, read[Bag](t, h.postAs("clerk", path, "k2", offer), http.StatusOK))
	require.Len(t, read[Bag](t, h.get("clerk", "/v1/bags/"+first.Number), http.StatusOK).History, 2)
	require.Equal(t, 1, h.rows("bags"))
}

// Bags come page by page, newest first, each once.
func TestBagsComeByPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	var want []string
	for range 3 {
		want = append([]string{h.seal(h.onPaper().Code).Number}, want...)
	}
	var got []string
	for cursor, pages := "", 0; ; pages++ {
		require.Less(t, pages, len(want))
		page := read[List[Bag]](t, h.get("clerk", "/v1/bags?limit=1&cursor="+cursor), http.StatusOK)
		require.Len(t, page.Items, 1)
		got = append(got, page.Items[0].Number)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, want, got)
}
