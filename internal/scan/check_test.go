package scan_test

import (
	"image"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// TestCheckDefects goes through every defect. The cases marked so are tried in
// every type that can be written here: the same page must get the same findings
// in whatever file it comes.
func TestCheckDefects(t *testing.T) {
	t.Parallel()
	const each = true
	cases := []struct {
		name    string
		each    bool
		page    samplepage.Options
		verdict scan.Verdict
		codes   []string
	}{
		{"clean", each, samplepage.Options{}, scan.Ready, nil},
		{"ordinary lens", false, samplepage.Options{Blur: 0.8}, scan.Ready, nil},
		{"grainy", false, samplepage.Options{Noise: 20}, scan.Ready, nil},
		{"greyish", false, samplepage.Options{Dark: 0.3, Contrast: 0.8}, scan.Ready, nil},
		{"one line", false, samplepage.Options{Lines: []string{"Giấy ủy quyền"}}, scan.Ready, nil},
		{"soft", false, samplepage.Options{Blur: 1.6}, scan.Doubtful, []string{"blurred 1 warn"}},
		{"soft and grainy", false, samplepage.Options{Blur: 1.6, Noise: 10}, scan.Doubtful, []string{"blurred 1 warn"}},
		{"blurred", each, samplepage.Options{Blur: 3.2}, scan.Unreadable, []string{"blurred 1 error"}},
		{"blurred and grainy", false, samplepage.Options{Blur: 3.2, Noise: 20}, scan.Unreadable, []string{"blurred 1 error"}},
		{"lost in blur", false, samplepage.Options{Blur: 9}, scan.Unreadable, []string{"blurred 1 error"}},
		{"coarse", each, samplepage.Options{DPI: 90}, scan.Doubtful, []string{"low_resolution 1 warn"}},
		{"too coarse", each, samplepage.Options{DPI: 66}, scan.Unreadable, []string{"low_resolution 1 error"}},
		{"dim", false, samplepage.Options{Dark: 0.932}, scan.Doubtful, []string{"too_dark 1 warn"}},
		{"dark", each, samplepage.Options{Dark: 0.95}, scan.Unreadable, []string{"too_dark 1 error"}},
		{"dim, and ink as good as gone", false, samplepage.Options{Dark: 0.62, Contrast: 0.07}, scan.Unreadable, []string{"blank_page 1 error"}},
		{"pale", false, samplepage.Options{Contrast: 0.1}, scan.Ready, nil},
		{"pale and grainy", false, samplepage.Options{Contrast: 0.09, Noise: 12}, scan.Unreadable, []string{"grainy 1 error"}},
		{"too pale", false, samplepage.Options{Contrast: 0.052, DPI: 150, Paper: samplepage.A5}, scan.Doubtful, []string{"too_bright 1 warn"}},
		{"ink as good as gone", false, samplepage.Options{Contrast: 0.035}, scan.Unreadable, []string{"blank_page 1 error"}},
		{"soft small print", false, samplepage.Options{Blur: 1.2, Points: 9}, scan.Doubtful, []string{"blurred 1 warn"}},
		{"soft large print", false, samplepage.Options{Blur: 1.2, Points: 16}, scan.Ready, nil},
		{"grainy and fine", false, samplepage.Options{Noise: 38, Blur: 1.2, DPI: 300, Paper: samplepage.A5}, scan.Doubtful, []string{"grainy 1 warn"}},
		{"grey on grey", false, samplepage.Options{Contrast: 0.07, Dark: 0.5}, scan.Unreadable, []string{"blank_page 1 error"}},
		{"moved", each, samplepage.Options{Motion: 8, MotionAngle: 30}, scan.Unreadable, []string{"blurred 1 error"}},
		{"lost in grain", false, samplepage.Options{Noise: 110}, scan.Unreadable, []string{"grainy 1 error"}},
		{"askew", each, samplepage.Options{Skew: 5}, scan.Doubtful, []string{"skewed 1 warn"}},
		{"far askew", false, samplepage.Options{Skew: -15}, scan.Unreadable, []string{"skewed 1 error"}},
		{"on its side", each, samplepage.Options{Turn: 1}, scan.Unreadable, []string{"rotated 1 error"}},
		{"on its other side", false, samplepage.Options{Turn: 3}, scan.Unreadable, []string{"rotated 1 error"}},
		{"on its head", each, samplepage.Options{Turn: 2}, scan.Doubtful, []string{"rotated 1 warn"}},
		{"off the glass", each, samplepage.Options{ShiftX: -1.6}, scan.Unreadable, []string{"cropped 1 error"}},
		{"blank", each, samplepage.Options{Blank: true}, scan.Unreadable, []string{"blank_page 1 error"}},
		{"blank and grainy", false, samplepage.Options{Blank: true, Noise: 25}, scan.Unreadable, []string{"blank_page 1 error"}},
	}
	for i, c := range cases {
		for media, encode := range encoders {
			// The race detector makes pixels dear, and finds no more in a fourth file.
			if media != "image/jpeg" && (!c.each || raced && i%5 != 0) {
				continue
			}
			t.Run(c.name+" "+media, func(t *testing.T) {
				t.Parallel()
				rep := check(t, encode(t, page(c.page)))
				require.Equal(t, media, rep.MediaType)
				require.Equal(t, 1, rep.Pages)
				require.Equal(t, c.codes, codes(rep), "%+v", rep.Findings)
				require.Equal(t, c.verdict, rep.Verdict)
			})
		}
	}
}

// TestCheckAtTheCounter is the default profile on pages as a counter's scanner
// gives them, good and bad.
func TestCheckAtTheCounter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page samplepage.Options
		want []string
	}{
		{samplepage.Options{DPI: 200, Blur: 1, Noise: 4}, nil},
		{samplepage.Options{DPI: 200, Blur: 3.1, Noise: 4}, []string{"blurred 1 warn"}},
		{samplepage.Options{DPI: 200, Blur: 4.2, Noise: 4}, []string{"blurred 1 error"}},
	} {
		rep := checkWith(t, encoders["application/pdf"](t, page(c.page)), scan.DefaultProfile())
		require.Equal(t, c.want, codes(rep), "%+v: %+v", c.page, rep.Findings)
	}
}

