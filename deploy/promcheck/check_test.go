package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

const scrape = `# TYPE dossiers gauge
dossiers{stage="intake"} 1
# TYPE seconds histogram
seconds_bucket{route="/v1",le="1"} 1
seconds_bucket{route="/v1",le="+Inf"} 1
seconds_sum{route="/v1"} 0.5
seconds_count{route="/v1"} 1
`

const rule = `groups:
  - name: g
    rules:
      - alert: TooMany
        expr: EXPR
        labels: {severity: page}
        annotations: {summary: Too many., playbook: "docs/books.md#toomany"}
`

// TestFaultsAreFound: each thing that can be wrong with a rule, a dashboard or
// the playbooks is told, and what is right passes.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	const good = `max(dossiers{stage="intake"}) > 1`
	for name, c := range map[string]struct{ expr, rules, board, books, want string }{
		"good":                     {expr: good, want: "2 queries name only what is served\n"},
		"histogram":                {expr: `histogram_quantile(0.9, sum by (le) (rate(seconds_bucket{route="/v1"}[5m]))) > rate(seconds_sum[5m]) / rate(seconds_count[5m])`, want: "2 queries name only what is served\n"},
		"prometheus's own":         {expr: `up{job="api"} == 0`, want: "2 queries name only what is served\n"},
		"does not parse":           {expr: `max(dossiers`, want: "unclosed left parenthesis"},
		"metric that is not":       {expr: `dossier > 1`, want: `nobody serves "dossier"`},
		"histogram without suffix": {expr: `seconds > 1`, want: `nobody serves "seconds"`},
		"label that is not":        {expr: `dossiers{phase="intake"} > 1`, want: `dossiers has no label "phase"`},
		"value that is not":        {expr: `dossiers{stage="intakes"} > 1`, want: `dossiers is never served with stage="intakes"`},
		"grouped by what is not":   {expr: `sum by (phase) (dossiers) > 1`, want: `no metric in it has the label "phase"`},
		"matched on what is not":   {expr: `dossiers / on (phase) dossiers > 1`, want: `no metric in it has the label "phase"`},
		"alert without playbook":   {expr: good, books: "## Other\n", want: "TooMany has no playbook"},
		"playbook without alert":   {expr: good, books: "## TooMany\n## Other\n", want: "Other is no alert"},
		"no summary":               {expr: good, rules: "groups:\n- name: g\n  rules:\n  - {alert: TooMany, expr: up > 1}\n", want: "TooMany has no summary"},
		"dashboard asks nothing":   {expr: good, board: `{"panels":[]}`, want: "no panel asks anything"},
		"dashboard asks nonsense":  {expr: good, board: `{"panels":[{"title":"Row","panels":[{"title":"P","targets":[{"expr":"rate(nothing[$__rate_interval])"}]}]}]}`, want: `P, query 1: nobody serves "nothing"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(name, given, otherwise string) string {
				if given == "" {
					given = otherwise
				}
				file := filepath.Join(dir, name)
				if err := os.WriteFile(file, []byte(given), 0o600); err != nil {
					t.Fatal(err)
				}
				return file
			}
			filled := bytes.ReplaceAll([]byte(rule), []byte("EXPR"), []byte("'"+c.expr+"'"))
			var out, errs bytes.Buffer
			code := run([]string{
				"-rules", write("rules.yml", c.rules, string(filled)),
				"-dashboard", write("board.json", c.board, `{"panels":[{"title":"P","targets":[{"expr":"max(dossiers)"}]}]}`),
				"-playbooks", write("books.md", c.books, "# Books\n\n## TooMany\n"),
				write("scrape", scrape, ""),
			}, &out, &errs)
			if !bytes.Contains(out.Bytes(), []byte(c.want)) {
				t.Errorf("said %q, %q", out.String(), errs.String())
			}
			if passes := bytes.HasSuffix([]byte(c.want), []byte("is served\n")); passes != (code == 0) {
				t.Errorf("ended with %d", code)
			}
		})
	}
}
