package dossier_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

var update = flag.Bool("update", false, "write docs/status-graph.md anew")

const statusGraphDoc = "../../docs/status-graph.md"

// TestStatusGraphDocument holds docs/status-graph.md against the table that the
// engine reads, so that the two cannot drift apart.
func TestStatusGraphDocument(t *testing.T) {
	t.Parallel()
	want := renderStatusGraph()
	if *update {
		require.NoError(t, os.WriteFile(statusGraphDoc, []byte(want), 0o644))
	}
	got, err := os.ReadFile(statusGraphDoc)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./internal/dossier -run StatusGraph -update")
}

// renderStatusGraph writes the graph as a page: picture, statuses, steps.
func renderStatusGraph() string {
	var b strings.Builder
	b.WriteString(`# The status graph

<!-- Made from internal/dossier/graph.json. Write it anew with: go test ./internal/dossier -run StatusGraph -update -->

The business status of a dossier is one of the ten of the national public service
portal. The steps below are all there are; whatever else is reported or asked for
is refused, with what would be allowed instead. Stage, route, payment, delivery,
"overdue" and "parked" are not statuses and stand beside it.

`)
	writeMermaid(&b)
	writeStatuses(&b)
	writeEdges(&b)
	return b.String()
}

func writeMermaid(b *strings.Builder) {
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, s := range statuses() {
		fmt.Fprintf(b, "    state \"%d %s\" as %s\n", int(s), s.Label(), s.Name())
	}
	fmt.Fprintf(b, "    [*] --> %s\n", dossier.Registered.Name())
	for _, e := range dossier.Edges() {
		e.By = slices.DeleteFunc(slices.Clone(e.By), func(m dossier.Mover) bool { return m == dossier.ByManager }) // in the table below
		fmt.Fprintf(b, "    %s --> %s: %s\n", e.From.Name(), e.To.Name(), moversOf(e))
	}
	for _, s := range statuses() {
		if s.Final() {
			fmt.Fprintf(b, "    %s --> [*]\n", s.Name())
		}
	}
	b.WriteString("```\n")
}

func writeStatuses(b *strings.Builder) {
	b.WriteString("\n## Statuses\n\n| | name | tiếng Việt | English | the way on |\n|---|---|---|---|---|\n")
	for _, s := range statuses() {
		way := "open"
		switch {
		case s.Final():
			way = "final"
		case s.Decided():
			way = "decided: can no longer be withdrawn"
		}
		fmt.Fprintf(b, "| %d | `%s` | %s | %s | %s |\n", int(s), s.Name(), s.Label(), s.LabelEN(), way)
	}
}

func writeEdges(b *strings.Builder) {
	b.WriteString(`
## Steps

Who may make a step: **authority**, by the portal's word or an officer's by hand;
**citizen**, through the clerk or at the portal; **delivery**, by a proven hand-over
of the result; **manager**, by override, with a reason and evidence.

| from | to | by |
|---|---|---|
`)
	for _, e := range dossier.Edges() {
		fmt.Fprintf(b, "| %d %s | %d %s | %s |\n", int(e.From), e.From.Label(), int(e.To), e.To.Label(), moversOf(e))
	}
}

func moversOf(e dossier.Edge) string { return strings.Join(words(e.By), ", ") }