// There is no WebP encoder at hand, so two pages lie ready as files.
func TestCheckWebP(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]string{"clean.webp": nil, "blurred.webp": {"blurred 1 error"}} {
		data, err := os.ReadFile("testdata/" + file)
		require.NoError(t, err)
		rep := check(t, data)
		require.Equal(t, "image/webp", rep.MediaType)
		require.Equal(t, want, codes(rep), file)
	}
}

// Each page of a file is judged and named by its number.
func TestCheckManyPages(t *testing.T) {
	t.Parallel()
	leaves := []image.Image{
		page(samplepage.Options{}), page(samplepage.Options{Seed: 1, Blur: 3.2}),
		page(samplepage.Options{Blank: true}), page(samplepage.Options{Seed: 2, Dark: 0.932}),
	}
	want := []string{"blurred 2 error", "blank_page 3 warn", "too_dark 4 warn"}
	for name, data := range map[string][]byte{"pdf": must(samplepage.PDF(leaves...))(t), "tiff": tiffOf(leaves...)} {
		rep := check(t, data)
		require.Equal(t, 4, rep.Pages, name)
		require.Equal(t, want, codes(rep), name)
		require.Equal(t, scan.Unreadable, rep.Verdict, name)
		require.Contains(t, rep.Findings[0].Message("vi"), "Trang 2 bị mờ")
		require.Contains(t, rep.Findings[0].Message("en-GB"), "Page 2 is blurred")
		require.Less(t, rep.Findings[0].Measured, rep.Findings[0].Threshold)
	}
}

// A blank page among written ones is most often a back side. Alone, or with
// nothing but others like it, it is a mistake; so is one with smears on it.
func TestCheckBlankPages(t *testing.T) {
	t.Parallel()
	blank, clean := page(samplepage.Options{Blank: true}), page(samplepage.Options{})
	pale := page(samplepage.Options{Contrast: 0.045})
	cases := []struct {
		name   string
		leaves []image.Image
		want   []string
	}{
		{"back side", []image.Image{clean, blank}, []string{"blank_page 2 warn"}},
		{"all blank", []image.Image{blank, blank}, []string{"blank_page 1 error", "blank_page 2 error"}},
		{"traces of writing", []image.Image{clean, pale}, []string{"blank_page 2 error"}},
	}
	for _, c := range cases {
		require.Equal(t, c.want, codes(check(t, must(samplepage.PDF(c.leaves...))(t))), c.name)
	}
}

// A file that was never paper has nothing to be measured.
func TestCheckTextPDF(t *testing.T) {
	t.Parallel()
	data, err := samplepage.TextPDF("Kính gửi: Ủy ban nhân dân phường Hoàn Kiếm", "Tôi tên là Nguyễn Văn An")
	require.NoError(t, err)
	rep := check(t, data)
	require.Equal(t, scan.Ready, rep.Verdict, "%+v", rep.Findings)
	require.Equal(t, "application/pdf", rep.MediaType)
	require.Equal(t, 1, rep.Pages)
}
