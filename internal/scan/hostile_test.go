package scan_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// pngFlood is a PNG header that promises 4 thousand million pixels.
func pngFlood() []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	ihdr := []byte("IHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00")
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(ihdr)-4)))
	b.Write(ihdr)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(ihdr)))
	return b.Bytes()
}

// jpegFlood is a small JPEG whose header is changed to promise 65,535 by 65,535.
func jpegFlood(t testing.TB) []byte {
	data := bytes.Clone(encoders["image/jpeg"](t, page(samplepage.Options{DPI: 50})))
	i := bytes.Index(data, []byte{0xff, 0xc0})
	copy(data[i+5:], []byte{0xff, 0xff, 0xff, 0xff})
	return data
}

// tiffFlood does the same to a TIFF.
func tiffFlood(t testing.TB) []byte {
	data := bytes.Clone(encoders["image/tiff"](t, page(samplepage.Options{DPI: 50})))
	at := binary.LittleEndian.Uint32(data[4:]) + 2
	binary.LittleEndian.PutUint32(data[at+8:], 60000)
	binary.LittleEndian.PutUint32(data[at+20:], 60000)
	return data
}

// locked encrypts a PDF with the strongest means there are.
func locked(t testing.TB, user, owner string) []byte {
	var out bytes.Buffer
	conf := model.NewAESConfiguration(user, owner, 256)
	require.NoError(t, api.Encrypt(bytes.NewReader(must(samplepage.TextPDF("a"))(t)), &out, conf))
	return out.Bytes()
}

// lockedOld encrypts as programs did twenty years ago.
func lockedOld(t testing.TB) []byte {
	doc := fpdf.New("P", "pt", "A4", "")
	doc.SetProtection(fpdf.CnProtectPrint, "", "owner")
	doc.AddPage()
	var out bytes.Buffer
	require.NoError(t, doc.Output(&out))
	return out.Bytes()
}

// attached is a PDF with another file inside.
func attached(t testing.TB) []byte {
	doc := fpdf.New("P", "pt", "A4", "")
	doc.SetAttachments([]fpdf.Attachment{{Content: []byte("MZ"), Filename: "a.exe"}})
	doc.AddPage()
	doc.Rect(10, 10, 10, 10, "F")
	var out bytes.Buffer
	require.NoError(t, doc.Output(&out))
	return out.Bytes()
}

// withCatalog is a written page whose catalogue holds more.
func withCatalog(more string, objects ...string) []byte {
	return pdfOf(append([]string{
		"<< /Type /Catalog /Pages 2 0 R " + more + " >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>", stream("", written),
	}, objects...)...)
}

