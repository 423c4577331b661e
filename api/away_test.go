package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/pgtest"
)

// With the database down every operation that needs it says so and when to come
// back; none is a 500.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		doc := h.document("clerk", dossier.Ready)
		read[List[Office]](t, h.get("clerk", "/v1/offices"), http.StatusOK)
		h.server.cat.checked = h.server.cat.checked.Add(-catalogueCheck)
		require.NoError(t, h.store.Close())
		for _, op := range h.server.Operations() {
			switch op.ID {
			case "healthz", "readyz", "receipt-keys", "upload-document", "read-identity-card", "scan-identity-card", "portal-webhook", "carrier-webhook":
				continue
			}
			token := ""
			for name, who := range staff {
				if op.Access.Admits(who) && name != "clerk-nowhere" && name != "clerk-astray" {
					token = name
				}
			}
			path := pathFor(op.Path, d.Code, doc)
			if op.ID == "track-by-code" {
				path += "?tail=0123"
			} else if op.ID == "track-by-token" {
				path += "?t=" + d.TrackingToken
			}
			if op.ID == "funnel-report" {
				path += "?from=2025-02-01&to=2025-03-01"
			}
			w := h.do(ask{method: op.Method, path: path, token: token, key: newKey(), body: bodyFor(op)})
			require.Equal(t, http.StatusServiceUnavailable, w.Code, "%s: %s", op.ID, w.Body.String())
			require.Equal(t, "5", w.Header().Get("Retry-After"), op.ID)
			problem(t, w)
		}
		require.Equal(t, http.StatusServiceUnavailable, h.upload("clerk", newKey(), goodScan()).Code)
		require.Equal(t, http.StatusServiceUnavailable, h.deliver(portalSays(accepted(d.Code))).Code)
		require.Equal(t, http.StatusServiceUnavailable, h.deliver(carrierSays(delivered("c").with("/key", "k"))).Code)
		noCanary(t, h.log.String())
	})
}

func pathFor(template, code, id string) string {
	return strings.NewReplacer("{code}", code, "{id}", id, "{number}", "VNPHKI-250205-B001-"+string(dossier.CheckCharacter("VNPHKI250205B001"))).Replace(template)
}

func bodyFor(op Operation) string {
	if op.Method == http.MethodGet {
		return ""
	}
	return asJSON(bodies[op.ID])
}

// PostgreSQL is killed under a running server: what was acknowledged is there
// again when it is back, and nothing half-done.
func TestDatabaseKilledAndBack(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Start(t)
	h := newHouseAt(t, cluster.URL())
	d := h.filed()
	filing := filingOf(h.document("clerk", dossier.Ready))
	cluster.Kill(t)
	for range 3 {
		w := h.postAs("clerk", "/v1/dossiers", "k", filing)
		require.Equal(t, http.StatusServiceUnavailable, w.Code, w.Body.String())
		require.NotEmpty(t, w.Header().Get("Retry-After"))
	}
	require.Equal(t, http.StatusServiceUnavailable, h.get("clerk", "/v1/dossiers/"+d.Code).Code)
	cluster.Restart(t)
	again := read[Dossier](t, h.postAs("clerk", "/v1/dossiers", "k", filing), http.StatusCreated)
	require.Equal(t, "0002", strings.Split(again.Code, "-")[2])
	require.Equal(t, d.Revision, read[Dossier](t, h.get("clerk", "/v1/dossiers/"+d.Code), http.StatusOK).Revision)
	require.Equal(t, 2, h.rows("dossiers"))
}
