package dossier

import (
	"slices"
	"strconv"
)

// Scanned is a given component with what the digitization check says of it.
type Scanned struct {
	Given
	Verdict Verdict // of the scan; empty for other forms
}

// RouteDecision is a route with its reasons.
type RouteDecision struct {
	Route Route
	// Unreadable lists the components whose scans must be made anew or given on
	// paper, with RouteReturn.
	Unreadable []string
	// Paper lists the components that travel as paper.
	Paper []string
	// Reasons are stable words, e.g. "paper_given", "paper_demanded".
	Reasons []string
}

// DecideRoute tells which way a dossier takes. A poor scan returns to the clerk;
// paper goes when the clerk gives it or the procedure demands it; a procedure
// without the online channel goes on paper.
func DecideRoute(channels []string, wanted []Wanted, given []Scanned) RouteDecision {
	var d RouteDecision
	scans := 0
	for _, g := range given {
		w, _ := want(wanted, g.Code)
		switch {
		case g.Form == FormScan && g.Verdict == Unreadable:
			d.Unreadable = append(d.Unreadable, g.Code)
		case g.Form.Paper():
			d.Paper = append(d.Paper, g.Code)
			d.because("paper_given")
		case g.Form == FormScan && w.PaperDemanded:
			d.Paper = append(d.Paper, g.Code)
			d.because("paper_demanded")
			scans++
		case g.Form == FormScan:
			scans++
		}
	}
	online := slices.Contains(channels, "online")
	switch {
	case len(d.Unreadable) > 0:
		d.Route, d.Reasons = RouteReturn, []string{"scan_unreadable"}
	case len(d.Paper) == 0 && online:
		d.Route = RouteOnline
	case online && scans > 0:
		d.Route = RouteOnlineWithPaper
	default:
		d.Route = RoutePaper
		if !online {
			d.because("online_not_offered")
		}
	}
	return d
}

func (d *RouteDecision) because(reason string) {
	if !slices.Contains(d.Reasons, reason) {
		d.Reasons = append(d.Reasons, reason)
	}
}

// CheckRoute refuses what could never be finished: a procedure that an agent may
// not take, or, where it is not offered online, a scan that nothing would carry
// and a filing without a sheet to send.
func CheckRoute(agentAllowed bool, channels []string, wanted []Wanted, given []Given) []FieldError {
	if !agentAllowed {
		return []FieldError{{Pointer: "/procedure_code", Rule: "not_allowed_at_agent"}}
	}
	if slices.Contains(channels, "online") {
		return nil
	}
	if !slices.Contains(channels, "post") {
		return []FieldError{{Pointer: "/procedure_code", Rule: "not_allowed_at_agent"}}
	}
	var errs []FieldError
	sheets := 0
	for i, g := range given {
		w, known := want(wanted, g.Code)
		switch {
		case !known: // CheckComponents says so
		case g.Form.Paper() || g.Form == FormScan && w.PaperDemanded:
			sheets++
		case g.Form == FormScan:
			errs = append(errs, FieldError{Pointer: "/components/" + strconv.Itoa(i) + "/form", Rule: "paper_required", Args: map[string]string{"component": g.Code}})
		}
	}
	if len(errs) == 0 && sheets == 0 {
		errs = append(errs, FieldError{Pointer: "/components", Rule: "paper_required", Args: map[string]string{"component": firstOnPaper(wanted)}})
	}
	return errs
}

// firstOnPaper is the first component that may be given on paper, "" for none.
func firstOnPaper(wanted []Wanted) string {
	i := slices.IndexFunc(wanted, func(w Wanted) bool { return slices.ContainsFunc(w.Forms, Form.Paper) })
	if i < 0 {
		return ""
	}
	return wanted[i].Code
}
