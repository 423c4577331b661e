package api

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	reg "hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

func command(code, name string) string { return "/v1/dossiers/" + code + "/" + name }

func TestSupplement(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		h.asked(d.Code, "giay-uy-quyen", "anh-the")
		doc := h.document("colleague", dossier.Ready)
		v := read[Dossier](t, h.post("colleague", command(d.Code, "supplement"), body{"note": "ghi chú", "components": []body{
			{"code": "giay-uy-quyen", "document_id": doc}, {"code": "anh-the", "form": "paper_original"}}}), http.StatusOK)
		require.EqualValues(t, 4, v.Revision)
		require.Empty(t, v.Asked)
		require.Len(t, v.Components, 3, "what the authority asks for beyond the checklist is taken too")
		require.Len(t, v.Papers, 1)
		require.Equal(t, "office VNPHKI", v.Papers[0].Holder)
		row, err := h.store.Document(t.Context(), doc)
		require.NoError(t, err)
		require.Equal(t, d.Code, row.DossierCode)
	})
}

func TestBadSupplements(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.asked(d.Code, "to-khai")
	written := h.rows("operations")
	foreign := h.document("clerk-tayho", dossier.Ready)
	for name, tc := range map[string]struct {
		components []body
		place      string
	}{
		"nothing":             {[]body{}, "/components components_empty"},
		"unknown":             {[]body{{"code": "canary", "form": "paper_original"}}, "/components/0/code component_not_in_checklist"},
		"unreadable":          {[]body{{"code": "to-khai", "document_id": h.document("clerk", dossier.Unreadable)}}, "/components/0/document_id scan_unreadable"},
		"another's document":  {[]body{{"code": "to-khai", "document_id": foreign}}, "/components/0/document_id document_unknown"},
		"no document":         {[]body{{"code": "to-khai", "form": "scan"}}, "/components/0/document_id document_required"},
		"twice":               {[]body{{"code": "to-khai", "form": "paper_original"}, {"code": "to-khai", "form": "paper_original"}}, "/components/1/code component_twice"},
		"form":                {[]body{{"code": "to-khai", "form": "from_database"}}, "/components/0/form form_not_accepted"},
		"neither form nor id": {[]body{{"code": "to-khai"}}, "/components/0/form required"},
	} {
		t.Run(name, func(t *testing.T) {
			p, at := h.refused(h.post("clerk", command(d.Code, "supplement"), body{"components": tc.components}), 422)
			require.Equal(t, []string{tc.place}, at)
			if name == "unreadable" {
				require.Contains(t, p.Errors[0].Detail, "Trang 1 bị mờ.")
			}
		})
	}
	require.Equal(t, written, h.rows("operations"))
	require.Empty(t, h.work.sent)
}

// Where the authority asks in words only, anything well named may be the answer.
func TestSupplementAskedInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.asked(d.Code, "in_words")
	read[Dossier](t, h.post("clerk", command(d.Code, "supplement"), body{"components": []body{{"code": "giay-khac", "form": "paper_original"}}}), http.StatusOK)
	h.asked(d.Code, "in_words")
	_, at := h.refused(h.post("clerk", command(d.Code, "supplement"), body{"components": []body{{"code": "Giấy khác", "form": "paper_original"}}}), 422)
	require.Equal(t, []string{"/components/0/code component_not_in_checklist"}, at)
}

func TestContact(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	v := read[Dossier](t, h.post("clerk", command(d.Code, "contact"), body{"phone": "0100000000",
		"recipient": body{"full_name": "Canary", "phone": "0912345678", "address": "Số 2"}}), http.StatusOK)
	require.Equal(t, "phone_unusual", v.Warnings[0].Code)
	people, err := h.store.People(t.Context(), d.Code)
	require.NoError(t, err)
	require.Equal(t, "0100000000", people[store.PartApplicant].Phone)
	require.Equal(t, "Số 2", people[store.PartRecipient].Address)

	for place, bad := range map[string]body{
		" contact_empty":              {},
		"/phone phone_shape":          {"phone": "canary"},
		"/recipient/address required": {"recipient": body{"full_name": "Canary", "phone": "0912345678", "address": " "}},
	} {
		_, at := h.refused(h.post("clerk", command(d.Code, "contact"), bad), 422)
		require.Equal(t, []string{place}, at)
	}

	// Ordered and not confirmed, the address can still be put right; then not.
	begun, err := h.store.BeginBooking(t.Context(), d.Code, reg.LegHome, 1, "viettelpost", "k")
	sh := begun.Shipment
	require.NoError(t, err)
	read[Dossier](t, h.post("clerk", command(d.Code, "contact"), body{"phone": "0912345678"}), http.StatusOK)
	require.NoError(t, h.store.Conclude(t.Context(), store.Done{Key: sh.Key, Reference: "T-1", Shipment: sh.ID}))
	h.refused(h.post("clerk", command(d.Code, "contact"), body{"phone": "0912345678"}), 409)
}

