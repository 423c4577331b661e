package scan

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ops runs a lexer to its end.
func ops(content string) []string {
	l := lexer{data: []byte(content)}
	var out []string
	for l.next() {
		out = append(out, l.op)
	}
	return out
}

func TestLexer(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"q 1 0 0 1 0 0 cm /Im0 Do Q":      {"q", "cm", "Do", "Q"},
		"(Do (Q) \\) q) Tj":               {"Tj"},
		"[(a) -20 (b)] TJ T* (x) '":       {"TJ", "T*", "'"},
		"<48656c> Tj <</A /B>> BDC EMC":   {"Tj", "BDC", "EMC"},
		"% q Q\nS":                        {"S"},
		"BI /W 1 ID \x01EI\x02 q Q\nEI S": {"BI", "ID", "S"},
		"1 2 -.5 +3 4. w":                 {"w"},
		"/Name(text)Tj/F1 12 Tf":          {"Tj", "Tf"},
		"(never closed":                   nil,
		"<41":                             nil,
		"ID":                              {"ID"},
		"ID EI":                           {"ID"},
		")]}> >> S":                       {"S"},
		"":                                nil,
		"--5 ..":                          {"--5", ".."},
		"\\":                              {"\\"},
		"(a\\":                            nil,
	}
	for content, want := range cases {
		require.Equal(t, want, ops(content), "%q", content)
	}
	l := lexer{data: []byte("1 2 3 4 5 6 7 /A /B (four) <4142> x")}
	require.True(t, l.next())
	require.Equal(t, []float64{2, 3, 4, 5, 6, 7}, l.numbers)
	require.Equal(t, "B", l.name)
	require.Equal(t, 6, l.text)
}

func TestMatrixTimes(t *testing.T) {
	t.Parallel()
	scale, move := matrix{2, 0, 0, 3, 0, 0}, matrix{1, 0, 0, 1, 10, 20}
	require.Equal(t, matrix{2, 0, 0, 3, 10, 20}, scale.times(move))
	require.Equal(t, matrix{2, 0, 0, 3, 20, 60}, move.times(scale))
}

// exif is a JPEG's head with an EXIF block that claims a resolution.
func exif(order binary.ByteOrder, dpi, unit uint32) []byte {
	block := []byte("II*\x00")
	if order == binary.BigEndian {
		block = []byte("MM\x00*")
	}
	u16 := func(v uint16) { block = append(block, 0, 0); order.PutUint16(block[len(block)-2:], v) }
	u32 := func(v uint32) { block = append(block, 0, 0, 0, 0); order.PutUint32(block[len(block)-4:], v) }
	u32(8)
	u16(2)
	u16(tagXRes)
	u16(5)
	u32(1)
	u32(38)
	u16(tagResUnit)
	u16(3)
	u32(1)
	u16(uint16(unit))
	u16(0)
	u32(0)
	u32(dpi * 2)
	u32(2)
	out := []byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(8 + len(block))}
	return append(append(out, "Exif\x00\x00"...), block...)
}

func TestDensity(t *testing.T) {
	t.Parallel()
	jfif := func(unit byte, n byte) []byte {
		return []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x02" + string([]byte{unit, 0, n, 0, n}) + "\x00\x00\xff\xda")
	}
	phys := "\x89PNG\r\n\x1a\n\x00\x00\x00\x00gAMAcccc\x00\x00\x00\x09pHYs\x00\x00\x1e\xc2\x00\x00\x1e\xc2"
	jpeg := func(r io.ReaderAt) float64 { return saidByJPEG(r).density }
	png := densityPNG
	cases := map[string]struct {
		got, want float64
	}{
		"JFIF inch":       {jpeg(bytes.NewReader(jfif(1, 200))), 200},
		"JFIF centimetre": {jpeg(bytes.NewReader(jfif(2, 100))), 254},
		"JFIF ratio":      {jpeg(bytes.NewReader(jfif(0, 1))), 0},
		"EXIF little":     {jpeg(bytes.NewReader(exif(binary.LittleEndian, 300, 2))), 300},
		"EXIF big":        {jpeg(bytes.NewReader(exif(binary.BigEndian, 118, 3))), 118 * 2.54},
		"EXIF cut":        {jpeg(bytes.NewReader(exif(binary.BigEndian, 118, 3)[:40])), 0},
		"JPEG nothing":    {jpeg(strings.NewReader("\xff\xd8\xff")), 0},
		"PNG metre":       {png(strings.NewReader(phys + "\x01")), 0x1ec2 * 0.0254},
		"PNG ratio":       {png(strings.NewReader(phys + "\x00")), 0},
		"PNG nothing":     {png(strings.NewReader(phys[:20])), 0},
	}
	for name, c := range cases {
		require.InDelta(t, c.want, c.got, 0.1, name)
	}
}

// A TIFF's small copies of its pages are no pages.
func TestDirectoriesSkipThumbnails(t *testing.T) {
	t.Parallel()
	data := []byte("II*\x00\x08\x00\x00\x00")
	for i, kind := range []byte{0, 1, 2, 1} {
		next := byte(8 + (i+1)*18)
		if i == 3 {
			next = 0
		}
		data = append(data, 1, 0, tagSubfile, 0, 4, 0, 1, 0, 0, 0, kind, 0, 0, 0, next, 0, 0, 0)
	}
	_, pages, err := directories(bytes.NewReader(data), 10)
	require.NoError(t, err)
	require.Len(t, pages, 2)
	_, pages, err = directories(bytes.NewReader(data), 1)
	require.NoError(t, err)
	require.Len(t, pages, 1)
}

