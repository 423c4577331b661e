// Promcheck holds Prometheus rules and a Grafana dashboard against what running
// processes serve, with Prometheus's own parser:
//
//	promcheck -rules prometheus/rules.yml -dashboard grafana/hoso.json -playbooks ../docs/playbooks.md SCRAPE…
//
// A SCRAPE is a file with what a process answered at /metrics. Each query must
// parse, and name only metrics, labels and values that one of them serves; each
// alert must have a playbook, and each playbook an alert. It prints one line per
// fault and ends with 1 where there are any.
//
// It is a module of its own, since Prometheus's brings a great many others along.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, errs io.Writer) int {
	f := flag.NewFlagSet("promcheck", flag.ContinueOnError)
	f.SetOutput(errs)
	rules := f.String("rules", "prometheus/rules.yml", "alert rules")
	dashboard := f.String("dashboard", "grafana/hoso.json", "Grafana dashboard")
	playbooks := f.String("playbooks", "../docs/playbooks.md", "one heading per alert")
	if f.Parse(args) != nil {
		return 2
	}
	if f.NArg() == 0 {
		fmt.Fprintln(errs, "promcheck: name a file with what a process serves at /metrics")
		return 2
	}
	served, err := readScrapes(f.Args())
	if err != nil {
		fmt.Fprintln(errs, "promcheck:", err)
		return 2
	}
	var all faults
	queries := all.readRules(*rules, *playbooks)
	queries = append(queries, all.readDashboard(*dashboard)...)
	for _, q := range queries {
		all.hold(q, served)
	}
	for _, line := range all {
		fmt.Fprintln(out, line)
	}
	if len(all) > 0 {
		return 1
	}
	fmt.Fprintf(out, "%d queries name only what is served\n", len(queries))
	return 0
}

// faults are what is wrong, one line each.
type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// query is one expression and where it stands.
type query struct{ where, text string }
