package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// severities are how soon somebody must look: at once, or on the next working day.
var severities = []string{"page", "ticket"}

// readRules reads the rules as Prometheus would, and holds alerts and playbooks
// against each other.
func (f *faults) readRules(file, playbooks string) (queries []query) {
	groups, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	for _, err := range errs {
		f.add("%s: %v", file, err)
	}
	if groups == nil {
		return nil
	}
	headings := f.headings(playbooks)
	alerts := map[string]bool{}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			queries = append(queries, query{file + ": " + r.Alert + r.Record, r.Expr})
			if r.Alert == "" {
				continue
			}
			if alerts[r.Alert] {
				f.add("%s: %s stands there twice", file, r.Alert)
			}
			alerts[r.Alert] = true
			if !headings[r.Alert] {
				f.add("%s: %s has no playbook in %s", file, r.Alert, playbooks)
			}
			if want := filepath.Base(playbooks) + "#" + strings.ToLower(r.Alert); !strings.HasSuffix(r.Annotations["playbook"], want) {
				f.add("%s: the playbook of %s must end in %s", file, r.Alert, want)
			}
			if r.Annotations["summary"] == "" {
				f.add("%s: %s has no summary", file, r.Alert)
			}
			if !slices.Contains(severities, r.Labels["severity"]) {
				f.add("%s: the severity of %s must be one of %s", file, r.Alert, strings.Join(severities, ", "))
			}
		}
	}
	for h := range headings {
		if !alerts[h] {
			f.add("%s: %s is no alert", playbooks, h)
		}
	}
	return queries
}

var heading = regexp.MustCompile(`(?m)^## (\S+)$`)

// headings are the playbooks: headings of the second level of one word.
func (f *faults) headings(file string) map[string]bool {
	raw, err := os.ReadFile(file)
	if err != nil {
		f.add("%v", err)
	}
	out := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(string(raw), -1) {
		out[m[1]] = true
	}
	return out
}

// panel is what of a dashboard's panels is read; rows hold panels of their own.
type panel struct {
	Title   string
	Panels  []panel
	Targets []struct{ Expr string }
}

func (f *faults) readDashboard(file string) []query {
	raw, err := os.ReadFile(file)
	if err != nil {
		f.add("%v", err)
		return nil
	}
	var board struct {
		Title  string
		Panels []panel
	}
	if err := json.Unmarshal(raw, &board); err != nil {
		f.add("%s: %v", file, err)
		return nil
	}
	var queries []query
	var walk func([]panel)
	walk = func(panels []panel) {
		for _, p := range panels {
			for i, t := range p.Targets {
				queries = append(queries, query{fmt.Sprintf("%s: %s, query %d", file, p.Title, i+1), t.Expr})
			}
			walk(p.Panels)
		}
	}
	walk(board.Panels)
	if len(queries) == 0 {
		f.add("%s: no panel asks anything", file)
	}
	return queries
}
