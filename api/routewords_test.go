package api

import (
	"strings"
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

// Where nothing is left to choose from, a refusal says nothing of a choice.
func TestNoChoiceIsNotOffered(t *testing.T) {
	t.Parallel()
	for rule, words := range ruleTexts {
		if !strings.HasPrefix(rule, "route_") {
			continue
		}
		for l := range words {
			none := ruleText(rule, nil).in(lang(l), nil)
			require.NotContains(t, none, ": .", rule)
			require.NotEmpty(t, none, rule)
			some := ruleText(rule, map[string]string{"allowed": "paper"}).in(lang(l), map[string]string{"allowed": "paper"})
			require.Contains(t, some, ": paper.", rule)
		}
	}
}
