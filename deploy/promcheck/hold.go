package main

import (
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// grafana are the dashboard's variables that stand for a duration.
var grafana = strings.NewReplacer("$__rate_interval", "5m", "$__interval", "1m", "$__range", "1h")

// hold parses a query and holds what it names against what is served.
func (f *faults) hold(q query, served metrics) {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(grafana.Replace(q.text))
	if err != nil {
		f.add("%s: %v", q.where, err)
		return
	}
	known := map[string]bool{}
	for l := range scraped {
		known[l] = true
	}
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok {
			f.selects(q, v, served, known)
		}
		return nil
	})
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.AggregateExpr:
			f.groups(q, n.Grouping, known)
		case *parser.BinaryExpr:
			if n.VectorMatching != nil {
				f.groups(q, n.VectorMatching.MatchingLabels, known)
				f.groups(q, n.VectorMatching.Include, known)
			}
		}
		return nil
	})
}

func (f *faults) selects(q query, v *parser.VectorSelector, served metrics, known map[string]bool) {
	has, there := served[v.Name]
	if !there {
		f.add("%s: nobody serves %q", q.where, v.Name)
		return
	}
	for l := range has {
		known[l] = true
	}
	for _, m := range v.LabelMatchers {
		switch values, there := has[m.Name]; {
		case m.Name == labels.MetricName, scraped[m.Name]:
		case !there:
			f.add("%s: %s has no label %q", q.where, v.Name, m.Name)
		case m.Type == labels.MatchEqual && values != nil && !values[m.Value]:
			f.add("%s: %s is never served with %s=%q", q.where, v.Name, m.Name, m.Value)
		}
	}
}

func (f *faults) groups(q query, names []string, known map[string]bool) {
	for _, l := range names {
		if !known[l] {
			f.add("%s: no metric in it has the label %q", q.where, l)
		}
	}
}
