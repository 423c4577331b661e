package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

func delivered(id string) body {
	return body{"event_id": id, "type": "delivered", "occurred_at": "2025-02-05T09:00:00+07:00",
		"proof": body{"method": "code", "signer": "Canary", "relation": "self", "id_tail": "0001"}}
}

func TestShipments(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		sh := h.shipment(d.Code, "viettelpost")
		path := "/v1/shipments/" + sh.ID + "/events"

		page := read[List[Shipment]](t, h.get("courier", "/v1/shipments?limit=1"), http.StatusOK)
		require.Len(t, page.Items, 1)
		require.Equal(t, sh.ID, page.Items[0].ID)
		require.Equal(t, "T-1", page.Items[0].TrackingNumber)
		require.Empty(t, page.NextCursor)
		require.Empty(t, read[List[Shipment]](t, h.get("courier-vnpost", "/v1/shipments"), http.StatusOK).Items)
		require.Empty(t, read[List[Shipment]](t, h.get("courier", "/v1/shipments?state=lost"), http.StatusOK).Items)

		report := func(token string, b body) int {
			t.Helper()
			w := h.post(token, path, b)
			noCanary(t, w.Body.String())
			return w.Code
		}
		require.Equal(t, http.StatusOK, report("courier", body{"event_id": "e1", "type": "attempt_failed", "occurred_at": "2025-02-05T08:00:00+07:00", "reason": "Canary vắng nhà"}))
		require.Equal(t, http.StatusNotFound, report("courier-vnpost", delivered("e2")))
		v := read[Shipment](t, h.post("courier", path, delivered("e2")), http.StatusOK)
		require.Equal(t, dossier.DeliveryDelivered, v.State)
		require.Equal(t, 1, v.FailedAttempts)
		require.Equal(t, 2, h.work.kicks)

		// The same event again: no effect. Known and changed: refused.
		require.Equal(t, http.StatusOK, report("courier", delivered("e2")))
		h.refused(h.post("courier", path, delivered("e2").with("/proof/relation", "family")), 409)
		require.Equal(t, 2, h.rows("parcel_events"))
		shown := read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK)
		require.Equal(t, dossier.DeliveryDelivered, shown.Delivery.State)
		require.Equal(t, sh.ID, *shown.Delivery.ShipmentID)
		require.NoError(t, h.store.VerifyAudit(t.Context(), d.Code))
	})
}

func TestBadShipmentEvents(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	sh := h.shipment(h.filed().Code, "viettelpost")
	for name, tc := range map[string]struct {
		event  body
		status int
		place  string
	}{
		"delivered without proof":   {delivered("e").with("/proof", nil), 422, "/proof/method proof_required"},
		"proof without method":      {delivered("e").with("/proof/method", nil), 422, "/proof/method proof_required"},
		"proof of another's file":   {delivered("e").with("/proof/document_id", h.document("clerk", dossier.Ready)), 422, "/proof/document_id document_unknown"},
		"tomorrow":                  {delivered("e").with("/occurred_at", "2025-02-06T09:30:00+07:00"), 422, "/occurred_at time_future"},
		"year 1":                    {delivered("e").with("/occurred_at", "0001-01-01T00:00:00Z"), 422, "/occurred_at time_unlikely"},
		"no time":                   {delivered("e").with("/occurred_at", nil), 400, "/occurred_at required"},
		"no id":                     {delivered("e").with("/event_id", nil), 400, "/event_id required"},
		"bad id":                    {delivered(canary), 400, "/event_id pattern"},
		"unknown type":              {delivered("e").with("/type", canary), 400, "/type one_of"},
		"state that is no event":    {delivered("e").with("/type", "at_counter"), 400, "/type one_of"},
		"identity number in full":   {delivered("e").with("/proof/id_tail", "001090000001"), 400, "/proof/id_tail pattern"},
		"unknown field in the path": {delivered("e").with("/where", canary), 400, "/where unknown_field"},
	} {
		t.Run(name, func(t *testing.T) {
			w := h.post("courier", "/v1/shipments/"+sh.ID+"/events", tc.event)
			_, at := h.refused(w, tc.status)
			require.Equal(t, []string{tc.place}, at)
			noCanary(t, w.Body.String())
		})
	}
	require.Zero(t, h.rows("inbox"))
	require.Equal(t, http.StatusNotFound, h.post("courier", "/v1/shipments/canary/events", delivered("e")).Code)
}
