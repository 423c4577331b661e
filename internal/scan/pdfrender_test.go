package scan_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// artist draws pages that it has been given.
type artist struct {
	pages  []image.Image
	failed error
	asked  []string
}

func (a *artist) Render(_ context.Context, page, longSide int) (*image.Gray, error) {
	a.asked = append(a.asked, fmt.Sprint(page, " ", longSide))
	if a.failed != nil {
		return nil, a.failed
	}
	b := a.pages[page-1].Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dx()*longSide/max(b.Dx(), b.Dy()), longSide))
	draw.ApproxBiLinear.Scale(out, out.Rect, a.pages[page-1], b, draw.Src, nil)
	return out, nil
}

// foreign is a page whose picture is in a coding that we cannot unpack, so many
// pixels large.
func foreign(w, h int) []byte {
	return onePage(fullPage, "/XObject << /Im0 5 0 R >>",
		stream(fmt.Sprintf("/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray /Width %d /Height %d /Filter /JPXDecode", w, h), "whatever"))
}

// What our own reader cannot judge is judged as it is drawn; where nobody draws
// it a person is asked.
func TestRenderedPages(t *testing.T) {
	t.Parallel()
	sharp, blurred := page(samplepage.Options{DPI: 150}), page(samplepage.Options{DPI: 150, Blur: 6})
	empty := image.NewGray(image.Rect(0, 0, 1240, 1754))
	for i := range empty.Pix {
		empty.Pix[i] = 250
	}
	drawing := onePage("0 0 m 100 100 l S", "")
	const a4 = 1754 // at 150 dpi
	for _, c := range []struct {
		name  string
		data  []byte
		a     *artist
		want  []string
		asked []string
	}{
		{"nobody draws", foreign(1240, 1754), nil, []string{"unsupported_type 1 warn"}, nil},
		{"it cannot be drawn", foreign(1240, 1754), &artist{failed: errors.New("no")}, []string{"unsupported_type 1 warn"}, []string{fmt.Sprint(1, " ", a4)}},
		{"sharp", foreign(1240, 1754), &artist{pages: []image.Image{sharp}}, nil, []string{fmt.Sprint(1, " ", a4)}},
		{"finer than need be", foreign(4960, 7016), &artist{pages: []image.Image{sharp}}, nil, []string{fmt.Sprint(1, " ", a4)}},
		{"coarser", foreign(620, 877), &artist{pages: []image.Image{sharp}}, []string{"low_resolution 1 warn"}, []string{"1 877"}},
		{"blurred", foreign(1240, 1754), &artist{pages: []image.Image{blurred}}, []string{"blurred 1 error"}, []string{fmt.Sprint(1, " ", a4)}},
		{"a drawing of nothing", drawing, &artist{pages: []image.Image{empty}}, []string{"blank_page 1 error"}, []string{fmt.Sprint(1, " ", a4)}},
		{"a drawing nobody draws", drawing, nil, nil, nil},
		{"text needs no drawing", withCatalog(""), &artist{}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var o scan.Options
			if c.a != nil {
				o.Renderer = c.a
			}
			rep, err := scan.CheckWith(t.Context(), bytes.NewReader(c.data), int64(len(c.data)), lenient(), o)
			require.NoError(t, err)
			require.Equal(t, c.want, codes(rep), "%+v", rep.Findings)
			if c.a != nil {
				require.Equal(t, c.asked, c.a.asked)
			}
		})
	}
}

// A long file gets a verdict on what could be looked at in time.
func TestTimeRunsOut(t *testing.T) {
	t.Parallel()
	one, other := page(samplepage.Options{Seed: 1}), page(samplepage.Options{Seed: 2}) // one page twice would be said to be there twice
	data := must(samplepage.PDF(one, other))(t)
	tiff := tiffOf(one, other)
	for name, f := range map[string][]byte{"PDF": data, "TIFF": tiff} {
		rep, err := scan.CheckWith(t.Context(), bytes.NewReader(f), int64(len(f)), lenient(), scan.Options{Until: time.Now()})
		require.NoError(t, err)
		require.Equal(t, []string{"too_many_pages 0 warn"}, codes(rep), name)
		require.Equal(t, scan.Doubtful, rep.Verdict)
		require.Contains(t, rep.Findings[0].MessageVI, "0 trang đầu")
		rep, err = scan.CheckWith(t.Context(), bytes.NewReader(f), int64(len(f)), lenient(), scan.Options{Until: time.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.Equal(t, scan.Ready, rep.Verdict)
	}
}

// A file whose reader died is judged by how it begins, and no further.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	p := scan.DefaultProfile()
	for _, c := range []struct {
		cause scan.Cause
		head  string
		code  string
		media string
	}{
		{scan.Crashed, "%PDF-1.7", scan.CodeCorrupt, "application/pdf"}, {scan.OutOfMemory, "\xff\xd8\xff\xe0", scan.CodeTooLarge, "image/jpeg"},
		{scan.OutOfTime, "\x89PNG\r\n\x1a\n", scan.CodeTooLarge, "image/png"}, {scan.Crashed, "II*\x00", scan.CodeCorrupt, "image/tiff"},
		{scan.Crashed, "MM\x00*", scan.CodeCorrupt, "image/tiff"}, {scan.Crashed, "RIFF", scan.CodeCorrupt, "image/webp"}, {scan.Crashed, "", scan.CodeCorrupt, "application/octet-stream"},
	} {
		rep := scan.GivenUp(c.cause, []byte(c.head), 7, p)
		require.Equal(t, scan.Unreadable, rep.Verdict)
		require.Equal(t, []any{c.code, c.media, int64(7), p.Version}, []any{rep.Findings[0].Code, rep.MediaType, rep.Bytes, rep.Profile})
		require.NotEmpty(t, rep.Findings[0].MessageVI)
	}
}
