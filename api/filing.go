package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"hoso/internal/catalogue"
	legal "hoso/internal/clock"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// filing is a request on its way to becoming a dossier: what it refers to, and
// what is wrong with it.
type filing struct {
	who  identity.Subject
	cat  *catalogue.Catalogue
	day  string
	in   FilingRequest
	out  store.NewDossier
	proc catalogue.Procedure
	kase catalogue.Case

	wanted []dossier.Wanted
	errs   []FieldError
	warned []FieldError
}

func (f *filing) wrong(pointer, rule string, args ...string) {
	f.errs = append(f.errs, Field(pointer, rule, args...))
}

func (f *filing) found(errs []dossier.FieldError) {
	f.errs = append(f.errs, Fields(errs)...)
	for _, w := range dossier.Warnings(errs) {
		f.warned = append(f.warned, FieldError{Pointer: &w.Pointer, Code: w.Rule, Args: w.Args})
	}
}

// examine holds a filing against the catalogue and the domain's rules. What it
// lets pass can be finished, if its documents are usable; those are judged in the
// transaction that takes them, or here when the filing is refused anyway.
func (s *Server) examine(ctx context.Context, in FilingRequest) (*filing, error) {
	c, today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	f := &filing{who: SubjectFrom(ctx), cat: c, day: today, in: in}
	f.out = store.NewDossier{
		Office: f.who.Office, Network: f.who.Network, Clerk: f.who.ID, RulesVersion: dossier.Persons.Version,
		Filing: dossier.Filing{Quantity: max(in.Quantity, 1), FreeHelp: in.FreeHelp, Vulnerable: in.Vulnerable},
	}
	f.office()
	f.people(s)
	f.mandate()
	f.delivery()
	f.given()
	reused, err := s.reuse(ctx, f.who.Network, f.out.Applicant, in.Components, f.out.Components)
	if err != nil {
		return nil, err
	}
	f.errs = append(f.errs, reused...)
	if f.procedure(ctx) {
		f.authority()
		f.checklist()
	}
	f.out.Usable = f.usable
	if len(f.errs) == 0 {
		return f, nil
	}
	return f, s.checkDocuments(ctx, f)
}

func (f *filing) office() {
	o, open := f.cat.Office(f.who.Office, f.day)
	switch {
	case !open:
		f.wrong("", "office_closed")
	case o.Network != f.who.Network:
		f.wrong("", "office_not_yours")
	}
	f.out.Area = o.Area
}

func (f *filing) people(s *Server) {
	now := s.deps.Now()
	f.out.Applicant = f.in.Applicant.person()
	f.found(dossier.Persons.Check("/applicant", f.out.Applicant, now))
	f.card()
	if f.in.Submitter != nil {
		p := f.in.Submitter.person()
		f.out.Submitter = &p
		f.found(dossier.Persons.Check("/submitter", p, now))
	}
}

func (f *filing) mandate() {
	f.out.Mandate.Kind = f.in.Mandate.Kind
	e := f.in.Mandate.Evidence
	switch {
	case e == nil && f.in.Mandate.Kind != "self":
		f.wrong("/mandate/evidence", "evidence_required")
	case e != nil:
		f.out.Mandate.EvidenceMethod, f.out.Mandate.EvidenceDoc = e.Method, e.DocumentID
		if e.Method == "document" && e.DocumentID == "" {
			f.wrong("/mandate/evidence/document_id", "evidence_document_required")
		}
	}
}

