package scan

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Limit is a pair of floors: below Warn a page is doubtful, below Error unreadable.
type Limit struct {
	Warn  float64 `json:"warn"`
	Error float64 `json:"error"`
}

// below says how bad a value is, and by which floor. An empty severity is good.
func (l Limit) below(v float64) (severity string, threshold float64) {
	switch {
	case v < l.Error:
		return SeverityError, l.Error
	case v < l.Warn:
		return SeverityWarn, l.Warn
	}
	return "", 0
}

// Ceiling is a pair of ceilings: above Warn a page is doubtful, above Error unreadable.
type Ceiling struct {
	Warn  float64 `json:"warn"`
	Error float64 `json:"error"`
}

// above says how bad a value is, and by which ceiling. An empty severity is good.
func (c Ceiling) above(v float64) (severity string, threshold float64) {
	switch {
	case v > c.Error:
		return SeverityError, c.Error
	case v > c.Warn:
		return SeverityWarn, c.Warn
	}
	return "", 0
}

// Profile is what an authority asks of a scan: limits and thresholds, as data
// with a version, so that a report can be understood years later.
type Profile struct {
	// Version names the profile; every report carries it.
	Version string `json:"version"`
	// Source says where the numbers come from.
	Source string `json:"source"`
	// MediaTypes are the types taken, of those that this package can judge.
	MediaTypes []string `json:"media_types"`
	// MaxBytes is the largest file, MaxPages the most pages of a file.
	MaxBytes int64 `json:"max_bytes"`
	MaxPages int   `json:"max_pages"`
	// MaxPagePixels is the most pixels of one page. It bounds the memory of a
	// check: a pixel costs up to 8 bytes while its page is decoded.
	MaxPagePixels int64 `json:"max_page_pixels"`
	// MaxPDFObjects bounds what a PDF may make us parse.
	MaxPDFObjects int `json:"max_pdf_objects"`
	// PageLongSideIn is the long side, in inches, of a page whose file does not
	// say how large the paper was.
	PageLongSideIn float64 `json:"page_long_side_in"`
	// MinDPI is in pixels per inch of paper.
	MinDPI Limit `json:"min_dpi"`
	// Sharpness is the steepness of strokes as it would be in ordinary print at 150
	// pixels per inch: 0 none, about 0.44 for perfect print.
	Sharpness Limit `json:"sharpness"`
	// Contrast is the share of the paper's light that the ink lacks, 0 to 1.
	Contrast Limit `json:"contrast"`
	// Grain is the distance from paper to ink as a multiple of the noise where there
	// is no ink: 20 and more for an ordinary page.
	Grain Limit `json:"grain"`
	// Darkness is the luminance of the paper, 0 to 255, that a page is too dark below.
	Darkness Limit `json:"darkness"`
	// Brightness is the luminance of the paper from which poor contrast is
	// called too bright instead of too dark.
	Brightness float64 `json:"brightness"`
	// Blankness is the share of a page's area, 0 to 1, with anything on it; a
	// page with less is blank.
	Blankness float64 `json:"blankness"`
	// Skew is how far lines of print may be off the level, in degrees.
	Skew Ceiling `json:"skew"`
	// MinStripes is how clearly there must be lines before their angle is believed:
	// 1 is what chance gives, 3 to 10 what print does.
	MinStripes float64 `json:"min_stripes"`
	// Sideways is how clearly writing may run down the page instead of across: the
	// one as a multiple of the other.
	Sideways Ceiling `json:"sideways"`
	// UpsideDown is the evenness of the feet of letters as a multiple of that of
	// their heads, below which a page is held to stand on its head.
	UpsideDown float64 `json:"upside_down"`
	// CutEnds is how many ends of writing may run off one side of a page.
	CutEnds Ceiling `json:"cut_ends"`
	// SamePage is the share of a print's bits, 0 to 1, up to which two pages are
	// the same.
	SamePage float64 `json:"same_page"`
	// ActiveContent says for each kind of active content in a PDF how bad it
	// is: warn, error, or allow.
	ActiveContent map[string]string `json:"active_content"`
	// Signatures says for each fault of a PDF's signature how bad it is: warn,
	// error, or allow.
	Signatures map[string]string `json:"signatures"`
	// SeenBefore says when a page counts as handed in before for somebody else.
	SeenBefore SeenBefore `json:"seen_before"`
}

//go:embed profile.json
var defaultProfile []byte

// DefaultProfile is the profile that comes with the program.
func DefaultProfile() Profile {
	p, err := LoadProfile(bytes.NewReader(defaultProfile))
	if err != nil {
		panic(err) // cannot be: the file is compiled in and a test loads it
	}
	return p
}

