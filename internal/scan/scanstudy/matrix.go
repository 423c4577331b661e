package scanstudy

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"hoso/internal/scan"
)

// Where between all and none of the words a page counts as clearly good and as
// clearly bad. What lies between is neither.
const (
	Good = 0.9
	Bad  = 0.5
)

// Outcome is a page with what Tesseract read of it and what the check says.
type Outcome struct {
	Case   Case
	Recall float64
	Report scan.Report
}

// Judge has the check look at a page's file.
func Judge(ctx context.Context, c Case, recall float64, file []byte, p scan.Profile) (Outcome, error) {
	rep, err := scan.Check(ctx, bytes.NewReader(file), int64(len(file)), p)
	if err != nil {
		return Outcome{}, fmt.Errorf("scanstudy: judging page: %w", err)
	}
	return Outcome{Case: c, Recall: recall, Report: rep}, nil
}

// Blamed says how bad the check holds a page to be. That a page has fewer than
// the 200 dpi that offices ask for is no word on whether it can be read, so that
// warning alone does not count.
func (o Outcome) Blamed() scan.Verdict {
	worst := scan.Ready
	for _, f := range o.Report.Findings {
		if f.Severity == scan.SeverityError {
			return scan.Unreadable
		}
		if f.Code != scan.CodeLowResolution {
			worst = scan.Doubtful
		}
	}
	return worst
}

// Wrong says whether the check passes a clearly bad page or blames a clearly good one.
func (o Outcome) Wrong() bool {
	return o.Recall < Bad && o.Blamed() == scan.Ready || o.Recall > Good && o.Blamed() != scan.Ready
}

// String tells of a page what whoever mends the check wants to know.
func (o Outcome) String() string {
	var b strings.Builder
	c := o.Case.Options
	fmt.Fprintf(&b, "%s %d %s: read %.2f, %s; %d dpi %g pt", o.Case.Set, o.Case.N, o.Case.Kind, o.Recall, o.Blamed(), c.DPI, c.Points)
	fmt.Fprintf(&b, " blur %.2f motion %.1f dark %.2f contrast %.2f noise %.1f quality %d", c.Blur, c.Motion, c.Dark, c.Contrast, c.Noise, o.Case.Quality)
	for _, f := range o.Report.Findings {
		fmt.Fprintf(&b, "; %s %s %.3g", f.Code, f.Severity, f.Measured)
	}
	return b.String()
}

// band names what could be read.
func (o Outcome) band() string {
	switch {
	case o.Recall > Good:
		return "good"
	case o.Recall < Bad:
		return "bad"
	}
	return "between"
}

// Matrix counts outcomes by what could be read and what the check says.
type Matrix map[string]map[scan.Verdict]int

// Count draws the matrix up, for one kind of page or for all.
func Count(all []Outcome, kind string) Matrix {
	m := Matrix{}
	for _, band := range []string{"good", "between", "bad"} {
		m[band] = map[scan.Verdict]int{}
	}
	for _, o := range all {
		if kind == "" || o.Case.Kind == kind {
			m[o.band()][o.Blamed()]++
		}
	}
	return m
}

// Of is a band's number of pages.
func (m Matrix) Of(band string) int {
	return m[band][scan.Ready] + m[band][scan.Doubtful] + m[band][scan.Unreadable]
}

// Caught is the share of clearly bad pages that are blamed, Blamed that of
// clearly good ones.
func (m Matrix) Caught() float64 { return m.share("bad") }

// Blamed is the share of clearly good pages that are blamed.
func (m Matrix) Blamed() float64 { return m.share("good") }

func (m Matrix) share(band string) float64 {
	if m.Of(band) == 0 {
		return 0
	}
	return 1 - float64(m[band][scan.Ready])/float64(m.Of(band))
}

// hopeless counts the pages of which less than a third of the words was read, and
// those of them that the check passes.
func hopeless(all []Outcome) (lost, passed int) {
	for _, o := range all {
		if o.Recall < 1.0/3 {
			lost++
			if o.Blamed() == scan.Ready {
				passed++
			}
		}
	}
	return lost, passed
}

// Table writes matrices as a table in Markdown, one row a kind of page.
func Table(all []Outcome) string {
	var b strings.Builder
	b.WriteString("| pages | clearly bad: | unreadable | doubtful | ready | between: | unreadable | doubtful | ready | clearly good: | unreadable | doubtful | ready |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	row := func(name, kind string) {
		m := Count(all, kind)
		fmt.Fprintf(&b, "| %s ", name)
		for _, band := range []string{"bad", "between", "good"} {
			fmt.Fprintf(&b, "| %d | %d | %d | %d ", m.Of(band), m[band][scan.Unreadable], m[band][scan.Doubtful], m[band][scan.Ready])
		}
		b.WriteString("|\n")
	}
	for _, s := range spoilers {
		row(s.kind, s.kind)
	}
	row("**all**", "")
	m := Count(all, "")
	fmt.Fprintf(&b, "\nCaught of the clearly bad: %.1f %%. Blamed of the clearly good: %.1f %%.\n", 100*m.Caught(), 100*m.Blamed())
	lost, passed := hopeless(all)
	fmt.Fprintf(&b, "Of %d pages of which less than a third was read, %d passed.\n", lost, passed)
	return b.String()
}
