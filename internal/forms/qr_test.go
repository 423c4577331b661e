package forms_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/require"

	"hoso/internal/forms"
)

func TestTheCodeIsReadFromThePaper(t *testing.T) {
	t.Parallel()
	for _, f := range []forms.Form{slip(), receiptForm(), stop()} {
		// 150 dots per inch, as a poor copy would have.
		picture, err := png.Decode(bytes.NewReader(poppler(t, "pdftoppm", render(t, f).Bytes, "-png", "-r", "150", "-singlefile")))
		require.NoError(t, err)
		bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
		require.NoError(t, err)
		found, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
		require.NoError(t, err, f.Kind())
		code, err := forms.ParseCode(found.GetText())
		require.NoError(t, err)
		want := forms.Code{Dossier: "H26.12.03-261125-0001", Procedure: "2.000635", Link: "https://hoso.example.vn/v1/track?t=c2FtcGxlLXRva2VuLW9ubHk"}
		if f.Kind() == forms.KindSlip {
			want.Dossier = "VNPHKI-261125-0001-M"
		}
		require.Equal(t, want, code)
		require.True(t, strings.HasPrefix(found.GetText(), want.Link+"#"), "a telephone opens the link")
		corner := found.GetResultPoints()[1]
		require.Less(t, corner.GetX(), float64(picture.Bounds().Dx())/4)
		require.Less(t, corner.GetY(), float64(picture.Bounds().Dy())/8, "top left")
	}
}

func TestTheCodesTextIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []forms.Code{
		{Dossier: "VNPHKI-261125-0001-M", Procedure: "2.000635", Link: "https://hoso.example.vn/v1/track?t=abc"},
		{Dossier: "a&tt=b #", Procedure: "ỷ", Link: ""},
	} {
		got, err := forms.ParseCode(c.Text())
		require.NoError(t, err)
		require.Equal(t, c, got)
	}
	for _, garbage := range []string{"", "https://example.vn", "#", "#hs=a", "#%zz"} {
		_, err := forms.ParseCode(garbage)
		require.Error(t, err, garbage)
	}
}
