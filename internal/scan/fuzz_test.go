package scan_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// FuzzCheck asks of any bytes: an answer, in time, whose verdict is the sum of
// its findings. A panic in another's parser is the file's fault and caught; one
// in our own code is ours.
func FuzzCheck(f *testing.F) {
	tiny := samplepage.Page(samplepage.Options{DPI: 30})
	for _, encode := range encoders {
		f.Add(encode(f, tiny))
	}
	f.Add(tiffOf(tiny, tiny))
	f.Add(must(samplepage.TextPDF("a", "b"))(f))
	f.Add(onePage(fullPage, im0, imageObject(tiny, 1, "/ImageMask true /Decode [1 0]")))
	f.Add(onePage("q 9 0 0 9 0 0 cm BI /W 1 /H 1 ID x EI Q (a) Tj <41> '", ""))
	for name, c := range hostile(f) {
		if len(c.data) < 64<<10 && !strings.Contains(name, "bomb") {
			f.Add(c.data)
		}
	}
	if webp, err := os.ReadFile("testdata/blurred.webp"); err == nil {
		f.Add(webp)
	}
	profile := scan.DefaultProfile()
	profile.MaxPagePixels, profile.MaxPages = 4_000_000, 10 // so that a try is quick
	scan.OnPanic(func(v any, stack []byte) {
		if ours(stack) {
			panic(v)
		}
	})
	f.Fuzz(func(t *testing.T, data []byte) {
		// Long, because it guards against hanging, not slowness: a busy machine
		// with the race detector on is many times slower than a quiet one.
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
		defer cancel()
		rep, err := scan.Check(ctx, bytes.NewReader(data), int64(len(data)), profile)
		if err != nil {
			t.Fatalf("no verdict: %v", err)
		}
		worst := scan.Ready
		for _, x := range rep.Findings {
			if x.MessageVI == "" || x.MessageEN == "" || x.Page < 0 || x.Page > max(rep.Pages, 1) {
				t.Fatalf("odd finding: %+v", x)
			}
			if x.Severity == scan.SeverityError {
				worst = scan.Unreadable
			} else if worst == scan.Ready && x.Severity != scan.SeverityInfo {
				worst = scan.Doubtful
			}
		}
		if rep.Verdict != worst {
			t.Fatalf("verdict %s, findings %+v", rep.Verdict, rep.Findings)
		}
	})
}

// ours says whether a panic began in this package: the first function on the
// stack, after the panic itself, that is not the runtime's.
func ours(stack []byte) bool {
	_, after, _ := bytes.Cut(stack, []byte("\npanic("))
	for line := range strings.Lines(string(after)) {
		if strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "runtime.") || strings.HasPrefix(line, "panic(") || !strings.Contains(line, "(") || strings.HasPrefix(line, "{") {
			continue
		}
		if strings.HasPrefix(line, "0x") {
			continue
		}
		return strings.HasPrefix(line, "hoso/internal/scan.")
	}
	return false
}
