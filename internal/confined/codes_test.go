package confined_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/stretchr/testify/require"

	"hoso/internal/confined"
	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

const cardText = "001190000002|012345678|Trần Thị Bình|05021990|Nữ|Số 1 phố Hàng Bài, phường Cửa Nam, Hà Nội|01072021"

// withCode draws a code onto a page, so many pixels wide.
func withCode(t testing.TB, text string, side int) *image.RGBA {
	t.Helper()
	page := samplepage.Page(samplepage.Options{DPI: 200})
	out := image.NewRGBA(page.Bounds())
	draw.Draw(out, out.Rect, page, image.Point{}, draw.Src)
	if text != "" {
		code, err := qr.Encode(text, qr.M, qr.Unicode)
		require.NoError(t, err)
		code, err = barcode.Scale(code, side, side)
		require.NoError(t, err)
		at := image.Rect(100, 100, 140+side, 140+side)
		draw.Draw(out, at, image.White, image.Point{}, draw.Src)
		draw.Draw(out, at.Inset(20), code, image.Point{}, draw.Src)
	}
	return out
}

// photograph is a card's code on a large grey table.
func photograph(t testing.TB, w, h, side int, at image.Point) image.Image {
	t.Helper()
	out := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Rect, image.NewUniform(color.Gray{Y: 230}), image.Point{}, draw.Src)
	code, err := qr.Encode(cardText, qr.M, qr.Unicode)
	require.NoError(t, err)
	code, err = barcode.Scale(code, side, side)
	require.NoError(t, err)
	draw.Draw(out, image.Rectangle{at, at.Add(image.Pt(side, side))}, code, image.Point{}, draw.Src)
	return out
}

func TestCodesOnPicturesAndPages(t *testing.T) {
	t.Parallel()
	require.NotEmpty(t, confined.FindTools().ZBarImg, "zbar-tools is missing: run scripts/test-tools")
	c := checker(t, roomy())
	c.Use(plain(t, "child")) // the race detector finds nothing in other people's decoders, and takes its time
	var pic bytes.Buffer
	require.NoError(t, png.Encode(&pic, withCode(t, cardText, 260)))
	pdf, err := samplepage.PDF(withCode(t, "", 0), withCode(t, cardText, 260))
	require.NoError(t, err)
	photo, err := samplepage.JPEG(photograph(t, 4000, 3000, 900, image.Pt(1500, 1000)), 85)
	require.NoError(t, err)
	w, h := 6000, 4000
	if confined.Race {
		w, h = 4400, 3000
	}
	far, err := samplepage.JPEG(photograph(t, w, h, 147, image.Pt(2900, 1990)), 95)
	require.NoError(t, err)
	none, err := samplepage.JPEG(withCode(t, "", 0), 85)
	require.NoError(t, err)
	for name, f := range map[string]struct {
		data []byte
		want [][]byte
	}{
		"picture": {pic.Bytes(), [][]byte{[]byte(cardText)}}, "second page of a PDF": {pdf, [][]byte{[]byte(cardText)}}, "no code": {none, [][]byte{}},
		"photograph of 12 megapixels": {photo, [][]byte{[]byte(cardText)}}, "small on a larger photograph": {far, [][]byte{[]byte(cardText)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.Codes(t.Context(), bytes.NewReader(f.data), int64(len(f.data)), scan.DefaultProfile())
			require.NoError(t, err)
			require.Equal(t, f.want, got)
		})
	}
	for _, junk := range []string{"no picture", "%PDF-1.7 and no more", "\x89PNG\r\n\x1a\n"} {
		_, err := c.Codes(t.Context(), strings(junk), int64(len(junk)), scan.DefaultProfile())
		require.ErrorIs(t, err, confined.ErrInput, junk)
	}
	without := checker(t, roomy(), func(o *confined.Options) { o.Tools = &confined.Tools{} })
	_, err = without.Codes(t.Context(), strings("a"), 1, scan.DefaultProfile())
	require.ErrorIs(t, err, confined.ErrNoTool)
}
