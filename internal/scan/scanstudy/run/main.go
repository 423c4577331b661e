// Command run carries the scan study out: read has Tesseract read the pages,
// judge writes the tables of docs/scan.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"hoso/internal/scan/scanstudy"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	train := flag.Int("train", 420, "pages to choose thresholds on")
	test := flag.Int("test", 1050, "pages to take figures on")
	labels := flag.String("labels", ".cache/scanstudy/labels.csv", "what has been read already")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	kept, err := scanstudy.OpenLabels(*labels)
	if err != nil {
		return err
	}
	cases := mixed(*train, *test)
	switch flag.Arg(0) {
	case "read":
		return kept.Read(ctx, cases, func(n int) {
			if n%50 == 0 {
				fmt.Fprintf(os.Stderr, "%d of %d\n", n, len(cases))
			}
		})
	}
	return fmt.Errorf("run: want read or judge, got %q", flag.Arg(0))
}

// mixed are the pages of both sets in turns, so that a run that is stopped has
// some of each.
func mixed(train, test int) []scanstudy.Case {
	var out []scanstudy.Case
	for n := range max(train, test) {
		if n < train {
			out = append(out, scanstudy.CaseOf(scanstudy.Train, n))
		}
		if n < test {
			out = append(out, scanstudy.CaseOf(scanstudy.Test, n))
		}
	}
	return out
}
