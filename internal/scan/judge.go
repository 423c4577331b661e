package scan

import "math"

// judge turns what a page measured into findings. A dpi of zero is not known.
func (in *inspection) judge(page int, dpi float64, t *tally) {
	if severity, floor := in.p.MinDPI.below(dpi); dpi > 0 && severity != "" {
		in.find(Finding{Code: CodeLowResolution, Page: page, Severity: severity, Measured: math.Round(dpi), Threshold: floor}, CodeLowResolution+"."+severity)
	}
	if len(t.tiles) == 0 {
		return // smaller than a letter; its resolution said so
	}
	m := t.measure()
	if m.content < in.p.Blankness {
		in.blanks = append(in.blanks, blank{page: page, content: m.content, surely: m.flat})
		return
	}
	blurred := in.judgeSharpness(page, m)
	in.judgeLight(page, m, blurred)
}

// judgeSharpness reports whether the page is so blurred that it cannot be read.
func (in *inspection) judgeSharpness(page int, m measurement) bool {
	severity, floor := in.p.Sharpness.below(m.sharpness)
	if m.strokes < minTiles || severity == "" {
		return false
	}
	in.find(Finding{Code: CodeBlurred, Page: page, Severity: severity, Measured: m.sharpness, Threshold: floor}, CodeBlurred+"."+severity)
	return severity == SeverityError
}

// judgeLight names at most one fault of light, the worse first. Strong blur
// takes contrast too; then the light is not to blame, and a hint at it would
// send the clerk the wrong way.
func (in *inspection) judgeLight(page int, m measurement, blurred bool) {
	dark, darkFloor := in.p.Darkness.below(m.paper)
	pale, paleFloor := in.p.Contrast.below(m.contrast)
	code := CodeTooDark
	if m.paper >= in.p.Brightness {
		code = CodeTooBright
	}
	switch {
	case dark != "" && (dark == SeverityError || pale != SeverityError):
		in.find(Finding{Code: CodeTooDark, Page: page, Severity: dark, Measured: m.paper, Threshold: darkFloor}, CodeTooDark)
	case pale != "" && !blurred:
		in.find(Finding{Code: code, Page: page, Severity: pale, Measured: m.contrast, Threshold: paleFloor}, code)
	}
}
