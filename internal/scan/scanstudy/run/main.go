// Command run carries the scan study out: read has Tesseract read the pages,
// judge and made write the tables of docs/scan.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"hoso/internal/scan"
	"hoso/internal/scan/scanstudy"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	train := flag.Int("train", 224, "pages of each of the two sets to choose thresholds on")
	test := flag.Int("test", 1008, "pages to take figures on")
	from := flag.Int("from", 0, "first of the pages to take figures on, so that two runs can share them")
	each := flag.Int("each", 30, "files of each kind that is judged by how it was made")
	labels := flag.String("labels", ".cache/scanstudy/labels.csv", "what has been read already")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	kept, err := scanstudy.OpenLabels(*labels)
	if err != nil {
		return err
	}
	cases := mixed(*train, *from, *test)
	switch flag.Arg(0) {
	case "read":
		return kept.Read(ctx, cases, func(n int) {
			if n%50 == 0 {
				fmt.Fprintf(os.Stderr, "%d of %d\n", n, len(cases))
			}
		})
	case "judge":
		return judge(ctx, kept, cases)
	case "made":
		table, err := scanstudy.Made(ctx, scanstudy.More, *each, scan.DefaultProfile())
		fmt.Print(table)
		return err
	}
	return fmt.Errorf("run: want read, judge or made, got %q", flag.Arg(0))
}

// mixed are the pages of all sets in turns, so that a run that is stopped has
// some of each.
func mixed(train, from, test int) []scanstudy.Case {
	var out []scanstudy.Case
	for n := range max(train, test-from) {
		if n < train {
			out = append(out, scanstudy.CaseOf(scanstudy.Train, n), scanstudy.CaseOf(scanstudy.More, n))
		}
		if from+n < test {
			out = append(out, scanstudy.CaseOf(scanstudy.Test, from+n))
		}
	}
	return out
}

// judge writes the tables, and of each page that the check is wrong about a line.
func judge(ctx context.Context, kept *scanstudy.Labels, cases []scanstudy.Case) error {
	outcomes := map[scanstudy.Set][]scanstudy.Outcome{}
	for _, c := range cases {
		recall, ok := kept.Of(c)
		if !ok {
			continue
		}
		file, err := kept.File(c)
		if err != nil {
			return err
		}
		o, err := scanstudy.Judge(ctx, c, recall, file, scan.DefaultProfile())
		if err != nil {
			return err
		}
		outcomes[c.Set] = append(outcomes[c.Set], o)
		if o.Wrong() {
			fmt.Fprintln(os.Stderr, o)
		}
	}
	for _, set := range []scanstudy.Set{scanstudy.Train, scanstudy.More, scanstudy.Test} {
		fmt.Printf("## %s: %d pages\n\n%s\n", set, len(outcomes[set]), scanstudy.Table(outcomes[set]))
	}
	return nil
}