// A file's word on its resolution is taken only where it can be true.
func TestResolution(t *testing.T) {
	t.Parallel()
	in := &inspection{p: DefaultProfile()}
	for name, c := range map[string]struct {
		w, h    int
		density float64
		want    float64
	}{
		"says nothing":              {1654, 2339, 0, 200},
		"says the truth":            {1654, 2339, 200, 200},
		"a card, told":              {1011, 638, 300, 300},
		"a card, not told":          {1011, 638, 0, 1011 / 11.69},
		"72 is what cameras say":    {3024, 4032, 72, 4032 / 11.69},
		"96 is what programs say":   {1240, 1754, 96, 150},
		"72 again, on a small scan": {827, 1169, 72, 100},
		"larger than any glass":     {3024, 4032, 120, 4032 / 11.69},
		"smaller than any paper":    {300, 200, 300, 300 / 11.69},
		"finer than any scanner":    {8000, 9000, 5000, 9000 / 11.69},
		"sideways":                  {2339, 1654, 0, 200},
	} {
		require.InDelta(t, c.want, in.resolution(image.Rect(0, 0, c.w, c.h), float64(max(c.w, c.h)), c.density), 0.5, name)
	}
}

// A page with hardly a stroke on it is not called blurred for the one there is.
func TestFewStrokesAreNotJudged(t *testing.T) {
	t.Parallel()
	for strokes, want := range map[int]int{minTiles - 1: 0, minTiles: 1} {
		in := &inspection{p: DefaultProfile()}
		in.judgeSharpness(1, measurement{sharpness: 0.1, strokes: strokes})
		require.Len(t, in.rep.Findings, want)
	}
}

// Grain takes from what softness leaves, where it is no fault of its own.
func TestSharpnessDespiteGrain(t *testing.T) {
	t.Parallel()
	in := &inspection{p: DefaultProfile()}
	soft, floor := in.p.Sharpness.Warn*1.05, in.p.Grain.Warn
	severity := func(grain float64) string {
		s, _ := in.p.Sharpness.below(in.despite(grain, soft))
		return s
	}
	require.Empty(t, severity(100))
	require.Equal(t, SeverityWarn, severity(floor*1.05))
	for _, grain := range []float64{0, 0.5, 1, floor * 0.95} {
		require.InDelta(t, soft, in.despite(grain, soft), 1e-9)
	}
}

// Samples of every width are spread over the same scale.
func TestUnpack(t *testing.T) {
	t.Parallel()
	for bits, c := range map[int]struct {
		row  []uint8
		want []uint8
	}{
		1:  {[]uint8{0b10110000}, []uint8{255, 0, 255, 255}},
		2:  {[]uint8{0b00011011}, []uint8{0, 85, 170, 255}},
		4:  {[]uint8{0x0f, 0x1e}, []uint8{0, 255, 17, 238}},
		8:  {[]uint8{1, 2, 3, 4}, []uint8{1, 2, 3, 4}},
		16: {[]uint8{1, 9, 2, 9, 3, 9, 4, 9}, []uint8{1, 2, 3, 4}},
	} {
		got := make([]uint8, 4)
		unpack(got, c.row, bits, true)
		require.Equal(t, c.want, got, "%d bits", bits)
	}
	got := make([]uint8, 4)
	unpack(got, []uint8{0b00011011}, 2, false)
	require.Equal(t, []uint8{0, 1, 2, 3}, got)
}

func TestColorSpaces(t *testing.T) {
	t.Parallel()
	got := make([]uint8, 2)
	colorSpace{components: 3}.luminance(got, []uint8{255, 255, 255, 200, 100, 50})
	require.Equal(t, []uint8{255, 124}, got)
	colorSpace{components: 4}.luminance(got, []uint8{0, 0, 0, 0, 0, 0, 0, 255})
	require.Equal(t, []uint8{255, 0}, got)
	colorSpace{components: 1, tint: true}.luminance(got, []uint8{0, 255})
	require.Equal(t, []uint8{255, 0}, got)
}

// Whatever can be found has a sentence in both languages that is filled in whole.
func TestSentences(t *testing.T) {
	t.Parallel()
	for key, s := range sentences {
		code, _, _ := strings.Cut(key, ".")
		f := Finding{Code: code, Page: 7, Measured: 12.345, Threshold: 0.25}.message(key)
		for _, lang := range []string{"vi", "en"} {
			m := f.Message(lang)
			m = strings.NewReplacer("{signer}", "", "{until}", "").Replace(m) // filled in after
			require.NotContains(t, m, "{", key)
			require.True(t, strings.HasSuffix(m, "."), key)
			require.Contains(t, m, ":", "%s says what to do after a colon", key)
		}
		require.Equal(t, strings.Contains(s.vi, "{page}"), strings.Contains(s.en, "{page}"), key)
		require.Equal(t, f.MessageVI, f.Message(""), key)
	}
	for _, kind := range activeKinds {
		require.Contains(t, sentences, CodeActiveContent+"."+kind)
	}
}
