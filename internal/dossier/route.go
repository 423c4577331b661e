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

// RouteReasons are the words in which a route is reasoned.
func RouteReasons() []string {
	return []string{
		"scans_usable", "scan_unreadable", "paper_given", "paper_demanded", "online_not_offered", "portal_down", "portal_down_wait",
		"overridden", "override_void", "paper_missing", "not_allowed_at_agent",
		"nothing_to_scan",
	}
}

// RouteDecision is a route with its reasons.
type RouteDecision struct {
	Route Route
	// Unreadable lists the components whose scans must be made anew or given on
	// paper, with RouteReturn.
	Unreadable []string
	// Paper lists the components that travel as paper.
	Paper []string
	// Reasons are stable words; see RouteReasons.
	Reasons []string
}

// Way is what decides beside the papers themselves which way a dossier takes.
type Way struct {
	Channels []string // of the procedure version
	// PortalDown says that the portal is known to take nothing at present.
	PortalDown bool
	// Override is the route that a named person has chosen, "" for none.
	Override Route
}

// DecideRoute tells which way a dossier takes. A poor scan returns to the clerk;
// paper goes when the clerk gives it or the procedure demands it; a procedure
// without the online channel goes on paper.
func DecideRoute(channels []string, wanted []Wanted, given []Scanned) RouteDecision {
	return Way{Channels: channels}.Decide(wanted, given)
}

// Decide tells which way a dossier takes, and why. A lawful choice by hand goes
// before the check's; while the portal takes nothing, what can go on paper does.
func (w Way) Decide(wanted []Wanted, given []Scanned) RouteDecision {
	p := pileOf(wanted, given)
	d := w.usual(p)
	if w.Override != "" {
		return w.overridden(d, p)
	}
	if !w.PortalDown || !d.Route.Online() {
		return d
	}
	if need, rule := w.lawful(RoutePaper, p); rule == "" && len(need) == 0 {
		d.Route = RoutePaper
		d.because("portal_down")
		return d
	}
	d.because("portal_down_wait")
	return d
}

func (w Way) usual(p pile) RouteDecision {
	d := RouteDecision{Unreadable: p.unreadable, Paper: p.sheets, Reasons: slices.Clone(p.reasons)}
	online := slices.Contains(w.Channels, "online")
	switch {
	case len(d.Unreadable) > 0:
		d.Route, d.Reasons = RouteReturn, []string{"scan_unreadable"}
	case len(d.Paper) == 0 && online:
		d.Route = RouteOnline
		if len(p.scans) > 0 {
			d.because("scans_usable")
		} else {
			d.because("nothing_to_scan")
		}
	case online && len(p.scans) > 0:
		d.Route = RouteOnlineWithPaper
	default:
		d.Route = RoutePaper
		if !online {
			d.because("online_not_offered")
		}
	}
	return d
}

// overridden is the route that somebody has chosen. Where papers are still to be
// given for it, it returns to the clerk for those; where it has become unlawful
// since, what the checks say stands.
func (w Way) overridden(usual RouteDecision, p pile) RouteDecision {
	need, rule := w.lawful(w.Override, p)
	switch {
	case rule != "":
		usual.because("override_void")
		return usual
	case len(need) > 0:
		return RouteDecision{Route: RouteReturn, Unreadable: need, Paper: p.sheets, Reasons: []string{"overridden", "paper_missing"}}
	}
	return RouteDecision{Route: w.Override, Paper: p.sheets, Reasons: []string{"overridden"}}
}

// Lawful says whether a person may choose a route for what is given: rule is why
// not, need lists the components of which the paper must be given first.
func (w Way) Lawful(route Route, wanted []Wanted, given []Scanned) (need []string, rule string) {
	return w.lawful(route, pileOf(wanted, given))
}

func (w Way) lawful(route Route, p pile) (need []string, rule string) {
	online, post := slices.Contains(w.Channels, "online"), slices.Contains(w.Channels, "post")
	switch {
	case route.Online() && !online:
		return nil, "route_online_not_offered"
	case route == RoutePaper && !post:
		return nil, "route_post_not_offered"
	case route.Online() && len(p.scans) == 0:
		return nil, "route_without_scan"
	case route == RouteOnline && len(p.sheets) > 0:
		return nil, "route_leaves_paper"
	case route == RouteOnlineWithPaper && len(p.sheets) == 0:
		return nil, "route_without_paper"
	case route == RoutePaper && len(p.scanOnly) > 0:
		return nil, "route_scan_only"
	case route == RoutePaper && len(p.sheets)+len(p.obtainable) == 0:
		return nil, "route_without_paper"
	case route == RoutePaper:
		return p.obtainable, ""
	case !route.Online():
		return nil, "route_not_a_choice"
	}
	return nil, ""
}

// LawfulRoutes lists the routes that a person may choose.
func (w Way) LawfulRoutes(wanted []Wanted, given []Scanned) []Route {
	p := pileOf(wanted, given)
	var out []Route
	for _, r := range []Route{RouteOnline, RouteOnlineWithPaper, RoutePaper} {
		if _, rule := w.lawful(r, p); rule == "" {
			out = append(out, r)
		}
	}
	return out
}

// pile is what is given, sorted by how it can travel.
type pile struct {
	scans      []string // can be filed at the portal
	sheets     []string // travel as paper
	unreadable []string
	// Of the scans without a sheet here: those of which the paper may be given, and
	// those that are taken as a scan only.
	obtainable, scanOnly []string
	reasons              []string
}

func pileOf(wanted []Wanted, given []Scanned) pile {
	var p pile
	all := make([]Given, len(given))
	for i, g := range given {
		all[i] = g.Given
	}
	wanted = Offered(wanted, all)
	for _, g := range given {
		w, _ := want(wanted, g.Code)
		switch {
		case g.Form.Paper() && w.PaperDemanded:
			p.sheet(g.Code, "paper_demanded")
		case g.Form.Paper():
			p.sheet(g.Code, "paper_given")
		}
		if !g.Form.Digital() {
			continue
		}
		p.scans = append(p.scans, g.Code)
		if g.Verdict == Unreadable {
			p.unreadable = append(p.unreadable, g.Code)
		}
		switch {
		case w.PaperDemanded:
			p.sheet(g.Code, "paper_demanded")
		case slices.ContainsFunc(w.Forms, Form.Paper):
			p.obtainable = append(p.obtainable, g.Code)
		default:
			p.scanOnly = append(p.scanOnly, g.Code)
		}
	}
	return p
}

func (p *pile) sheet(code, reason string) {
	p.sheets = append(p.sheets, code)
	if !slices.Contains(p.reasons, reason) {
		p.reasons = append(p.reasons, reason)
	}
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
	offered := Offered(wanted, given)
	for i, g := range given {
		w, known := want(offered, g.Code)
		switch {
		case !known: // CheckComponents says so
		case g.Form.Paper() || g.Form == FormScan && w.PaperDemanded:
			sheets++
		case g.Form.Digital():
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