// hostile are files that no counter should pass on, with what must be found.
func hostile(t testing.TB) map[string]struct {
	data []byte
	want []string
} {
	pic := func(dict string, n int) string {
		return deflated("/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray "+dict, make([]byte, n))
	}
	im0 := "/XObject << /Im0 5 0 R >>"
	kids := strings.Repeat("3 0 R ", 2)
	page := func(kids string) []byte {
		return pdfOf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids ["+kids+"] /Count 7 >>", "<< /Type /Page /Parent 2 0 R >>")
	}
	return map[string]struct {
		data []byte
		want []string
	}{
		"empty":                  {nil, []string{"corrupt 0 error"}},
		"random":                 {noise(4096), []string{"unsupported_type 0 error"}},
		"text":                   {[]byte("hồ sơ"), []string{"unsupported_type 0 error"}},
		"web page":               {[]byte("<!DOCTYPE html><html></html>"), []string{"unsupported_type 0 error"}},
		"gif":                    {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), []string{"unsupported_type 0 error"}},
		"zip":                    {[]byte("PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), []string{"unsupported_type 0 error"}},
		"program":                {[]byte("MZ\x90\x00aaaaaaaaaaaaaaaaaaaaaaaa"), []string{"unsupported_type 0 error"}},
		"PDF in name only":       {[]byte("%PDF-1.7 and no more"), []string{"corrupt 0 error"}},
		"PNG pixel flood":        {pngFlood(), []string{"too_large 1 error"}},
		"JPEG pixel flood":       {jpegFlood(t), []string{"too_large 1 error"}},
		"TIFF pixel flood":       {tiffFlood(t), []string{"too_large 1 error"}},
		"PDF pixel flood":        {onePage(fullPage, im0, pic("/Width 60000 /Height 60000", 100)), []string{"too_large 1 error"}},
		"PDF picture bomb":       {onePage(fullPage, im0, pic("/Width 600 /Height 800", 4<<20)), []string{"corrupt 1 error"}},
		"PDF picture cut short":  {onePage(fullPage, im0, pic("/Width 600 /Height 800", 100)), []string{"corrupt 1 error"}},
		"PDF content bomb":       {onePage("/Fm0 Do", "/XObject << /Fm0 5 0 R >>", deflated("/Subtype /Form", make([]byte, 20<<20))), []string{"unsupported_type 1 warn"}},
		"PDF form in itself":     {onePage(written+" /Fm0 Do", "/XObject << /Fm0 5 0 R >>", stream("/Subtype /Form", strings.Repeat("/Fm0 Do ", 40))), []string{"unsupported_type 1 warn"}},
		"PDF drawing used twice": {onePage("/Fm0 Do /Fm0 Do", "/XObject << /Fm0 5 0 R >>", deflated("/Subtype /Form", bytes.Repeat([]byte("\n"), 9<<20))), []string{"unsupported_type 1 warn"}},
		"PDF of many drawings":   {onePage(strings.Repeat("/Fm0 Do ", 6000), "/XObject << /Fm0 5 0 R >>", stream("/Subtype /Form", "q Q")), []string{"unsupported_type 1 warn"}},
		"password":               {locked(t, "user", "owner"), []string{"encrypted 0 error"}},
		"locked against changes": {locked(t, "", "owner"), []string{"encrypted 0 error"}},
		"old lock":               {lockedOld(t), []string{"encrypted 0 error"}},
		"unknown lock":           {pdfWith("/Encrypt 3 0 R /ID [<00> <00>]", "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>", "<< /Filter /Other /V 99 >>"), []string{"encrypted 0 error"}},
		"script on opening":      {withCatalog("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), []string{"active_content 0 error"}},
		"script by name":         {withCatalog("/Names << /JavaScript << /Names [(a) 5 0 R] >> >>", "<< /S /JavaScript /JS 6 0 R >>", stream("", "app.alert(1)")), []string{"active_content 0 error"}},
		"script unreachable":     {withCatalog("", "<< /S /JavaScript /JS (1) >>"), []string{"active_content 0 error"}},
		"launch":                 {withCatalog("/OpenAction 5 0 R", "<< /S /Launch /F (cmd.exe) >>"), []string{"active_content 0 error"}},
		"attachment":             {attached(t), []string{"active_content 0 error"}},
		"dynamic form":           {withCatalog("/AcroForm << /XFA [(a) 5 0 R] >>", stream("", "<xdp/>")), []string{"active_content 0 error"}},
		"no pages":               {page(""), []string{"corrupt 0 error"}},
		"page twice":             {page(kids), []string{"corrupt 0 error"}},
		"page tree in a ring":    {page("2 0 R"), []string{"corrupt 0 error"}},
		"no catalogue":           {pdfOf("<< >>"), []string{"corrupt 0 error"}},
		"end missing":            {bytes.Replace(withCatalog(""), []byte("%%EOF"), nil, 1), []string{"corrupt 0 warn"}},
		"TIFF in a ring":         {tiffRing(t), []string{"corrupt 0 error"}},
	}
}

// noise is bytes that are nothing.
func noise(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rng.Uint32())
	}
	return out
}

// tiffRing is a TIFF whose second page leads back to its first.
func tiffRing(t testing.TB) []byte {
	data := bytes.Clone(tiffOf(page(samplepage.Options{DPI: 50})))
	copy(data[len(data)-4:], data[4:8])
	return data
}

func TestCheckHostile(t *testing.T) {
	t.Parallel()
	for name, c := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep := check(t, c.data)
			require.Equal(t, c.want, codes(rep), "%+v", rep.Findings)
		})
	}
}

// A flood is refused by its header: reading it must not cost what it promises.
func TestCheckFloodCostsNothing(t *testing.T) { // counts all memory, so not in parallel
	for name, data := range map[string][]byte{"png": pngFlood(), "jpeg": jpegFlood(t), "tiff": tiffFlood(t)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		check(t, data)
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), name)
	}
}

// A small file cannot make its parser read, and keep, the same bytes for ever.
func TestCheckGreedyPDF(t *testing.T) { // counts all memory, so not in parallel
	data := greedy()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.Equal(t, []string{"corrupt 0 error"}, codes(check(t, data)))
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(400<<20))
}

// Cut anywhere, a picture is corrupt, and a PDF at least not ready.
func TestCheckTruncated(t *testing.T) {
	t.Parallel()
	for media, encode := range encoders {
		data := encode(t, page(samplepage.Options{}))
		for _, part := range []float64{0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99} {
			rep := check(t, data[:int(float64(len(data))*part)])
			require.NotEqual(t, scan.Ready, rep.Verdict, "%s cut at %v", media, part)
			require.Equal(t, scan.CodeCorrupt, rep.Findings[0].Code, "%s cut at %v", media, part)
		}
	}
}

