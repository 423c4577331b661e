package scan

import "strings"

// Verdict is what a whole file is worth.
type Verdict string

// The verdicts. A file is unreadable when a finding is an error, doubtful when
// the worst finding is a warning, ready otherwise.
const (
	Ready      Verdict = "ready"
	Doubtful   Verdict = "doubtful"
	Unreadable Verdict = "unreadable"
)

// The severities of a finding.
const (
	SeverityInfo  = "info" // worth knowing, and no blame
	SeverityWarn  = "warn"
	SeverityError = "error"
)

// The codes of findings, as the API shows them.
const (
	CodeBlurred         = "blurred"
	CodeLowResolution   = "low_resolution"
	CodeTooDark         = "too_dark"
	CodeTooBright       = "too_bright"
	CodeGrainy          = "grainy"
	CodeBlankPage       = "blank_page"
	CodeEncrypted       = "encrypted"
	CodeActiveContent   = "active_content"
	CodeCorrupt         = "corrupt"
	CodeUnsupportedType = "unsupported_type"
	CodeTooLarge        = "too_large"
	CodeTooManyPages    = "too_many_pages"
	CodeSkewed          = "skewed"
	CodeRotated         = "rotated"
	CodeCropped         = "cropped"
	CodeDuplicatePage   = "duplicate_page"
	CodeSeenBefore      = "seen_before"

	CodeSignatureValid      = "signature_valid"
	CodeSignatureInvalid    = "signature_invalid"
	CodeSignatureUnverified = "signature_unverified"
)

// Finding is one thing that is wrong, or may be.
type Finding struct {
	Code string `json:"code"`
	// Page counts from 1; zero is the file as a whole.
	Page int `json:"page,omitempty"`
	// Other is the page that a duplicate shows again.
	Other    int    `json:"other_page,omitempty"`
	Severity string `json:"severity"`
	// Measured and Threshold are in the unit of the profile's field that the
	// finding comes from; zero where nothing is measured.
	Measured  float64 `json:"measured,omitempty"`
	Threshold float64 `json:"threshold,omitempty"`
	// The messages say what to do, to the clerk at the counter.
	MessageVI string `json:"message_vi"`
	MessageEN string `json:"message_en"`
}

// Message is the finding's sentence in the language asked for: "en" and its
// regional forms give English, anything else Vietnamese.
func (f Finding) Message(lang string) string {
	if strings.HasPrefix(strings.ToLower(lang), "en") {
		return f.MessageEN
	}
	return f.MessageVI
}

// Report is what a check found.
type Report struct {
	// MediaType is what the bytes are, whatever the file is called.
	MediaType string `json:"media_type"`
	Bytes     int64  `json:"bytes"`
	// Pages is zero where the file could not be opened.
	Pages   int     `json:"pages"`
	Verdict Verdict `json:"verdict"`
	// Findings come file first, then page by page.
	Findings []Finding `json:"findings"`
	// Profile is the version of the thresholds that were used.
	Profile string `json:"profile"`
	// Prints are the fingerprints of the pages that are not blank.
	Prints []Print `json:"prints,omitempty"`
}

// verdict draws the sum of findings.
func verdict(findings []Finding) Verdict {
	worst := Ready
	for _, f := range findings {
		if f.Severity == SeverityError {
			return Unreadable
		}
		if f.Severity == SeverityInfo {
			continue
		}
		worst = Doubtful
	}
	return worst
}