func TestReasons(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	_, at := h.refused(h.post("clerk", command(d.Code, "withdraw"), body{"reason": " "}), 422)
	require.Equal(t, []string{"/reason reason_required"}, at)
	_, at = h.refused(h.post("clerk", command(d.Code, "withdraw"), body{}), 400)
	require.Equal(t, []string{"/reason required"}, at)
	v := read[Dossier](t, h.post("clerk", command(d.Code, "withdraw"), body{"reason": "Canary đổi ý"}), http.StatusOK)
	require.Equal(t, dossier.Withdrawn, v.Status.Code)
	require.NotContains(t, h.work.sent[0].Payload, "Canary", "free text is named by id")
	words, err := h.store.Text(t.Context(), d.Code, h.work.sent[0].TextID)
	require.NoError(t, err)
	require.Equal(t, "Canary đổi ý", words)
}

func TestPayment(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.refused(h.post("clerk", command(d.Code, "payments"), body{"amount": 8000, "method": "cash"}), 409)
	h.withAuthority(d.Code)
	h.bring(d.Code, "status", func(t *reg.Transition) { t.After.Status, t.After.Fees.Due = dossier.PaymentRequired, 8000 })
	for place, bad := range map[string]body{
		"/amount too_small": {"amount": 0, "method": "cash"}, "/method one_of": {"amount": 1, "method": "canary"}, "/amount required": {"method": "cash"},
	} {
		_, at := h.refused(h.post("clerk", command(d.Code, "payments"), bad), 400)
		require.Equal(t, []string{place}, at)
	}
	_, at := h.refused(h.post("clerk", command(d.Code, "payments"), body{"amount": 1, "method": "cash", "paid_at": "2025-02-06T09:30:00+07:00"}), 422)
	require.Equal(t, []string{"/paid_at time_future"}, at)
	read[Dossier](t, h.post("clerk", command(d.Code, "payments"), body{"amount": 8000, "method": "transfer", "reference": "R-1", "paid_at": "2025-02-05T09:00:00+07:00"}), http.StatusOK)
	paid, err := h.store.Payments(t.Context(), d.Code)
	require.NoError(t, err)
	require.EqualValues(t, 8000, paid[0].Amount)
	require.Equal(t, noon.Add(-30*time.Minute).UTC(), paid[0].PaidAt.UTC())
}

func TestPickupAndRetry(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.file("clerk", onPaper().with("/delivery", body{"method": "counter"}))
	h.bring(d.Code, "at_counter", func(t *reg.Transition) {
		t.After.Stage, t.After.Status, t.Delivery = dossier.StageDelivery, dossier.Resolved, dossier.DeliveryAtCounter
		t.After.Waiting = reg.Waiting{Who: dossier.WhoCitizen, What: dossier.WhatPickup}
	})
	_, at := h.refused(h.post("clerk", command(d.Code, "pickup"), body{"identity_check": body{"method": "identity_card", "id_tail": "12"}}), 400)
	require.Equal(t, []string{"/identity_check/id_tail pattern"}, at)
	read[Dossier](t, h.post("clerk", command(d.Code, "pickup"), body{"identity_check": body{"method": "identity_card", "id_tail": "0001"}}), http.StatusOK)

	h.refused(h.post("manager", command(d.Code, "retry"), body{"reason": "thử lại"}), 409)
	h.bring(d.Code, "parked", func(t *reg.Transition) { t.After.Parked, t.Task = "portal_unreachable", "portal_unreachable" })
	shown := read[Dossier](t, h.get("manager", "/v1/dossiers/"+d.Code), http.StatusOK)
	require.True(t, shown.Parked)
	require.Equal(t, "portal_unreachable", shown.Tasks[0].Kind)
	read[Dossier](t, h.post("supervisor", command(d.Code, "retry"), body{"reason": "thử lại"}), http.StatusOK)
	require.Equal(t, http.StatusNotFound, h.post("supervisor-fpt", command(d.Code, "retry"), body{"reason": "thử lại"}).Code)
}

