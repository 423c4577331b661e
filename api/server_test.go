package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"hoso/internal/trail"
)

func TestRequestID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for given, kept := range map[string]bool{
		"request-1":                 true,
		"0192f0c4-1111-7abc-8def-0": true,
		"":                          false,
		"short":                     false,
		"0987310001":                false, // somebody's telephone
		"with space":                false,
		"evil\nline-of-log":         false,
		"\u202eevil-direction":      false,
		strings.Repeat("x", 65):     false,
	} {
		w := b.do(ask{method: "GET", path: "/healthz", header: map[string]string{"X-Request-Id": given}})
		got := w.Header().Get("X-Request-Id")
		require.Equal(t, kept, got == given, "%q", given)
		require.True(t, trail.WellFormed(got), "%q", got)
	}
}

func TestAccessLogIsOneLineWithoutPersonalData(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(ask{method: "GET", path: "/v1/notes?kind=plain", token: "clerk"})
	b.do(ask{method: "GET", path: "/v1/nowhere/Canary%0Aevil?q=Canary", token: "clerk", header: map[string]string{
		"User-Agent": "Canary", "Referer": "https://x/Canary",
	}})
	b.do(ask{method: "CANARY", path: "/v1/notes"})
	lines := strings.Split(strings.TrimSpace(b.log.String()), "\n")
	require.Len(t, lines, 3)
	require.NotContains(t, strings.ToLower(b.log.String()), "canary")
	var first map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &first))
	delete(first, "time")
	delete(first, "ms")
	delete(first, "request_id")
	require.Equal(t, map[string]any{
		"level": "INFO", "msg": "request", "method": "GET", "route": "/v1/notes", "status": 200.0,
		"subject": "lan", "role": "clerk",
	}, first)
	require.Contains(t, lines[1], `"route":"unmatched"`)
	require.Contains(t, lines[2], `"method":"OTHER"`)
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, a := range []ask{
		{method: "GET", path: "/healthz"}, {method: "GET", path: "/nowhere"},
		{method: "POST", path: "/v1/fail/panic", body: `{}`}, {method: "GET", path: "/docs"},
	} {
		h := b.do(a).Header()
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		require.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'")
		require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'")
		require.NotContains(t, h.Get("Content-Security-Policy"), "unsafe")
		require.Regexp(t, "^no-", h.Get("Cache-Control"))
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.do(ask{method: "GET", path: "/healthz"})
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), `"go":"go1.`)
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	good := func(context.Context) error { return nil }
	bad := func(context.Context) error { return errors.New("away: " + canary) }
	stuck := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, tc := range map[string]struct {
		database, temporal func(context.Context) error
		status             int
		checks             map[string]string
	}{
		"all well":       {good, good, 200, map[string]string{"database": "ok", "temporal": "ok"}},
		"temporal away":  {good, bad, 200, map[string]string{"database": "ok", "temporal": "failing"}},
		"database away":  {bad, good, 503, map[string]string{"database": "failing", "temporal": "ok"}},
		"database stuck": {stuck, good, 503, map[string]string{"database": "failing", "temporal": "ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(d *Deps) {
				d.Timeout = 50 * time.Millisecond
				d.Checks = []Check{
					{Name: "database", Required: true, Run: tc.database},
					{Name: "temporal", Run: tc.temporal},
				}
			})
			w := b.do(ask{method: "GET", path: "/readyz"})
			require.Equal(t, tc.status, w.Code)
			require.Equal(t, tc.status == 503, w.Header().Get("Retry-After") == "5")
			var r Readiness
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &r))
			require.Equal(t, tc.checks, r.Checks)
			requireNoEcho(t, w.Body.String()+b.log.String())
		})
	}
}

func TestMetricsAndObserve(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	b := setup(t, func(d *Deps) {
		d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("up 1\n")) })
		d.Observe = func(route, method string, status int, _ time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, method+" "+route+" "+http.StatusText(status))
		}
	})
	require.Equal(t, "up 1\n", b.do(ask{method: "GET", path: "/metrics"}).Body.String())
	b.do(ask{method: "PUT", path: "/v1/notes/7"})
	require.Equal(t, []string{"GET /metrics OK", "PUT /v1/notes/:id Unauthorized"}, seen)
	require.Equal(t, http.StatusNotFound, setup(t).do(ask{method: "GET", path: "/metrics"}).Code)
}

