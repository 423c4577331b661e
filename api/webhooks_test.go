package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/webhook"
)

// hook is a signed message on its way.
type hook struct {
	path, secret, id string
	at               time.Time
	raw              string
}

func (h *house) deliver(k hook) *httptest.ResponseRecorder {
	h.t.Helper()
	a := ask{method: "POST", path: k.path, body: k.raw, header: map[string]string{}}
	for name, values := range webhook.Sign([]byte(k.secret), k.id, k.at, []byte(k.raw)) {
		a.header[name] = values[0]
	}
	return h.do(a)
}

func portalSays(event body) hook {
	raw, _ := json.Marshal(event)
	return hook{"/v1/webhooks/portal", "portal-secret", event["event_id"].(string), noon, string(raw)}
}

func carrierSays(event body) hook {
	raw, _ := json.Marshal(event)
	return hook{"/v1/webhooks/couriers/viettelpost", "carrier-secret", event["event_id"].(string), noon, string(raw)}
}

func accepted(code string) body {
	return body{"event_id": "p1", "code": code, "status": 2, "occurred_at": "2025-02-05T09:00:00+07:00",
		"portal_code": "H26.12.03-250205-0001", "text": "Canary đã nộp đủ", "field_of_theirs": body{"x": 1}}
}

func TestPortalWebhook(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		first := read[Receipt](t, h.deliver(portalSays(accepted(d.Code))), http.StatusOK)
		require.Equal(t, "pending", first.State)
		require.Equal(t, 1, h.work.kicks)

		again := portalSays(accepted(d.Code))
		again.at = noon.Add(4 * time.Minute)
		require.Equal(t, first, read[Receipt](t, h.deliver(again), http.StatusOK), "the same event, delivered again")
		p, _ := h.refused(h.deliver(portalSays(accepted(d.Code).with("/status", 4))), 409)
		require.Equal(t, "event_changed", p.Errors[0].Code)
		require.Equal(t, 1, h.rows("inbox"))

		other := accepted("VNPHKI-250205-0009-" + string(dossier.CheckCharacter("VNPHKI2502050009")))
		unmatched := read[Receipt](t, h.deliver(portalSays(other.with("/event_id", "p2"))), http.StatusOK)
		require.Equal(t, "unmatched", unmatched.State)
		noCanary(t, h.log.String())
	})
}

// A report with an electronic result: its bytes are kept once, however often it
// is told.
func TestPortalWebhookWithResult(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		content := []byte("<ketqua/>")
		sum := sha256.Sum256(content)
		document := body{"name": "Bản sao\u0000", "media_type": "application/xml", "sha256": hex.EncodeToString(sum[:]), "content": content}
		event := accepted(d.Code).with("/status", 9).with("/result", body{"paper": false, "documents": []body{document, document}})
		before := h.rows("documents")
		read[Receipt](t, h.deliver(portalSays(event)), http.StatusOK)
		read[Receipt](t, h.deliver(portalSays(event)), http.StatusOK)
		require.Equal(t, before+1, h.rows("documents"))
		require.Equal(t, 1, h.rows("results"))
		_, at := h.refused(h.deliver(portalSays(event.with("/event_id", "p9").with("/result/documents/0/sha256", strings.Repeat("0", 64)))), 422)
		require.Equal(t, []string{"/result/documents invalid_value"}, at)
	})
}

func TestCarrierWebhook(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		sh := h.shipment(d.Code, "viettelpost")
		event := delivered("c1").with("/key", sh.Key).with("/reason", "x\u0000y")
		first := read[Receipt](t, h.deliver(carrierSays(event)), http.StatusOK)
		require.Equal(t, first, read[Receipt](t, h.deliver(carrierSays(event)), http.StatusOK))
		h.refused(h.deliver(carrierSays(event.with("/type", "lost"))), 409)
		unmatched := read[Receipt](t, h.deliver(carrierSays(event.with("/event_id", "c2").with("/key", "theirs"))), http.StatusOK)
		require.Equal(t, "unmatched", unmatched.State)
		require.Equal(t, 1, h.rows("parcel_events"))

		for pointer, value := range map[string]any{"/proof/method": nil, "/type": "canary", "/event_id": canary, "/key": "a\u0000b"} {
			p, at := h.refused(h.deliver(hook{path: "/v1/webhooks/couriers/viettelpost", secret: "carrier-secret", id: "x", at: noon,
				raw: asJSON(event.with("/event_id", "c3").with(pointer, value))}), 422)
			require.Equal(t, []string{pointer + " invalid_value"}, at)
			require.NotContains(t, p.Errors[0].Detail, "anary")
		}
	})
}

