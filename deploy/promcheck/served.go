package main

import (
	"fmt"
	"os"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// metrics are the served metrics: the values of each label, by the names that
// queries use.
type metrics map[string]map[string]map[string]bool

// scraped are the labels that Prometheus itself gives to all that it scrapes.
var scraped = map[string]bool{"job": true, "instance": true}

func readScrapes(files []string) (metrics, error) {
	served := metrics{"up": {}} // Prometheus's own, of each process
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(f)
		if err := f.Close(); err != nil {
			return nil, err
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, family := range families {
			served.take(family)
		}
	}
	return served, nil
}

func (s metrics) take(f *dto.MetricFamily) {
	for _, m := range f.GetMetric() {
		switch f.GetType() {
		case dto.MetricType_HISTOGRAM:
			s.add(f.GetName()+"_sum", m)
			s.add(f.GetName()+"_count", m)
			s.add(f.GetName()+"_bucket", m)["le"] = nil // numbers, any of them
		case dto.MetricType_SUMMARY:
			s.add(f.GetName()+"_sum", m)
			s.add(f.GetName()+"_count", m)
			s.add(f.GetName(), m)["quantile"] = nil
		default:
			s.add(f.GetName(), m)
		}
	}
}

func (s metrics) add(name string, m *dto.Metric) map[string]map[string]bool {
	if s[name] == nil {
		s[name] = map[string]map[string]bool{}
	}
	for _, l := range m.GetLabel() {
		if s[name][l.GetName()] == nil {
			s[name][l.GetName()] = map[string]bool{}
		}
		s[name][l.GetName()][l.GetValue()] = true
	}
	return s[name]
}
