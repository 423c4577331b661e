package scan

import "math/bits"

// SeenBefore is when a page counts as handed in before for somebody else.
type SeenBefore struct {
	// Bits is in how many bits of the hash two prints of one page may differ.
	Bits int `json:"bits"`
	// Distance is up to where two whole prints are of one page. It is less than a
	// file's own SamePage: here thousands of people's copies of one form meet, and
	// nobody is to be suspected for having filled in the same form.
	Distance float64 `json:"distance"`
	// Common is from how many other dossiers on a page is a sheet that everybody
	// hands in, such as a form's notes, and nobody's paper.
	Common int `json:"common"`
}

// Alike says whether two prints are of one page.
func (p Profile) Alike(a, b Print) bool {
	return bits.OnesCount64(a.Hash^b.Hash) <= p.SeenBefore.Bits && a.Distance(b) <= p.SeenBefore.Distance
}

// SeenFinding says of a page that it was handed in before with another dossier:
// a warning where that is known to be somebody else's, a hint where it is not yet
// known whose the new one is. It says nothing of how well the page can be read.
func SeenFinding(page int, somebodyElses bool) Finding {
	f := Finding{Code: CodeSeenBefore, Page: page, Severity: SeverityInfo}
	if somebodyElses {
		f.Severity = SeverityWarn
	}
	return f.message(CodeSeenBefore)
}
