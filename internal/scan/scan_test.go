package scan_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os"
	"sync"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

func TestMain(m *testing.M) {
	api.DisableConfigDir() // for the files that tests make with pdfcpu
	os.Exit(m.Run())
}

// pages keeps what was drawn: drawing takes longer than checking.
var pages sync.Map

// Most tests draw pages at smallDPI and let that resolution pass: the race
// detector makes every pixel dear.
const smallDPI = 110

func lenient() scan.Profile {
	p := scan.DefaultProfile()
	p.MinDPI = scan.Limit{Warn: 100, Error: 70}
	return p
}

// page draws a sample page, small unless told otherwise, once for all tests.
func page(o samplepage.Options) image.Image {
	if o.DPI == 0 {
		o.DPI = smallDPI
	}
	draw := sync.OnceValue(func() image.Image { return samplepage.Page(o) })
	once, _ := pages.LoadOrStore(fmt.Sprintf("%#v", o), draw)
	return once.(func() image.Image)()
}

// Encoders of one page, by the media type they give.
var encoders = map[string]func(testing.TB, image.Image) []byte{
	"image/jpeg":      func(t testing.TB, img image.Image) []byte { return must(samplepage.JPEG(img, 85))(t) },
	"image/png":       func(t testing.TB, img image.Image) []byte { return must(samplepage.PNG(img))(t) },
	"image/tiff":      func(t testing.TB, img image.Image) []byte { return tiffOf(img) },
	"application/pdf": func(t testing.TB, img image.Image) []byte { return must(samplepage.PDF(img))(t) },
}

// must turns a value and an error into the value or a failed test.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

// check judges bytes with a profile that takes small pages.
func check(t testing.TB, data []byte) scan.Report {
	t.Helper()
	return checkWith(t, data, lenient())
}

func checkWith(t testing.TB, data []byte, p scan.Profile) scan.Report {
	t.Helper()
	rep, err := scan.Check(context.Background(), bytes.NewReader(data), int64(len(data)), p)
	require.NoError(t, err)
	require.Equal(t, int64(len(data)), rep.Bytes)
	require.Equal(t, p.Version, rep.Profile)
	return rep
}

// codes are a report's findings in short: code, page and severity.
func codes(rep scan.Report) []string {
	var out []string
	for _, f := range rep.Findings {
		out = append(out, fmt.Sprintf("%s %d %s", f.Code, f.Page, f.Severity))
	}
	return out
}

// severity orders verdicts from good to bad.
func severity(v scan.Verdict) int {
	return map[scan.Verdict]int{scan.Ready: 0, scan.Doubtful: 1, scan.Unreadable: 2}[v]
}
