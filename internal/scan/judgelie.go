package scan

import "math"

// judgeLie judges how the writing lies on a page that can be read, and takes its
// print.
func (in *inspection) judgeLie(page int, s sheet, m measurement) {
	g, _ := s.plan()
	k := inkOf(g, m.contrast)
	l, ok := lieOf(k)
	if !ok {
		return
	}
	if print, ok := printOf(page, k, l.angle); ok {
		in.rep.Prints = append(in.rep.Prints, print)
	}
	if !in.judgeTurn(page, l, m) {
		in.judgeSkew(page, l)
	}
	in.judgeEdges(page, cuts(k, s.sides()))
}

// judgeTurn says whether the page lies on its side or on its head. The latter shows
// in the feet of letters, so it is not asked of a page that is blurred.
func (in *inspection) judgeTurn(page int, l lie, m measurement) bool {
	if severity, limit := in.p.Sideways.above(l.sideways); severity != "" {
		in.find(Finding{Code: CodeRotated, Page: page, Severity: severity, Measured: l.sideways, Threshold: limit}, CodeRotated+".side")
		return true
	}
	if blurred, _ := in.p.Sharpness.below(m.sharpness); blurred == "" && l.upright < in.p.UpsideDown {
		in.find(Finding{Code: CodeRotated, Page: page, Severity: SeverityWarn, Measured: l.upright, Threshold: in.p.UpsideDown}, CodeRotated+".head")
	}
	return false
}

func (in *inspection) judgeSkew(page int, l lie) {
	angle := math.Abs(l.angle)
	if severity, limit := in.p.Skew.above(angle); severity != "" && l.strength >= in.p.MinStripes {
		in.find(Finding{Code: CodeSkewed, Page: page, Severity: severity, Measured: angle, Threshold: limit}, CodeSkewed)
	}
}

func (in *inspection) judgeEdges(page, ends int) {
	if severity, limit := in.p.CutEnds.above(float64(ends)); severity != "" {
		in.find(Finding{Code: CodeCropped, Page: page, Severity: severity, Measured: float64(ends), Threshold: limit}, CodeCropped+"."+severity)
	}
}

// settleCopies finds pages that show the same as an earlier one.
func (in *inspection) settleCopies() {
	prints := in.rep.Prints
	for i, p := range prints {
		for _, q := range prints[:i] {
			if d := p.Distance(q); d <= in.p.SamePage {
				in.find(Finding{Code: CodeDuplicatePage, Page: p.Page, Other: q.Page, Severity: SeverityWarn, Measured: d, Threshold: in.p.SamePage}, CodeDuplicatePage)
				break
			}
		}
	}
}
