package dossier_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

// declared reads the package's source for the constants of a string type, in
// their order, so that no test can forget one that was added.
func declared(t *testing.T, typeName string) []string {
	t.Helper()
	var words []string
	files, err := fs.Glob(os.DirFS("."), "*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			kind, ok := spec.Type.(*ast.Ident)
			literal, isLiteral := spec.Values[0].(*ast.BasicLit)
			if ok && isLiteral && kind.Name == typeName && literal.Kind == token.STRING {
				word, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				words = append(words, word)
			}
			return true
		})
	}
	require.NotEmpty(t, words, "no constants of type %s", typeName)
	return words
}

func TestEveryWordHasALabelOfItsOwn(t *testing.T) {
	t.Parallel()
	for typeName, label := range map[string]func(string) string{
		"Stage": func(w string) string { return dossier.Stage(w).Label() },
		"Route": func(w string) string { return dossier.Route(w).Label() },
		"Who":   func(w string) string { return dossier.Who(w).Label() },
		"What":  func(w string) string { return dossier.What(w).Label() },
	} {
		seen := map[string]string{}
		for _, word := range declared(t, typeName) {
			require.NotEmpty(t, label(word), "%s %s has no label", typeName, word)
			require.Empty(t, seen[label(word)], "%s and %s read the same", seen[label(word)], word)
			seen[label(word)] = word
		}
		require.Empty(t, label("somewhere"), typeName)
	}
}

func TestListsNameEveryWord(t *testing.T) {
	t.Parallel()
	require.Equal(t, declared(t, "Stage"), words(dossier.Stages()))
	require.Equal(t, declared(t, "Command"), words(dossier.Commands()))
	for _, stage := range declared(t, "Stage") {
		require.True(t, dossier.Stage(stage).Valid())
	}
	require.False(t, dossier.Stage("").Valid())
	require.False(t, dossier.Stage("Intake").Valid())
	for _, who := range declared(t, "Who") {
		require.True(t, dossier.Who(who).Valid())
	}
	require.False(t, dossier.Who("").Valid())
	require.False(t, dossier.Who("minister").Valid())
}

// TestPublishedWords: these words stand in the API that others build upon. Add
// to them freely; change one only with a line in the changelog.
func TestPublishedWords(t *testing.T) {
	t.Parallel()
	for typeName, published := range map[string]string{
		"Stage":          "intake digitization submission decision delivery closed",
		"Route":          "online online_with_paper paper return_to_citizen not_allowed",
		"Who":            "citizen clerk portal authority courier manager nobody",
		"PaymentState":   "none due paid partly_paid overpaid refund_due refunded",
		"DeliveryState":  "none booked picked_up in_transit out_for_delivery attempt_failed held_at_office delivered returning returned_to_sender lost at_counter collected",
		"DeliveryMethod": "courier counter electronic",
		"Form":           "scan paper_original paper_certified from_database not_available",
		"Verdict":        "ready doubtful unreadable",
		"Command":        "supplement contact withdraw payment handover decision pickup retry",
	} {
		require.Subset(t, declared(t, typeName), strings.Fields(published), typeName)
	}
	require.Equal(t, strings.Fields("booked picked_up in_transit out_for_delivery attempt_failed held_at_office delivered returning returned_to_sender cancelled lost"),
		words(dossier.ParcelEventTypes()))
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

func TestWhatTheRoutesMean(t *testing.T) {
	t.Parallel()
	for route, way := range map[dossier.Route]struct{ online, paper bool }{
		dossier.RouteOnline:          {true, false},
		dossier.RouteOnlineWithPaper: {true, true},
		dossier.RoutePaper:           {false, true},
		dossier.RouteReturn:          {false, false},
		dossier.RouteNotAllowed:      {false, false},
		"":                           {false, false},
	} {
		require.Equal(t, way.online, route.Online(), route)
		require.Equal(t, way.paper, route.OnPaper(), route)
	}
}
