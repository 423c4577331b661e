package scan

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/gabriel-vasile/mimetype"
)

// reader judges a file of one media type. A nil error says that the findings
// are complete; any error, that the file could not be read to its end.
type reader func(in *inspection) error

// readers are the types that can be judged.
var readers map[string]reader

func init() { // not a literal: the readers lead back to the profile, which looks in here
	readers = map[string]reader{
		"application/pdf": readPDF,
		"image/jpeg":      readJPEG,
		"image/png":       readPNG,
		"image/tiff":      readTIFF,
		"image/webp":      readWebP,
	}
}

// slots bound how many files are judged at once: more than there are processors
// would not be faster, only larger in memory.
var slots = make(chan struct{}, runtime.GOMAXPROCS(0))

// recovered is told of every panic that a broken file causes.
var recovered = func(value any, stack []byte) {}

// inspection is one check under way.
type inspection struct {
	src    *source
	p      Profile
	opt    Options
	rep    Report
	blanks []blank
}

// blank is a page without writing, kept until all pages are seen: whether it
// matters depends on the others.
type blank struct {
	page    int
	content float64
	surely  bool // nothing on it at all, not even smears
}

// Check judges the first size bytes of r. A file that is bad in whatever way is
// a report with a verdict; an error means that r could not be read, that ctx
// ended, or that the profile is not one that LoadProfile would give.
func Check(ctx context.Context, r io.ReaderAt, size int64, p Profile) (Report, error) {
	return CheckWith(ctx, r, size, p, Options{})
}

// CheckWith is Check with more than the profile to go by.
func CheckWith(ctx context.Context, r io.ReaderAt, size int64, p Profile, o Options) (Report, error) {
	if err := p.validate(); err != nil {
		return Report{}, err
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return Report{}, fmt.Errorf("scan: waiting: %w", ctx.Err())
	}
	in := &inspection{src: newSource(ctx, r, size), p: p, opt: o, rep: Report{Bytes: size, Profile: p.Version}}
	if err := in.run(); err != nil {
		return Report{}, err
	}
	return in.rep, nil
}

// run goes through the file and closes the report.
func (in *inspection) run() error {
	read, ok := in.admit()
	if ok {
		err := in.guarded(read)
		if err != nil {
			in.broken(err) // or the disk failed, and then there is no report
		}
	}
	if err := in.src.failed(); err != nil {
		return fmt.Errorf("scan: reading file: %w", err)
	}
	in.settleBlanks()
	in.settleCopies()
	slices.SortStableFunc(in.rep.Findings, func(a, b Finding) int { return a.Page - b.Page })
	in.rep.Verdict = verdict(in.rep.Findings)
	return nil
}

// admit finds what the bytes are and whether they are taken at all.
func (in *inspection) admit() (reader, bool) {
	head := make([]byte, 4096)
	n, _ := in.src.ReadAt(head, 0) //nolint:errcheck // the source remembers what is not the file's fault
	in.rep.MediaType = mimetype.Detect(head[:n]).String()
	switch {
	case n == 0:
		in.rep.MediaType = "application/octet-stream"
		in.find(Finding{Code: CodeCorrupt, Severity: SeverityError}, "corrupt.empty")
	case !slices.Contains(in.p.MediaTypes, in.rep.MediaType):
		in.find(Finding{Code: CodeUnsupportedType, Severity: SeverityError}, "unsupported_type")
	case in.src.size > in.p.MaxBytes:
		in.find(Finding{Code: CodeTooLarge, Severity: SeverityError, Measured: megabytes(in.src.size), Threshold: megabytes(in.p.MaxBytes)}, "too_large")
	default:
		return readers[in.rep.MediaType], true
	}
	return nil, false
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

// guarded runs a reader and turns its panic into an error: the parsers are other
// people's, and a file is what breaks them.
func (in *inspection) guarded(read reader) (err error) {
	defer func() {
		if v := recover(); v != nil {
			recovered(v, debug.Stack())
			err = fmt.Errorf("scan: parser panicked: %v", v)
		}
	}()
	return read(in)
}

// find notes a finding with its sentence.
func (in *inspection) find(f Finding, key string) {
	f.Measured = math.Round(f.Measured*1000) / 1000
	in.rep.Findings = append(in.rep.Findings, f.message(key))
}

// settleBlanks decides what a page without writing means. Among pages that have
// some it is most often a back side; where there is no other page, or the page
// shows smears of what should be there, something went wrong.
func (in *inspection) settleBlanks() {
	all := len(in.blanks) >= in.rep.Pages
	for _, b := range in.blanks {
		severity := SeverityWarn
		if all || !b.surely {
			severity = SeverityError
		}
		in.find(Finding{Code: CodeBlankPage, Page: b.page, Severity: severity, Measured: b.content, Threshold: in.p.Blankness}, CodeBlankPage+"."+severity)
	}
}