func TestOpenAPIDocument(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { b.do(ask{method: "GET", path: "/openapi.json"}) })
	}
	wg.Wait()
	w := b.do(ask{method: "GET", path: "/openapi.json"})
	require.Equal(t, http.StatusOK, w.Code)
	doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	require.NoError(t, err)
	require.Equal(t, "3.1.0", doc.OpenAPI)
	require.Contains(t, doc.Components.SecuritySchemes, "bearer")

	create := doc.Paths.Find("/v1/notes").Post
	for _, status := range []int{201, 400, 401, 403, 409, 413, 415, 422, 500, 503} {
		require.NotNil(t, create.Responses.Status(status), status)
	}
	require.Contains(t, *create.Responses.Status(422).Value.Description, "invalid_dossier")
	require.Contains(t, create.Responses.Status(400).Value.Content, problemMediaType)
	require.Nil(t, create.Responses.Default())
	key := create.Parameters.GetByInAndName("header", keyHeader)
	require.NotNil(t, key)
	require.True(t, key.Required)
	require.NotNil(t, create.Security)
	require.Nil(t, doc.Paths.Find("/healthz").Get.Security)
	require.Nil(t, doc.Paths.Find("/healthz").Get.Responses.Status(401))
	list := doc.Components.Schemas["ListNote"]
	require.NotNil(t, list)
	require.True(t, list.Value.Properties["items"].Value.Type.Is("array"), "never null")
}

func TestDocsPageNeedsNobodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for path := range docsAssets {
		w := b.do(ask{method: "GET", path: path})
		require.Equal(t, http.StatusOK, w.Code, path)
		require.NotEmpty(t, w.Body.Bytes(), path)
	}
	page := b.do(ask{method: "GET", path: "/docs"})
	require.Contains(t, page.Header().Get("Content-Type"), "text/html")
	require.Contains(t, page.Header().Get("Content-Security-Policy"), "connect-src 'self'")
	own := page.Body.String() + b.do(ask{method: "GET", path: "/docs/init.js"}).Body.String()
	require.NotContains(t, own, "://")
	require.NotRegexp(t, `<script>|onload=|style=`, own)
	for _, src := range []string{"/docs/swagger-ui-bundle.js", "/docs/init.js", "/docs/swagger-ui.css"} {
		require.Contains(t, own+"/docs/init.js", src)
	}
	css := b.do(ask{method: "GET", path: "/docs/swagger-ui.css"}).Body.String()
	require.NotRegexp(t, `@import|url\(["']?https?:`, css)
}

func TestHTTPServerHasTimeouts(t *testing.T) {
	t.Parallel()
	s := HTTPServer("127.0.0.1:0", http.NotFoundHandler())
	require.NotZero(t, s.ReadHeaderTimeout)
	require.NotZero(t, s.ReadTimeout)
	require.NotZero(t, s.WriteTimeout)
	require.NotZero(t, s.IdleTimeout)
}

func TestNewNeedsAnAuthenticator(t *testing.T) {
	t.Parallel()
	_, err := New(Deps{})
	require.Error(t, err)
	_, err = New(Deps{Auth: everyone, TrustedProxies: []string{"nonsense"}})
	require.Error(t, err)
	s, err := New(Deps{Auth: everyone})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
	require.Equal(t, http.StatusOK, w.Code)
}

func TestClientAddressTrustsNamedProxiesOnly(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		trusted []string
		want    string
	}{{nil, "192.0.2.1"}, {[]string{"192.0.2.0/24"}, "203.0.113.9"}} {
		var got string
		b := setup(t, func(d *Deps) { d.TrustedProxies = tc.trusted })
		register(b.server, Op{ID: "where", Method: "GET", Path: "/v1/where", Tag: "notes"}, anyone,
			func(ctx context.Context, _ *struct{}) (*struct{}, error) {
				got = ClientAddress(ctx)
				return nil, nil
			})
		b.do(ask{method: "GET", path: "/v1/where", header: map[string]string{"X-Forwarded-For": "203.0.113.9"}})
		require.Equal(t, tc.want, got)
	}
}
