package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"hoso/internal/identity"
)

// The matrix of role by operation, walked from what is registered: who is named
// passes the door, everybody else is told 403 (or 401 without a token).
func TestEveryOperationAdmitsOnlyWhomItNames(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NotEmpty(t, b.server.Operations())
	for _, op := range b.server.Operations() {
		path := strings.NewReplacer("{id}", "1", "{how}", "well").Replace(op.Path)
		for token, subject := range everyone {
			status := b.do(ask{method: op.Method, path: path, token: token}).Code
			allowed := op.Access.Public() || slices.Contains(op.Access.Roles(), subject.Role) && subject.Validate() == nil
			require.Equal(t, !allowed, status == http.StatusForbidden, "%s as %s: %d", op.ID, token, status)
			require.NotEqual(t, http.StatusUnauthorized, status)
		}
		status := b.do(ask{method: op.Method, path: path}).Code
		require.Equal(t, !op.Access.Public(), status == http.StatusUnauthorized, "%s without token", op.ID)
	}
}

// Every route that the router knows is either a registered operation or one of
// the few that serve no data.
func TestNoRouteBypassesRegister(t *testing.T) {
	t.Parallel()
	b := setup(t)
	known := map[string]bool{"GET /openapi.json": true}
	for path := range docsAssets {
		known["GET "+path] = true
	}
	for _, op := range b.server.Operations() {
		known[op.Method+" "+strings.NewReplacer("{", ":", "}", "").Replace(op.Path)] = true
	}
	for _, route := range b.server.engine.Routes() {
		require.True(t, known[route.Method+" "+route.Path], "%s %s", route.Method, route.Path)
	}
}

func TestOperationRegisteredPastTheHelperAdmitsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	huma.Get(b.server.huma, "/v1/smuggled", func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	for token := range everyone {
		require.Equal(t, http.StatusForbidden, b.do(ask{method: "GET", path: "/v1/smuggled", token: token}).Code)
	}
	require.Equal(t, http.StatusUnauthorized, b.do(ask{method: "GET", path: "/v1/smuggled"}).Code)
}

func TestUnauthenticatedAnswersAreAllAlike(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var bodies []string
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer nobody", "Basic clerk", "clerk", "Bearer clerk x", "Bearer\tclerk"} {
		w := b.do(ask{method: "GET", path: "/v1/notes", header: map[string]string{
			"Authorization": header, "X-Request-Id": "request-1",
		}})
		require.Equal(t, http.StatusUnauthorized, w.Code, header)
		require.Equal(t, `Bearer realm="hoso"`, w.Header().Get("WWW-Authenticate"))
		bodies = append(bodies, w.Body.String())
	}
	require.Len(t, slices.Compact(bodies), 1)

	r := httptest.NewRequest("GET", "/v1/notes", nil)
	r.Header["Authorization"] = []string{"Bearer clerk", "Bearer manager"}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	require.Equal(t, http.StatusUnauthorized, w.Code, "two tokens are none")

	w = b.do(ask{method: "GET", path: "/v1/notes", header: map[string]string{"Authorization": "bearer clerk"}})
	require.Equal(t, http.StatusOK, w.Code, "the scheme's case does not matter")
}

func TestRegisterAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	w := setup(t).do(ask{method: "GET", path: "/v1/notes", token: "register-away"})
	require.Equal(t, Unavailable, problem(t, w).Code)
	require.Equal(t, "5", w.Header().Get("Retry-After"))
}

func TestStrangersBodiesAreNotRead(t *testing.T) {
	t.Parallel()
	w := setup(t).do(ask{method: "POST", path: "/v1/notes", body: strings.Repeat("x", maxJSON*2)})
	require.Equal(t, http.StatusUnauthorized, w.Code)
}

func TestAccess(t *testing.T) {
	t.Parallel()
	require.False(t, Access{}.Admits(everyone["admin"]), "the zero Access admits nobody")
	require.False(t, Access{}.Public())
	require.False(t, anyRole.Admits(everyone["rootlike"]))
	require.False(t, only(identity.Clerk).Admits(everyone["scopeless"]))
	require.True(t, only(identity.Clerk).Admits(everyone["clerk"]))
}

func TestEmbeddedInputThatHumaWouldOverlookIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	type hidden struct {
		Page
	}
	require.Panics(t, func() {
		register(b.server, Op{ID: "x", Method: "GET", Path: "/v1/x", Tag: "notes"}, anyone,
			func(context.Context, *struct{ hidden }) (*struct{}, error) { return nil, nil })
	})
}
