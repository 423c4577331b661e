package dossier

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestBrokenTablesStopTheProgram breaks each embedded table in one place. A
// broken table must be seen when the program starts, not when a dossier meets it.
func TestBrokenTablesStopTheProgram(t *testing.T) {
	t.Parallel()
	read := map[string]func([]byte){
		"graph.json":   func(raw []byte) { mustGraph(raw) },
		"persons.json": func(raw []byte) { mustPersons(raw) },
		"waits.json":   func(raw []byte) { mustWaits(raw) },

		"portalnotice.json": func(raw []byte) { mustPortalNotice(raw) },
	}
	table := map[string]string{"graph.json": string(graphJSON), "persons.json": string(personsJSON), "waits.json": string(waitsJSON), "portalnotice.json": string(portalNoticeJSON)}
	for file, sound := range table {
		require.NotPanics(t, func() { read[file]([]byte(sound)) }, file)
	}
	for name, c := range map[string]struct{ file, old, new string }{
		"graph, not JSON":             {"graph.json", "{", "["},
		"graph, nine statuses":        {"graph.json", `{"code": 8,`, `{"code": 8}], "left_out": [{"code": 8,`},
		"graph, an edge to nowhere":   {"graph.json", `"to": 10`, `"to": 11`},
		"graph, an edge from nowhere": {"graph.json", `"from": 9`, `"from": 0`},
		"persons, not JSON":           {"persons.json", "{", "["},
		"persons, no such severity":   {"persons.json", `"warn"`, `"warning"`},
		"persons, not a pattern":      {"persons.json", "^[0-9]{12}$", "^[0-9{12}$"},
		"portal notice, not JSON":     {"portalnotice.json", "{", "["},
		"portal notice, no day":       {"portalnotice.json", "2026-07-01", "1/7/2026"},
		"portal notice, none":         {"portalnotice.json", `"n": 7`, `"n": 0`},
		"waits, not JSON":             {"waits.json", "{", "["},
		"waits, no such wait":         {"waits.json", `"rescan"`, `"rescue"`},
		"waits, a limit of nothing":   {"waits.json", `"n": 15`, `"n": 0`},
		"waits, a limit below 0":      {"waits.json", `"n": 15`, `"n": -1`},
		"waits, no reminders":         {"waits.json", `"reminders"`, `"remainders"`},
		"waits, no catching up":       {"waits.json", `"catch_up_minutes": 30`, `"catch_up_minutes": 0`},
		"waits, no early reports":     {"waits.json", `"early_report_seconds": 60`, `"early_report_seconds": 0`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broken := strings.Replace(table[c.file], c.old, c.new, 1)
			require.NotEqual(t, table[c.file], broken, "the table has changed; break it elsewhere")
			require.Panics(t, func() { read[c.file]([]byte(broken)) })
		})
	}
}

func TestAnUnlistedRuleRefuses(t *testing.T) {
	t.Parallel()
	rules := Persons
	rules.severity = nil
	errs := rules.Check("", Person{Kind: Citizen, FullName: "An", CitizenID: "1", DateOfBirth: "1990-01-01", Phone: "0400000123"}, time.Date(2025, 2, 5, 0, 0, 0, 0, Zone))
	require.Len(t, Refusals(errs), 2, "in doubt, closed")
}