// Limits are the profile's.
func TestCheckLimits(t *testing.T) {
	t.Parallel()
	data := must(samplepage.PDF(page(samplepage.Options{}), page(samplepage.Options{Seed: 1}), page(samplepage.Options{Seed: 2})))(t)
	for name, c := range map[string]struct {
		change func(*scan.Profile)
		want   []string
	}{
		"bytes":   {func(p *scan.Profile) { p.MaxBytes = int64(len(data)) - 1 }, []string{"too_large 0 error"}},
		"pages":   {func(p *scan.Profile) { p.MaxPages = 2 }, []string{"too_many_pages 0 error"}},
		"pixels":  {func(p *scan.Profile) { p.MaxPagePixels = 1000 }, []string{"too_large 1 error", "too_large 2 error", "too_large 3 error"}},
		"objects": {func(p *scan.Profile) { p.MaxPDFObjects = 3 }, []string{"corrupt 0 error"}},
		"types":   {func(p *scan.Profile) { p.MediaTypes = []string{"image/png"} }, []string{"unsupported_type 0 error"}},
		"just":    {func(p *scan.Profile) { p.MaxBytes, p.MaxPages = int64(len(data)), 3 }, nil},
	} {
		p := lenient()
		c.change(&p)
		require.Equal(t, c.want, codes(checkWith(t, data, p)), name)
	}
	p := scan.DefaultProfile()
	p.MaxPages = 1
	tiff := tiffOf(page(samplepage.Options{}), page(samplepage.Options{}))
	require.Equal(t, []string{"too_many_pages 0 error"}, codes(checkWith(t, tiff, p)))

	p = scan.DefaultProfile()
	p.ActiveContent["script"], p.ActiveContent["attachment"] = "allow", "warn"
	require.Equal(t, scan.Ready, checkWith(t, withCatalog("", "<< /S /JavaScript /JS (1) >>"), p).Verdict)
	require.Equal(t, scan.Doubtful, checkWith(t, attached(t), p).Verdict)
}

// failing is a disk that gives up after some bytes.
type failing struct {
	r    io.ReaderAt
	left *int
}

var errDisk = errors.New("disk on fire")

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if *f.left -= len(p); *f.left < 0 {
		return 0, errDisk
	}
	return f.r.ReadAt(p, off)
}

// A failing disk and a caller who leaves are errors, never a verdict on the file.
func TestCheckErrors(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for media, encode := range encoders {
		data := encode(t, page(samplepage.Options{}))
		for _, n := range []int{0, 5000, len(data) / 2} {
			_, err := scan.Check(context.Background(), failing{bytes.NewReader(data), &n}, int64(len(data)), scan.DefaultProfile())
			require.ErrorIs(t, err, errDisk, media)
		}
		_, err := scan.Check(gone, bytes.NewReader(data), int64(len(data)), scan.DefaultProfile())
		require.ErrorIs(t, err, context.Canceled, media)
	}
	_, err := scan.Check(context.Background(), bytes.NewReader(nil), 0, scan.Profile{})
	require.ErrorContains(t, err, "version")
}

// leaving is a reader whose caller goes away in the middle, and who counts what
// is read all the same.
type leaving struct {
	io.ReaderAt
	cancel func()
	after  *int
}

func (l leaving) ReadAt(p []byte, off int64) (int, error) {
	if *l.after > 0 || off > 20000 {
		l.cancel()
		*l.after++
	}
	return l.ReaderAt.ReadAt(p, off)
}

func TestCheckCancelledMidway(t *testing.T) {
	t.Parallel()
	for media, encode := range encoders {
		data := encode(t, page(samplepage.Options{}))
		ctx, cancel := context.WithCancel(context.Background())
		after := 0
		_, err := scan.Check(ctx, leaving{bytes.NewReader(data), cancel, &after}, int64(len(data)), scan.DefaultProfile())
		require.ErrorIs(t, err, context.Canceled, media)
		require.Equal(t, 1, after, "%s: reads after the caller left", media)
		cancel()
	}
}

// The PDF library likes to write a settings folder into the home of whoever runs it.
func TestCheckLeavesHomeAlone(t *testing.T) { // sets the environment, so not in parallel
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	model.ConfigPath = "default"
	defer api.DisableConfigDir()
	check(t, withCatalog(""))
	files, err := os.ReadDir(home)
	require.NoError(t, err)
	require.Empty(t, files, fmt.Sprint(files))
}
