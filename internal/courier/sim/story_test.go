package sim_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/courier/couriertest"
	"hoso/internal/courier/sim"
	"hoso/internal/simulator"
)

var usual = []string{"booked", "picked_up", "in_transit", "out_for_delivery", "delivered"}

func (b *bench) booked(t *testing.T, carrier string) courier.Booking {
	t.Helper()
	order := couriertest.Booking()
	_, err := b.carrier(t, carrier).Book(t.Context(), order)
	require.NoError(t, err)
	return order
}

func (b *bench) types(t *testing.T, carrier, key string) (list []string) {
	t.Helper()
	events, err := b.carrier(t, carrier).Events(t.Context(), key)
	require.NoError(t, err)
	for _, e := range events {
		list = append(list, e.Type)
	}
	return list
}

func TestRulesByCarrierLegAndOffice(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [
		{"when": {"carrier": "viettelpost", "leg": "home"}, "script": {"attempt_failed": 1, "reason": "address_unclear"}},
		{"when": {"office": "FPT"}, "script": {"lose": true}}]}`, nil)
	v := b.booked(t, "viettelpost")
	n := b.booked(t, "vnpost")
	out := couriertest.Booking()
	out.Leg, out.From = "out", courier.Party{Kind: "office", ID: "FPTCGY", Address: "x"}
	_, err := b.carrier(t, "viettelpost").Book(t.Context(), out)
	require.NoError(t, err)
	b.Settle(t)
	require.Len(t, b.types(t, "viettelpost", v.Key), 7)
	require.Equal(t, usual, b.types(t, "vnpost", n.Key))
	require.Equal(t, "lost", b.types(t, "viettelpost", out.Key)[3])
	events, err := b.carrier(t, "viettelpost").Events(t.Context(), v.Key)
	require.NoError(t, err)
	require.Equal(t, "address_unclear", events[4].Reason)
}

func TestHeldAtOfficeUntilFetched(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"script": {"attempt_failed": 1, "held_at_office": true, "hold": true}}]}`, nil)
	order := b.booked(t, "vnpost")
	b.Settle(t)
	require.Equal(t, []string{"booked"}, b.types(t, "vnpost", order.Key))
	release := func(want int) {
		n, err := b.Server.Release(order.Code)
		require.NoError(t, err)
		require.Equal(t, want, n)
		b.Settle(t)
	}
	release(1)
	require.Equal(t, "held_at_office", b.types(t, "vnpost", order.Key)[5], "one release lets go of one hold")
	b.Kill(t)
	b.Settle(t)
	require.Len(t, b.types(t, "vnpost", order.Key), 6)
	release(1)
	require.Equal(t, "delivered", b.types(t, "vnpost", order.Key)[6])
	release(0)
}

func TestStepsTakeTheirTimeAndCancelComesFirst(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"script": {"step_delay": "1h"}}]}`, nil)
	order := b.booked(t, "vnpost")
	require.Empty(t, b.types(t, "vnpost", order.Key))
	b.clock.AwaitWaiter(59 * time.Minute)
	require.NoError(t, b.carrier(t, "vnpost").Cancel(t.Context(), order.Key))
	b.clock.Advance(2 * time.Hour)
	b.Settle(t)
	require.Equal(t, []string{"cancelled"}, b.types(t, "vnpost", order.Key))
	b.Kill(t)
	b.Settle(t)
	require.Equal(t, []string{"cancelled"}, b.types(t, "vnpost", order.Key))
	require.NoError(t, b.carrier(t, "vnpost").Cancel(t.Context(), order.Key))
	require.Equal(t, 1, b.effects(t, "cancel", order.Key))
}

// A carrier that ignores keys carries two parcels under one key, and tells of both.
func TestTwoParcelsUnderOneKey(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"call": {"ignore_keys": true}}]}`, nil)
	order := b.booked(t, "vnpost")
	_, err := b.carrier(t, "vnpost").Book(t.Context(), order)
	require.NoError(t, err)
	b.Settle(t)
	require.Len(t, b.types(t, "vnpost", order.Key), 10)
	require.Equal(t, 2, b.effects(t, "book", order.Key))
}

