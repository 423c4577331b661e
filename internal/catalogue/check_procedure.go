package catalogue

import "slices"

func (r *report) checkProcedure(p Procedure, at spot) {
	if !procedureCode.MatchString(p.Code) {
		r.fault(at.at("code"), "code %q is not of the form 2.000635", p.Code)
	}
	r.needText(p.Version, "version", at)
	r.needText(p.Name, "name", at)
	r.needText(p.Field, "field", at)
	r.needText(p.Source, "source", at)
	r.needWords(p.DecidedAt, Levels(), "decided_at", "level", at)
	r.needWords(p.Channels, Channels(), "channels", "channel", at)
	r.needWord(p.Sure, []string{"A", "B", "C", "R"}, "rating of sureness", at.at("sure"))
	r.checkAgent(p, at)
	r.checkTerm(p.Term, at.at("term"))
	for i, fee := range p.Fees {
		r.checkFee(fee, p.Channels, at.at("fees", i))
	}
	r.checkCases(p, at)
	for i, result := range p.Results {
		here := at.at("results", i)
		r.needText(result.Name, "name", here)
		if result.Code != "" && !resultCode.MatchString(result.Code) {
			r.fault(here.at("code"), "result code %q is not of the form KQ.G15.000031", result.Code)
		}
	}
	r.checkValidity(p.Validity, at)
}

// checkAgent wants a reason for every refusal, in both languages, and a way to
// send on what an agent takes.
func (r *report) checkAgent(p Procedure, at spot) {
	r.needWord(p.Agent, []string{AgentAllowed, AgentNotAllowed}, "agent", at.at("agent"))
	switch p.Agent {
	case AgentNotAllowed:
		r.needText(p.AgentReason, "agent_reason", at)
		r.needText(p.AgentReasonEN, "agent_reason_en", at)
	case AgentAllowed:
		if !slices.Contains(p.Channels, "online") && !slices.Contains(p.Channels, "post") {
			r.fault(at.at("agent"), "an agent may take it, but it has neither the channel online nor post")
		}
	}
}

func (r *report) checkTerm(t Term, at spot) {
	limit, known := longest[t.Unit]
	switch {
	case !known:
		r.fault(at.at("unit"), "term unit %q unknown (known: %v)", t.Unit, TermUnits())
	case t.Unit == "none" && t.N != 0:
		r.fault(at.at("n"), "a term without a unit has n: 0, not %d", t.N)
	case t.Unit == "same_day" && t.N != 1:
		r.fault(at.at("n"), "a term of the same day has n: 1, not %d", t.N)
	case t.Unit != "none" && t.N <= 0:
		r.fault(at.at("n"), "term of %d %s is not above 0", t.N, t.Unit)
	case t.N > limit:
		r.fault(at.at("n"), "term of %d %s is ten years or more", t.N, t.Unit)
	}
}

func (r *report) checkFee(f Fee, channels []string, at spot) {
	r.needText(f.Name, "name", at)
	r.needWord(f.Per, FeeUnits(), "fee unit", at.at("per"))
	if f.Amount != nil && *f.Amount < 0 {
		r.fault(at.at("amount"), "fee of %d đồng is below 0", *f.Amount)
	}
	for i, channel := range f.Channels {
		if !slices.Contains(channels, channel) {
			r.fault(at.at("channels", i), "fee channel %q is not a channel of the procedure", channel)
		}
	}
}

func (r *report) checkCases(p Procedure, at spot) {
	if len(p.Cases) == 0 {
		r.fault(at.at("cases"), "cases is missing")
	}
	for i, c := range p.Cases {
		here := at.at("cases", i).of("case " + c.Code)
		r.checkCode(c.Code, here)
		if slices.ContainsFunc(p.Cases[:i], func(d Case) bool { return d.Code == c.Code }) {
			r.fault(here.at("code"), "code %q twice", c.Code)
		}
		r.needText(c.Name, "name", here)
		if c.Term != nil {
			r.checkTerm(*c.Term, here.at("term"))
		}
		r.checkComponents(c.Components, here)
	}
}

func (r *report) checkComponents(components []Component, at spot) {
	if !slices.ContainsFunc(components, func(c Component) bool { return c.Required }) {
		r.fault(at.at("components"), "no component is required")
	}
	for i, c := range components {
		here := at.at("components", i).of("component " + c.Code)
		r.checkCode(c.Code, here)
		if slices.ContainsFunc(components[:i], func(d Component) bool { return d.Code == c.Code }) {
			r.fault(here.at("code"), "code %q twice", c.Code)
		}
		r.needText(c.Name, "name", here)
		r.needWords(c.Forms, Forms(), "forms", "form", here)
		r.checkForms(c, here)
		r.checkConditions(c, here)
		r.checkSubstitutes(c, components, here)
	}
}

// checkConditions holds the questions of a component against the facts that there
// are.
func (r *report) checkConditions(c Component, at spot) {
	for _, fault := range c.When.Faults() {
		r.fault(at.at("when"), "%s", fault)
	}
	for _, fault := range c.RequiredWhen.Faults() {
		r.fault(at.at("required_when"), "%s", fault)
	}
	if c.Required && c.RequiredWhen != nil {
		r.fault(at.at("required_when"), "it is required anyway")
	}
	if c.Reusable && (c.PaperDemanded || !slices.Contains(c.Forms, "scan")) {
		r.fault(at.at("reusable"), "only what is taken as a scan and is not demanded on paper can be reused")
	}
}

func (r *report) checkSubstitutes(c Component, components []Component, at spot) {
	for i, sub := range c.Substitutes {
		here := at.at("substitutes", i)
		r.checkCode(sub.Code, here)
		if slices.ContainsFunc(components, func(d Component) bool { return d.Code == sub.Code }) ||
			slices.ContainsFunc(c.Substitutes[:i], func(d Substitute) bool { return d.Code == sub.Code }) {
			r.fault(here.at("code"), "code %q twice", sub.Code)
		}
		r.needText(sub.Name, "name", here)
		r.needText(sub.Basis, "basis", here)
		r.needWords(sub.Forms, Forms(), "forms", "form", here)
		if slices.Contains(sub.Forms, "not_available") {
			r.fault(here.at("forms"), "what stands in for another must be available")
		}
	}
}

func (r *report) checkForms(c Component, at spot) {
	if c.PaperDemanded && !slices.Contains(c.Forms, "paper_original") && !slices.Contains(c.Forms, "paper_certified") {
		r.fault(at.at("paper_demanded"), "the paper is demanded, but forms has no paper form")
	}
	if slices.Equal(c.Forms, []string{"not_available"}) {
		r.fault(at.at("forms"), "it can only be not available")
	}
}

func (r *report) checkCode(code string, at spot) {
	if !kebab.MatchString(code) {
		r.fault(at.at("code"), "code %q is not of small letters, digits and hyphens", code)
	}
}