func (f *filing) delivery() {
	in := f.in.Delivery
	f.out.Delivery = dossier.Delivery{Method: in.Method, Carrier: in.Carrier}
	if in.Carrier == "" {
		if in.Method == dossier.ByCourier {
			f.wrong("/delivery/carrier", "required")
		}
		f.out.Delivery.Carrier = usualCarrier(f.cat, f.who.Network)
	} else if !carries(f.cat, in.Carrier, f.who.Network) {
		f.wrong("/delivery/carrier", "carrier_unknown")
	}
	if in.Recipient != nil {
		f.out.Delivery.Recipient = in.Recipient.person()
		f.found(dossier.Persons.CheckRecipient("/delivery/recipient", f.out.Delivery.Recipient))
		return
	}
	// Without a recipient the parcel goes to the applicant, whose details may
	// still be corrected; they are not copied.
	if in.Method == dossier.ByCourier && (blank(f.in.Applicant.Phone) || blank(f.in.Applicant.Address)) {
		f.wrong("/delivery/recipient", "recipient_required")
	}
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// carries says whether a carrier is known and serves a network.
func carries(c *catalogue.Catalogue, id, network string) bool {
	k, known := c.Carrier(id)
	return known && (len(k.Networks) == 0 || slices.Contains(k.Networks, network))
}

// usualCarrier is the network's own carrier, or the first that serves it.
func usualCarrier(c *catalogue.Catalogue, network string) string {
	if carries(c, network, network) {
		return network
	}
	for _, k := range c.Carriers {
		if carries(c, k.ID, network) {
			return k.ID
		}
	}
	return ""
}

// given takes the components over. A scan needs no word when its document says it.
func (f *filing) given() { f.out.Components = givenOf(f.in.Components) }

func givenOf(in []GivenComponent) []dossier.Given {
	out := make([]dossier.Given, len(in))
	for i, g := range in {
		if g.Form == "" && g.DocumentID != "" {
			g.Form = dossier.FormScan
		}
		out[i] = dossier.Given{Code: g.Code, Form: g.Form, Document: g.DocumentID, Reason: g.Reason, Substitute: g.Substitute}
	}
	return out
}

// procedure finds the procedure and its case; without them nothing more can be judged.
func (f *filing) procedure(ctx context.Context) bool {
	p, valid := f.cat.Procedure(f.in.Procedure, f.day)
	if !valid {
		f.wrong("/procedure_code", "procedure_unknown")
		return false
	}
	f.proc = p
	f.out.Procedure, f.out.ProcedureVersion, f.out.ProcedureFrom = p.Code, p.Version, p.Validity.From
	if p.Agent != catalogue.AgentAllowed {
		f.wrong("/procedure_code", "not_allowed_at_agent", "reason", agentReason(ctx, p))
		return false
	}
	code := f.in.Case
	if code == "" {
		code = usualCase(p)
	}
	c, known := p.Case(code)
	if !known {
		f.wrong("/case", "case_unknown")
		return false
	}
	f.out.Case, f.kase, f.wanted = c.Code, c, dossier.Checklist(store.Wanted(c), f.out.Filing.Facts(f.day))
	if k, known := f.cat.ClockOf(p, f.day); known {
		f.out.Clock = legal.Begin(legal.Rules{ID: k.ID, Version: k.Version, From: k.Validity.From, ClockRules: k.Rules})
	}
	return true
}

func usualCase(p catalogue.Procedure) string {
	if _, ok := p.Case("default"); ok || len(p.Cases) == 0 {
		return "default"
	}
	return p.Cases[0].Code
}

func (f *filing) checklist() {
	errs := dossier.CheckComponents("/components", f.wanted, f.out.Components, false)
	f.found(nameForms(errs, f.out.Components))
	f.found(dossier.CheckRoute(true, f.proc.Channels, f.wanted, f.out.Components))
	for _, g := range f.out.Components {
		if g.Form.Paper() || g.Form == dossier.FormScan && paperDemanded(f.wanted, g.Code) {
			f.out.PaperComponents = append(f.out.PaperComponents, g.Code)
		}
	}
}

// nameForms says of a component without any form that the form is missing.
func nameForms(errs []dossier.FieldError, given []dossier.Given) []dossier.FieldError {
	for i, e := range errs {
		for k, g := range given {
			if g.Form == "" && e.Pointer == "/components/"+strconv.Itoa(k)+"/form" {
				errs[i].Rule = "required"
			}
		}
	}
	return errs
}

// reuseRefused says whether the reuse of the i-th component was refused.
func (f *filing) reuseRefused(i int) bool {
	at := "/components/" + strconv.Itoa(i) + "/from"
	return slices.ContainsFunc(f.errs, func(e FieldError) bool { return e.Pointer != nil && *e.Pointer == at })
}

func paperDemanded(wanted []dossier.Wanted, code string) bool {
	return slices.ContainsFunc(wanted, func(w dossier.Wanted) bool { return w.Code == code && w.PaperDemanded })
}
