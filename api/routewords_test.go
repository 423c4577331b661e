package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

// Every reason of a route and every form of a component can be read out, in both
// languages.
func TestReasonsAndFormsAreWorded(t *testing.T) {
	t.Parallel()
	for _, code := range dossier.RouteReasons() {
		require.NotEmpty(t, routeWords[code][vi], code)
		require.NotEmpty(t, routeWords[code][en], code)
	}
	require.Len(t, routeWords, len(dossier.RouteReasons()))
	for _, f := range dossier.Forms() {
		require.NotEmpty(t, vi.form(f), f)
		require.NotEmpty(t, en.form(f), f)
	}
	for _, r := range []dossier.Route{dossier.RouteOnline, dossier.RouteOnlineWithPaper, dossier.RoutePaper, dossier.RouteReturn, dossier.RouteNotAllowed} {
		require.NotEqual(t, string(r), vi.route(r))
		require.NotEmpty(t, routeLabels[r], r)
	}
}