// A wrong state is refused with the state and what it takes, before anything is
// stored; a workflow that knows better is believed.
func TestRefusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	written := h.rows("operations")
	p, at := h.refused(h.post("clerk", command(d.Code, "supplement"), body{"components": []body{{"code": "to-khai", "form": "paper_original"}}}), 409)
	require.Equal(t, []string{" wrong_state"}, at)
	require.Equal(t, "intake", p.State)
	require.Equal(t, []string{"withdraw", "contact", "hold"}, p.Allowed)
	require.Equal(t, written, h.rows("operations"))

	h.work.send = func(ctx context.Context, op store.Operation) (workflows.Answer, *workflows.Refusal, error) {
		deadline, bounded := ctx.Deadline()
		require.True(t, bounded)
		require.LessOrEqual(t, time.Until(deadline), sendWithin)
		return workflows.Answer{}, &workflows.Refusal{Rule: "already_decided", Stage: dossier.StageDelivery, Status: dossier.Resolved, Allowed: []dossier.Command{dossier.Contact}}, nil
	}
	p, at = h.refused(h.post("clerk", command(d.Code, "withdraw"), body{"reason": "đổi ý"}), 409)
	require.Equal(t, []string{" already_decided"}, at)
	require.Equal(t, "delivery", p.State)
	require.Equal(t, []string{"contact"}, p.Allowed)
}

// With the workers away a command is stored and answered 202; its outcome can be
// read by whoever asked, and by nobody else.
func TestWorkersAway(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		away := func(context.Context, store.Operation) (workflows.Answer, *workflows.Refusal, error) {
			return workflows.Answer{}, nil, errors.New("relay: sending command: context deadline exceeded")
		}
		h.work.send = away
		key := newKey()
		w := h.postAs("clerk", command(d.Code, "withdraw"), key, body{"reason": "đổi ý"})
		op := read[OperationStatus](t, w, http.StatusAccepted)
		require.Equal(t, "/v1/operations/"+op.ID, w.Header().Get("Location"))
		require.Equal(t, "pending", op.State)
		require.Equal(t, op, read[OperationStatus](t, h.get("clerk", w.Header().Get("Location")), http.StatusOK))
		require.Equal(t, http.StatusNotFound, h.get("colleague", w.Header().Get("Location")).Code)
		require.Equal(t, http.StatusNotFound, h.get("manager", w.Header().Get("Location")).Code)
		again := read[OperationStatus](t, h.postAs("clerk", command(d.Code, "withdraw"), key, body{"reason": "đổi ý"}), http.StatusAccepted)
		require.Equal(t, op.ID, again.ID)

		h.work.send = nil
		v := read[Dossier](t, h.postAs("clerk", command(d.Code, "withdraw"), key, body{"reason": "đổi ý"}), http.StatusOK)
		op = read[OperationStatus](t, h.get("clerk", w.Header().Get("Location")), http.StatusOK)
		require.Equal(t, "applied", op.State)
		require.Equal(t, v.Revision, op.Revision)
	})
}

func TestRefusedOperation(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.work.send = func(ctx context.Context, op store.Operation) (workflows.Answer, *workflows.Refusal, error) {
		// What a relay does that sends later: the refusal is stored, the caller is gone.
		refusal := `{"rule":"wrong_state","stage":"closed","status":7,"allowed":[]}`
		return workflows.Answer{}, nil, errors.Join(h.store.Refuse(ctx, op.ID, refusal), errors.New("too late"))
	}
	key := newKey()
	p, _ := h.refused(h.postAs("clerk", command(d.Code, "withdraw"), key, body{"reason": "đổi ý"}), 409)
	require.Equal(t, "closed", p.State)
	op := read[OperationStatus](t, h.get("clerk", "/v1/operations/"+h.work.sent[0].ID), http.StatusOK)
	require.Equal(t, "refused", op.State)
	require.Equal(t, "closed", op.Problem.State)
	require.NotEmpty(t, op.Problem.Errors[0].Detail)
	h.refused(h.postAs("clerk", command(d.Code, "withdraw"), key, body{"reason": "đổi ý"}), 409)
	require.Len(t, h.work.sent, 1, "a settled command is not sent again")
}

// A parcel that got lost or was cancelled on its way home: the workflow lets the
// citizen come to the counter for it, and so does the first look.
func TestPickupAfterAFailedDelivery(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.bring(d.Code, "parked", func(t *reg.Transition) {
		t.After.Stage, t.After.Status, t.Delivery = dossier.StageDelivery, dossier.Resolved, dossier.DeliveryCancelled
		t.After.Parked, t.Task = "delivery_failed", "delivery_failed"
	})
	shown := read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK)
	require.Contains(t, shown.Allowed, dossier.Pickup)
	read[Dossier](t, h.post("clerk", command(d.Code, "pickup"), body{"identity_check": body{"method": "passport"}, "received_by": "Canary"}), http.StatusOK)
	require.NotContains(t, h.log.String(), "Canary")
}