// LoadProfile reads a profile from JSON. Every field must be there and make
// sense, and no other; the error names the first field that is wrong.
func LoadProfile(r io.Reader) (Profile, error) {
	var p Profile
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("scan: reading profile: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Profile{}, errors.New("scan: reading profile: more follows after the profile")
	}
	if err := p.validate(); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// validate names the first field that cannot be worked with.
func (p Profile) validate() error {
	checks := []struct {
		field string
		ok    bool
		want  string
	}{
		{"version", p.Version != "", "must not be empty"},
		{"source", p.Source != "", "must say where the numbers come from"},
		{"media_types", len(p.MediaTypes) > 0, "must name at least one type"},
		{"max_bytes", p.MaxBytes > 0 && p.MaxBytes <= 1<<30, "must be 1 to 1 GiB"},
		{"max_pages", p.MaxPages > 0 && p.MaxPages <= 10_000, "must be 1 to 10000"},
		{"max_page_pixels", p.MaxPagePixels > 0 && p.MaxPagePixels <= 400_000_000, "must be 1 to 400 million"},
		{"max_pdf_objects", p.MaxPDFObjects > 0 && p.MaxPDFObjects <= 10_000_000, "must be 1 to 10 million"},
		{"page_long_side_in", p.PageLongSideIn >= 1 && p.PageLongSideIn <= 100, "must be 1 to 100 inches"},
		{"min_dpi", p.MinDPI.within(1200), "needs 0 < error <= warn <= 1200"},
		{"sharpness", p.Sharpness.within(0.5), "needs 0 < error <= warn <= 0.5"},
		{"contrast", p.Contrast.within(1), "needs 0 < error <= warn <= 1"},
		{"grain", p.Grain.within(255), "needs 0 < error <= warn <= 255"},
		{"darkness", p.Darkness.within(255), "needs 0 < error <= warn <= 255"},
		{"brightness", p.Brightness > 0 && p.Brightness <= 255, "must be above 0, at most 255"},
		{"seen_before", p.SeenBefore.Bits >= 0 && p.SeenBefore.Bits <= 7 && p.SeenBefore.Distance > 0 && p.SeenBefore.Distance < 0.3 && p.SeenBefore.Common >= 2, "needs 0 to 7 bits, a distance above 0 and below 0.3, and common from 2"},
		{"skew", p.Skew.within(maxSlope), "needs 0 < warn <= error <= 20"},
		{"min_stripes", p.MinStripes >= 1 && p.MinStripes <= 100, "must be 1 to 100"},
		{"sideways", p.Sideways.within(100), "needs 0 < warn <= error <= 100"},
		{"upside_down", p.UpsideDown > 0 && p.UpsideDown <= 1, "must be above 0, at most 1"},
		{"cut_ends", p.CutEnds.within(1000), "needs 0 < warn <= error <= 1000"},
		{"same_page", p.SamePage > 0 && p.SamePage < 0.3, "must be above 0, below 0.3"},
		{"blankness", p.Blankness > 0 && p.Blankness < 0.5, "must be above 0, below 0.5"},
	}
	for _, c := range checks {
		if !c.ok {
			return fmt.Errorf("scan: profile: %s %s", c.field, c.want)
		}
	}
	return p.validateNames()
}

func (l Limit) within(top float64) bool { return 0 < l.Error && l.Error <= l.Warn && l.Warn <= top }

func (c Ceiling) within(top float64) bool { return 0 < c.Warn && c.Warn <= c.Error && c.Error <= top }

// validateNames checks the fields that choose among known words.
func (p Profile) validateNames() error {
	for i, m := range p.MediaTypes {
		if readers[m] == nil {
			return fmt.Errorf("scan: profile: media_types: %q cannot be judged", m)
		}
		if slices.Contains(p.MediaTypes[:i], m) {
			return fmt.Errorf("scan: profile: media_types: %q stands twice", m)
		}
	}
	for kind, severity := range p.ActiveContent {
		if !slices.Contains(activeKinds, kind) {
			return fmt.Errorf("scan: profile: active_content: %q is no kind of active content", kind)
		}
		if severity != SeverityWarn && severity != SeverityError && severity != allow {
			return fmt.Errorf("scan: profile: active_content.%s must be warn, error or allow", kind)
		}
	}
	if err := p.validateSignatures(); err != nil {
		return err
	}
	for _, kind := range activeKinds {
		if p.ActiveContent[kind] == "" {
			return fmt.Errorf("scan: profile: active_content.%s is missing", kind)
		}
	}
	return nil
}

// validateSignatures checks that each fault of a signature has its weight.
func (p Profile) validateSignatures() error {
	for fault := range p.Signatures {
		if !slices.Contains(signatureFaults, fault) {
			return fmt.Errorf("scan: profile: signatures: %q is no fault of a signature", fault)
		}
	}
	for _, fault := range signatureFaults {
		if s := p.Signatures[fault]; s != SeverityWarn && s != SeverityError && s != allow {
			return fmt.Errorf("scan: profile: signatures.%s must be warn, error or allow", fault)
		}
	}
	return nil
}
