package scan

import "math"

// judgeSheet judges one page that is one picture.
func (in *inspection) judgeSheet(page int, dpi float64, s sheet) {
	var t tally
	t.take(s)
	if m, legible := in.judge(page, dpi, &t); legible {
		in.judgeLie(page, s, m)
	}
}

// judge turns what a page's tiles measured into findings, and says whether there
// is writing on it that can be read. A dpi of zero is not known.
func (in *inspection) judge(page int, dpi float64, t *tally) (m measurement, legible bool) {
	if severity, floor := in.p.MinDPI.below(dpi); dpi > 0 && severity != "" {
		in.find(Finding{Code: CodeLowResolution, Page: page, Severity: severity, Measured: math.Round(dpi), Threshold: floor}, CodeLowResolution+"."+severity)
	}
	if len(t.tiles) == 0 {
		return m, false // smaller than a letter; its resolution said so
	}
	m = t.measure()
	m.sharpness = in.despite(m.grain(dpi), inPrint(m.sharpness, m.letters, dpi))
	dark, _ := in.p.Darkness.below(m.paper)
	if m.content < in.p.Blankness && dark != SeverityError { // in the dark there may be anything
		in.blanks = append(in.blanks, blank{page: page, content: m.content, surely: m.flat})
		return m, false
	}
	blurred := dark != SeverityError && in.judgeSharpness(page, m)
	return m, !in.judgeLight(page, dpi, m, blurred) && !blurred
}

// despite is what is left of a page's sharpness for its grain, by which soft letters
// are lost sooner. Where grain is a fault of its own it is named as that.
func (in *inspection) despite(grain, sharpness float64) float64 {
	if severity, _ := in.p.Grain.below(grain); severity != "" || grain <= 1 {
		return sharpness
	}
	return sharpness * (1 - 1/grain)
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

// judgeLight names at most one fault of light, the worst first, and reports whether
// the page cannot be read for it. Strong blur takes contrast too; then the light is
// not to blame, and a hint at it would send the clerk the wrong way.
func (in *inspection) judgeLight(page int, dpi float64, m measurement, blurred bool) bool {
	grain := m.grain(dpi)
	dark, darkFloor := in.p.Darkness.below(m.paper)
	pale, paleFloor := in.p.Contrast.below(m.depth())
	grainy, grainFloor := in.p.Grain.below(grain)
	f := Finding{Page: page}
	switch {
	case dark != "" && (dark == SeverityError || pale != SeverityError):
		f.Code, f.Severity, f.Measured, f.Threshold = CodeTooDark, dark, m.paper, darkFloor
	case blurred:
		return false
	case pale != "" && (pale == SeverityError || grainy != SeverityError):
		f.Code, f.Severity, f.Measured, f.Threshold = CodeTooBright, pale, m.depth(), paleFloor
		if m.paper < in.p.Brightness {
			f.Code = CodeTooDark
		}
	case grainy != "":
		f.Code, f.Severity, f.Measured, f.Threshold = CodeGrainy, grainy, grain, grainFloor
	default:
		return false
	}
	in.find(f, f.Code)
	return f.Severity == SeverityError
}
