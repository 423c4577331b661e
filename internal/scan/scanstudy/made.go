package scanstudy

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"math/rand/v2"
	"slices"
	"strings"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// Some faults are none of legibility: whether a page is blank, cut or on its side
// is known to who made it. These are judged by how they were made.

// making is a way to make a file, and the code that must be found in it; an empty
// one says that nothing may be.
type making struct {
	kind  string
	want  string
	pages func(rng *rand.Rand) []samplepage.Options
}

var makings = []making{
	{"straight", "", one(func(*samplepage.Options, *rand.Rand) {})},
	{"photograph on a desk", "", one(desk)},
	{"a few lines", "", one(func(o *samplepage.Options, rng *rand.Rand) { o.Rows = 1 + rng.IntN(5) })},
	{"slightly askew, up to 2°", "", one(func(o *samplepage.Options, rng *rand.Rand) { o.Skew = rng.Float64()*4 - 2 })},
	{"askew, 4 to 18°", scan.CodeSkewed, one(func(o *samplepage.Options, rng *rand.Rand) {
		o.Skew = (4 + rng.Float64()*14) * float64(1-2*rng.IntN(2))
	})},
	{"on its side", scan.CodeRotated, one(func(o *samplepage.Options, rng *rand.Rand) { o.Turn = 1 + 2*rng.IntN(2) })},
	{"on its head", scan.CodeRotated, one(func(o *samplepage.Options, _ *rand.Rand) { o.Turn = 2 })},
	{"cut on the left or right", scan.CodeCropped, one(func(o *samplepage.Options, rng *rand.Rand) {
		if o.ShiftX = -1.3 - rng.Float64(); rng.IntN(2) == 0 {
			o.ShiftX = 1.7 + rng.Float64()
		}
	})},
	{"blank", scan.CodeBlankPage, one(func(o *samplepage.Options, _ *rand.Rand) { o.Blank = true })},
	{"blank and grainy", scan.CodeBlankPage, one(func(o *samplepage.Options, rng *rand.Rand) {
		o.Blank, o.Noise, o.Dark = true, 5+rng.Float64()*15, rng.Float64()*0.5
	})},
	{"one page scanned twice", scan.CodeDuplicatePage, two(func(o *samplepage.Options) { o.Scan++ })},
	{"one form, two people", "", two(func(o *samplepage.Options) { o.Filler++ })},
	{"two forms, one person", "", two(func(o *samplepage.Options) { o.Seed++ })},
}

// ordinary draws what a scanner gives of a form.
func ordinary(rng *rand.Rand) samplepage.Options {
	o := samplepage.Options{Seed: rng.Uint64N(1 << 30), Filler: rng.Uint64N(1 << 30), Frame: rng.IntN(4) == 0}
	handle(&o, rng)
	return o
}

// handle is what another scan of the same paper does differently.
func handle(o *samplepage.Options, rng *rand.Rand) {
	o.DPI = []int{150, 200}[rng.IntN(2)]
	o.Noise, o.Blur = rng.Float64()*6, (0.3+rng.Float64()*0.7)*float64(o.DPI)/200
	o.Skew, o.ShiftX, o.ShiftY = rng.NormFloat64()*0.5, rng.NormFloat64()*0.06, rng.NormFloat64()*0.06
	o.Dark = rng.Float64() * 0.3
}

func desk(o *samplepage.Options, rng *rand.Rand) {
	o.Skew, o.ShiftX, o.ShiftY, o.DPI, o.Blur = 0, 0, 0, 200, 0.3+rng.Float64()*0.4
	o.Photo = &samplepage.Photo{Width: 1350, Height: 1800, Fill: 0.7 + rng.Float64()*0.22, Tilt: rng.Float64() * 0.12, Turn: rng.NormFloat64() * 3,
		Uneven: rng.Float64() * 0.4, Shadow: rng.Float64() * 0.4, Desk: 20 + rng.Float64()*90}
}

func one(change func(*samplepage.Options, *rand.Rand)) func(*rand.Rand) []samplepage.Options {
	return func(rng *rand.Rand) []samplepage.Options {
		o := ordinary(rng)
		change(&o, rng)
		return []samplepage.Options{o}
	}
}

func two(change func(*samplepage.Options)) func(*rand.Rand) []samplepage.Options {
	return func(rng *rand.Rand) []samplepage.Options {
		a := ordinary(rng)
		b := a
		handle(&b, rng)
		change(&b)
		return []samplepage.Options{a, b}
	}
}

// Made makes n files of each kind from a set's own dice, has them judged, and
// writes the table.
func Made(ctx context.Context, set Set, n int, p scan.Profile) (string, error) {
	var b strings.Builder
	b.WriteString("| files | must be found | files | found | blamed for something else |\n|---|---|---|---|---|\n")
	for i, m := range makings {
		found, other := 0, 0
		for k := range n {
			rng := rand.New(rand.NewPCG(uint64(set)<<40+uint64(i)<<20+uint64(k), 0x9fb21c651e98df25))
			rep, err := m.judge(ctx, rng, p)
			if err != nil {
				return "", err
			}
			hit, miss := m.held(rep)
			found += hit
			other += miss
		}
		want := m.want
		if want == "" {
			want = "nothing"
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d |\n", m.kind, want, n, found, other)
	}
	return b.String(), nil
}

func (m making) judge(ctx context.Context, rng *rand.Rand, p scan.Profile) (scan.Report, error) {
	var pages []image.Image
	for _, o := range m.pages(rng) {
		pages = append(pages, samplepage.Page(o))
	}
	file, err := samplepage.PDF(pages...)
	if err != nil {
		return scan.Report{}, err
	}
	rep, err := scan.Check(ctx, bytes.NewReader(file), int64(len(file)), p)
	if err != nil {
		return scan.Report{}, fmt.Errorf("scanstudy: judging page: %w", err)
	}
	return rep, nil
}

// held says whether a report has what it must, and whether it has what it must not.
func (m making) held(rep scan.Report) (found, other int) {
	var codes []string
	for _, f := range rep.Findings {
		if f.Code != scan.CodeLowResolution {
			codes = append(codes, f.Code)
		}
	}
	if m.want == "" && len(codes) == 0 || m.want != "" && slices.Contains(codes, m.want) {
		found = 1
	}
	if slices.ContainsFunc(codes, func(c string) bool { return c != m.want }) {
		other = 1
	}
	return found, other
}
