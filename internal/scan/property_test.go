package scan_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// Making a page worse in one way never makes its verdict better, and in the end
// it is always unreadable.
func TestWorseIsNeverBetter(t *testing.T) {
	t.Parallel()
	ways := map[string]struct {
		spoil func(*samplepage.Options, float64)
		steps []float64
		more  []samplepage.Options // starts besides the clean page
	}{
		"blur":   {func(o *samplepage.Options, v float64) { o.Blur = v }, []float64{0, 1, 1.5, 2, 2.5, 4, 8, 14}, []samplepage.Options{{Seed: 2, Noise: 10, Dark: 0.2}}},
		"dark":   {func(o *samplepage.Options, v float64) { o.Dark = v }, []float64{0, 0.5, 0.6, 0.8, 0.9, 0.97}, nil},
		"pale":   {func(o *samplepage.Options, v float64) { o.Contrast = 1 - v }, []float64{0, 0.5, 0.8, 0.9, 0.96, 0.99}, nil},
		"coarse": {func(o *samplepage.Options, v float64) { o.DPI = int(v) }, []float64{185, 150, 105, 95, 60, 30, 10}, nil},
	}
	for name, way := range ways {
		if raced { // the ends of the scale, from the clean page
			way.steps, way.more = append(way.steps[:2:2], way.steps[len(way.steps)-2:]...), nil
		}
		for _, start := range append(way.more, samplepage.Options{Seed: 1}) {
			t.Run(fmt.Sprint(name, start.Seed), func(t *testing.T) {
				t.Parallel()
				p := scan.DefaultProfile()
				if name != "coarse" { // smaller pages are quicker to draw; only blur in them is asked for
					start.DPI, p.MinDPI = smallDPI, scan.Limit{Warn: 1, Error: 1}
				}
				last := scan.Ready
				for _, v := range way.steps {
					o := start
					way.spoil(&o, v)
					rep := checkWith(t, must(samplepage.JPEG(samplepage.Page(o), 85))(t), p)
					require.GreaterOrEqual(t, severity(rep.Verdict), severity(last), "at %v: %+v", v, rep.Findings)
					last = rep.Verdict
				}
				require.Equal(t, scan.Unreadable, last)
			})
		}
	}
}

// A page is judged alike at any resolution that is fine enough, and whatever
// the order of its lines: blur is measured on paper, not in pixels.
func TestSameBlurSameVerdict(t *testing.T) {
	t.Parallel()
	p := scan.DefaultProfile()
	p.MinDPI = scan.Limit{Warn: 1, Error: 1}
	for millimetres, want := range map[float64]string{0.39: "[blurred 1 warn]", 0.6: "[blurred 1 error]"} {
		for seed, dpi := range []int{150, 210} {
			o := samplepage.Options{Seed: uint64(seed), DPI: dpi, Blur: millimetres / 25.4 * float64(dpi)}
			got := codes(checkWith(t, must(samplepage.JPEG(samplepage.Page(o), 85))(t), p))
			require.Equal(t, want, fmt.Sprint(got), "%v mm at %d dpi", millimetres, dpi)
		}
	}
}