func TestNobodyCanServeNoAddress(t *testing.T) {
	t.Parallel()
	b := setup(t, "", nil)
	order := couriertest.Booking()
	order.To.Address = " "
	_, err := b.carrier(t, "vnpost").Book(t.Context(), order)
	require.ErrorContains(t, err, "address_rejected")
	for _, spoil := range []func(*courier.Booking){
		func(o *courier.Booking) { o.Key = "" }, func(o *courier.Booking) { o.Code = "" }, func(o *courier.Booking) { o.Leg = "away" },
		func(o *courier.Booking) { o.Key = strings.Repeat("k", 201) }, func(o *courier.Booking) { o.To.Name = strings.Repeat("x", 2<<20) },
	} {
		order := couriertest.Booking()
		spoil(&order)
		_, err := b.carrier(t, "vnpost").Book(t.Context(), order)
		require.Error(t, err)
	}
	require.ErrorContains(t, b.carrier(t, "vnpost").Cancel(t.Context(), ""), "invalid_request")
	require.Zero(t, b.Count(t, func(e simulator.Entry) bool { return e.Kind == simulator.KindEffect }))
}

// Nothing of a person is in the ledger, and nothing of one is in the proof.
func TestLedgerKnowsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"first": 1, "when": {"act": "book"}, "call": {"fail": "before"}}]}`, nil)
	order := couriertest.Booking()
	order.To = courier.Party{Kind: "citizen", ID: "CANARY", Name: "CANARY", Phone: "CANARY", Address: "CANARY"}
	order.From.Name, order.From.Phone, order.From.Address = "CANARY", "CANARY", "CANARY"
	for range 3 {
		_, _ = b.carrier(t, "vnpost").Book(t.Context(), order)
	}
	b.Settle(t)
	require.Equal(t, usual, b.types(t, "vnpost", order.Key))
	raw, err := os.ReadFile(b.Ledger)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "CANARY")
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/courier.jsonl"
	for _, c := range []sim.Config{
		{LedgerPath: t.TempDir() + "/no/such/folder"},
		{LedgerPath: path, CallbackBase: "nowhere", WebhookSecrets: secrets},
		{LedgerPath: path, CallbackBase: "http://127.0.0.1", WebhookSecrets: map[string][]byte{"vnpost": []byte("x")}},
		{LedgerPath: path, Knobs: sim.Knobs{Rules: []simulator.Rule[sim.Script]{{}}}},
		{LedgerPath: path, Knobs: sim.Knobs{Rules: []simulator.Rule[sim.Script]{{Script: &sim.Script{Lose: true, ReturnToSender: true}}}}},
		{LedgerPath: path, Knobs: sim.Knobs{Rules: []simulator.Rule[sim.Script]{{Script: &sim.Script{AttemptFailed: -1}}}}},
		{LedgerPath: path, Knobs: sim.Knobs{Rules: []simulator.Rule[sim.Script]{{Script: &sim.Script{HoldBefore: "teleported"}}}}},
		{LedgerPath: path, Knobs: sim.Knobs{Rules: []simulator.Rule[sim.Script]{{Script: &sim.Script{Then: []string{"teleported"}}}}}},
	} {
		_, err := sim.New(c)
		require.Error(t, err, "%+v", c)
	}
}

func TestContradictionsAndOtherProofs(t *testing.T) {
	t.Parallel()
	b := setup(t, `{"rules": [{"script": {"proof": {"method": "photo", "relation": "family"}, "then": ["attempt_failed", "returned_to_sender"]}}]}`, nil)
	order := b.booked(t, "vnpost")
	b.Settle(t)
	require.Equal(t, append(append([]string{}, usual...), "attempt_failed", "returned_to_sender"), b.types(t, "vnpost", order.Key))
	events, err := b.carrier(t, "vnpost").Events(t.Context(), order.Key)
	require.NoError(t, err)
	require.Equal(t, &courier.Proof{Method: "photo", Relation: "family"}, events[4].Proof)
}
