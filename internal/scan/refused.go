package scan

import "bytes"

// Cause is why a file could not be judged to its end.
type Cause string

// The causes. Each is the file's own doing.
const (
	Crashed     Cause = "crashed"
	OutOfMemory Cause = "memory"
	OutOfTime   Cause = "time"
)

// GivenUp is the report on a file whose reader did not live to write one. head
// is how the file begins.
func GivenUp(cause Cause, head []byte, size int64, p Profile) Report {
	f, key := Finding{Code: CodeCorrupt, Severity: SeverityError}, CodeCorrupt
	if cause != Crashed {
		f.Code, key = CodeTooLarge, CodeTooLarge+"."+string(cause)
	}
	return Report{
		MediaType: typeOf(head), Bytes: size, Verdict: Unreadable,
		Findings: []Finding{f.message(key)}, Profile: p.Version,
	}
}

// signs are how files of the types that can be judged begin.
var signs = []struct{ media, start string }{
	{"application/pdf", "%PDF-"},
	{"image/jpeg", "\xff\xd8\xff"},
	{"image/png", "\x89PNG\r\n\x1a\n"},
	{"image/tiff", "II*\x00"},
	{"image/tiff", "MM\x00*"},
	{"image/webp", "RIFF"},
}

// typeOf goes by the first bytes alone: nothing more of a file that has just
// brought its reader down is looked at.
func typeOf(head []byte) string {
	for _, s := range signs {
		if bytes.HasPrefix(head, []byte(s.start)) {
			return s.media
		}
	}
	return "application/octet-stream"
}