func asJSON(b body) string {
	raw, _ := json.Marshal(b)
	return string(raw)
}

// What is not proven is refused alike, whatever is wrong with it, and leaves nothing.
func TestForgedWebhooks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	good := portalSays(accepted(d.Code))
	bad := map[string]hook{}
	add := func(name string, change func(*hook)) {
		k := good
		change(&k)
		bad[name] = k
	}
	add("another secret", func(k *hook) { k.secret = "guess" })
	add("carrier's secret", func(k *hook) { k.secret = "carrier-secret" })
	add("no secret", func(k *hook) { k.secret = "" })
	add("stale", func(k *hook) { k.at = noon.Add(-6 * time.Minute) })
	add("ahead", func(k *hook) { k.at = noon.Add(6 * time.Minute) })
	for name, k := range bad {
		w := h.deliver(k)
		require.Equal(t, http.StatusUnauthorized, w.Code, name)
	}
	tampered := ask{method: "POST", path: good.path, body: strings.Replace(good.raw, `"status":2`, `"status":9`, 1), header: map[string]string{}}
	for name, values := range webhook.Sign([]byte(good.secret), good.id, good.at, []byte(good.raw)) {
		tampered.header[name] = values[0]
	}
	require.Equal(t, http.StatusUnauthorized, h.do(tampered).Code)
	require.Equal(t, http.StatusUnauthorized, h.do(ask{method: "POST", path: good.path, body: good.raw}).Code)
	require.Equal(t, http.StatusUnauthorized, h.do(ask{method: "POST", path: good.path, body: good.raw, token: "manager"}).Code)
	require.Zero(t, h.rows("inbox"))
	require.Zero(t, h.work.kicks)

	unknown := carrierSays(delivered("x"))
	unknown.path = "/v1/webhooks/couriers/nobody"
	require.Equal(t, http.StatusNotFound, h.deliver(unknown).Code)
}

func TestUnfitWebhooks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	for name, tc := range map[string]struct {
		raw    string
		status int
		place  string
	}{
		"not JSON":      {canary, 400, " json_broken"},
		"wrong type":    {`{"status":"` + canary + `"}`, 400, "/status wrong_type"},
		"bad time":      {`{"occurred_at":"` + canary + `"}`, 400, " json_broken"},
		"status 11":     {asJSON(accepted(d.Code).with("/status", 11)), 422, "/status invalid_value"},
		"code":          {asJSON(accepted(canary)), 422, "/code invalid_value"},
		"no time":       {asJSON(accepted(d.Code).with("/occurred_at", nil)), 422, "/occurred_at invalid_value"},
		"year 1":        {asJSON(accepted(d.Code).with("/occurred_at", "0001-01-01T00:00:00+07:00")), 422, "/occurred_at invalid_value"},
		"due in 9999":   {asJSON(accepted(d.Code).with("/due_at", "9999-01-01T00:00:00+07:00")), 422, "/due_at invalid_value"},
		"portal code":   {asJSON(accepted(d.Code).with("/portal_code", canary)), 422, "/portal_code invalid_value"},
		"fee":           {asJSON(accepted(d.Code).with("/fee_amount", -1)), 422, "/fee_amount invalid_value"},
		"endless fee":   {asJSON(accepted(d.Code).with("/fee_amount", 1<<62)), 422, "/fee_amount invalid_value"},
		"component":     {asJSON(accepted(d.Code).with("/components", []string{canary})), 422, "/components invalid_value"},
		"endless words": {asJSON(accepted(d.Code).with("/text", strings.Repeat("x", 5000))), 422, "/text invalid_value"},
	} {
		t.Run(name, func(t *testing.T) {
			w := h.deliver(hook{"/v1/webhooks/portal", "portal-secret", "id", noon, tc.raw})
			_, at := h.refused(w, tc.status)
			require.Equal(t, []string{tc.place}, at)
			noCanary(t, w.Body.String())
		})
	}
	require.Zero(t, h.rows("inbox"))
	noCanary(t, h.log.String())
}
