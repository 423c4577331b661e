package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hoso/internal/dossier"
	"hoso/internal/store"
)

// Readback is what a clerk reads out to the citizen: what is asked for, what was
// given, what is missing, what it costs, when it will be there, which way it goes.
type Readback struct {
	Code     string            `json:"code,omitempty" doc:"Of a dossier; absent for a filing that is only tried."`
	Fileable *bool             `json:"fileable,omitempty" doc:"Of a filing that is only tried: whether it would be taken."`
	Errors   []FieldError      `json:"errors,omitempty" doc:"What a filing would be refused for."`
	Warnings []FieldError      `json:"warnings,omitempty" doc:"What would be accepted and should be checked."`
	AskFor   ReadbackAsk       `json:"you_ask_for"`
	Given    []ReadbackGiven   `json:"you_gave"`
	Missing  []ReadbackMissing `json:"is_missing"`
	Lacking  []ReadbackLacking `json:"cannot_be_given"`
	Asked    []AskedFor        `json:"asked_for,omitempty" doc:"What the authority asks for now."`
	Costs    ReadbackCosts     `json:"it_costs"`
	GetBy    *ReadbackDue      `json:"you_get_it_by,omitempty" doc:"Absent where the procedure has no term, or nobody can say."`
	Route    ReadbackRoute     `json:"it_goes"`
	Words    []string          `json:"sentences" doc:"All of it, to be read out, in the reader's language."`
}

// ReadbackAsk is what the citizen asks for.
type ReadbackAsk struct {
	Procedure     string `json:"procedure_code"`
	Name          string `json:"procedure_name"`
	Version       string `json:"version"`
	Case          string `json:"case"`
	CaseName      string `json:"case_name"`
	Quantity      int    `json:"quantity"`
	Authority     string `json:"authority"`
	AuthorityName string `json:"authority_name,omitempty"`
}

// ReadbackGiven is one component that was given.
type ReadbackGiven struct {
	Code      string       `json:"code"`
	Name      string       `json:"name"`
	Form      dossier.Form `json:"form"`
	FormLabel string       `json:"form_label"`
	Pages     int          `json:"pages,omitempty"`
	Verdict   string       `json:"verdict,omitempty" enum:"ready,doubtful,unreadable"`
	Findings  []Finding    `json:"findings,omitempty"`
}

// ReadbackMissing is a component that is required and was not given.
type ReadbackMissing struct {
	Code        string   `json:"code"`
	Name        string   `json:"name"`
	Forms       []string `json:"forms" doc:"How it may be given."`
	Substitutes []string `json:"substitutes,omitempty" doc:"What may be given in its place."`
}

// ReadbackLacking is a component that the citizen cannot give.
type ReadbackLacking struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Reason     string `json:"reason"`
	Substitute string `json:"substitute,omitempty" doc:"What is given in its place."`
}

// ReadbackRoute is the way to the authority.
type ReadbackRoute struct {
	Route   dossier.Route `json:"route" enum:"online,online_with_paper,paper,return_to_citizen,not_allowed"`
	Label   string        `json:"label"`
	Reasons []RouteReason `json:"reasons"`
	ToFix   []string      `json:"to_fix,omitempty" doc:"What is to be mended, where it comes back."`
}

// ReadbackDue is when the result would be there, if it were received now, or for
// a dossier that has its date, by that.
type ReadbackDue struct {
	DueAt     Time     `json:"due_at"`
	Supposed  bool     `json:"supposed" doc:"Counted as if it were received now."`
	Sentences []string `json:"sentences" doc:"Why, to be read out."`
}

type readbackOutput struct{ Body Readback }

func (s *Server) registerReadback() {
	register(s, Op{
		ID: "read-back-dossier", Method: http.MethodGet, Path: "/v1/dossiers/{code}/readback", Tag: "dossiers",
		Summary: "What to read out to the citizen about a dossier", Problems: []Code{NotFound},
		Doc: "You ask for, you gave, is missing, cannot be given, it costs, you get it by, it goes. " +
			"Before a filing the same comes from `POST /v1/dossiers?dry_run=true`.",
	}, readers, s.readback)
}

func (s *Server) readback(ctx context.Context, in *DossierRef) (*readbackOutput, error) {
	d, err := s.findDossier(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	src, err := s.sourceOf(ctx, d)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.RouteDecisions(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	l := requestIn(ctx).lang
	r := s.told(ctx, src)
	r.Code = d.Code
	if d.Route == "" || len(rows) == 0 {
		if r.Route, err = s.routeOf(ctx, src); err != nil {
			return nil, err
		}
	} else {
		r.Route = ReadbackRoute{Route: d.Route, Label: l.route(d.Route), Reasons: l.routeReasons(lastReasons(rows))}
		if d.WaitingWhat == dossier.WhatRescan {
			r.Route.ToFix = src.toFix(l, d.Asked, lastReasons(rows))
		}
	}
	if d.Status == dossier.SupplementRequired {
		if r.Asked, err = s.askedView(ctx, d); err != nil {
			return nil, err
		}
	}
	if r.GetBy, err = s.dueOf(ctx, d, src); err != nil {
		return nil, err
	}
	r.Costs = src.costs(r.Route.Route)
	r.Words = r.sentences(l, src)
	return &readbackOutput{r}, nil
}

// dryRun tells what would become of a filing, and does nothing.
func (s *Server) dryRun(ctx context.Context, f *filing) (*fileOutput, error) {
	src, err := s.triedSource(ctx, f)
	if err != nil {
		return nil, err
	}
	if len(f.errs) == 0 { // examine leaves them to the transaction that takes them
		if err := s.checkDocuments(ctx, f); err != nil {
			return nil, err
		}
	}
	l := requestIn(ctx).lang
	r := s.told(ctx, src)
	fileable := len(f.errs) == 0
	r.Fileable, r.Errors, r.Warnings = &fileable, worded(l, slices.Clone(f.errs)), worded(l, f.warned)
	if r.Route, err = s.routeOf(ctx, src); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(f.errs, func(e FieldError) bool { return e.Code == "not_allowed_at_agent" }) {
		r.Route = ReadbackRoute{Route: dossier.RouteNotAllowed, Label: l.route(dossier.RouteNotAllowed), Reasons: l.routeReasons([]string{"not_allowed_at_agent"})}
	}
	if r.GetBy, err = s.dueIfNow(ctx, src); err != nil {
		return nil, err
	}
	r.Costs = src.costs(r.Route.Route)
	r.Words = r.sentences(l, src)
	return &fileOutput{Status: http.StatusOK, Body: r}, nil
}

// told fills in what was asked for and given.
func (s *Server) told(ctx context.Context, src source) Readback {
	l := requestIn(ctx).lang
	authority, _ := src.cat.Authority(src.authority, src.day)
	name := src.proc.Name
	if l == en && src.proc.NameEN != "" {
		name = src.proc.NameEN
	}
	r := Readback{
		AskFor: ReadbackAsk{Procedure: src.proc.Code, Name: name, Version: src.proc.Version, Case: src.kase.Code, CaseName: src.kase.Name,
			Quantity: src.quantity, Authority: src.authority, AuthorityName: authority.Name},
		Given: []ReadbackGiven{}, Missing: []ReadbackMissing{}, Lacking: []ReadbackLacking{},
	}
	for _, g := range src.given {
		if g.Form == dossier.FormNotAvailable {
			r.Lacking = append(r.Lacking, ReadbackLacking{Code: g.Code, Name: src.nameOf(g.Code), Reason: g.Reason, Substitute: g.Substitute})
			continue
		}
		v := ReadbackGiven{Code: g.Code, Name: src.nameOf(g.Code), Form: g.Form, FormLabel: l.form(g.Form)}
		if d, there := src.docs[g.Document]; there {
			v.Pages, v.Verdict, v.Findings = d.Pages, d.Verdict, documentView(l, d).Findings
		}
		r.Given = append(r.Given, v)
	}
	for _, w := range src.wanted {
		if w.Required && len(dossier.MissingOf([]string{w.Code}, src.given)) > 0 {
			r.Missing = append(r.Missing, src.missing(w))
		}
	}
	return r
}

func (src source) missing(w dossier.Wanted) ReadbackMissing {
	v := ReadbackMissing{Code: w.Code, Name: src.nameOf(w.Code), Forms: []string{}}
	for _, f := range w.Forms {
		v.Forms = append(v.Forms, string(f))
	}
	for _, sub := range w.Substitutes {
		v.Substitutes = append(v.Substitutes, sub.Code)
	}
	return v
}

// routeOf is the way that what is given would take now.
func (s *Server) routeOf(ctx context.Context, src source) (ReadbackRoute, error) {
	down, err := s.deps.Store.PortalDown(ctx, s.deps.Now())
	if err != nil {
		return ReadbackRoute{}, err
	}
	l := requestIn(ctx).lang
	d := dossier.Way{Channels: src.proc.Channels, PortalDown: down != nil}.Decide(src.wanted, scannedOf(src.given, src.docs))
	v := ReadbackRoute{Route: d.Route, Label: l.route(d.Route), Reasons: l.routeReasons(d.Reasons)}
	if d.Route == dossier.RouteReturn {
		v.ToFix = src.toFix(l, d.Unreadable, d.Reasons)
	}
	return v, nil
}

// dueIfNow counts the procedure's term as if the dossier were received now.
func (s *Server) dueIfNow(ctx context.Context, src source) (*ReadbackDue, error) {
	if src.kase.Code == "" {
		return nil, nil //nolint:nilnil // no procedure, no term
	}
	q, err := s.question(ctx, ClockRequest{ReceivedAt: At(s.deps.Now()), ProcedureCode: src.proc.Code, Case: src.kase.Code, Authority: src.authority})
	if _, refused := err.(*Problem); refused { //nolint:errorlint // question makes it
		return nil, nil //nolint:nilnil // no term, or no calendar: nobody can say
	}
	if err != nil {
		return nil, err
	}
	why, err := q.calendar.Derive(q.in.ReceivedAt.Time, q.term)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // beyond the calendar's years nobody can say
	}
	return &ReadbackDue{DueAt: At(why.Due), Supposed: true, Sentences: requestIn(ctx).lang.derivation(why).Sentences}, nil
}

// dueOf is a dossier's due date with its reasons; before it has one, what it would
// be.
func (s *Server) dueOf(ctx context.Context, d store.Dossier, src source) (*ReadbackDue, error) {
	if d.DueAt == nil {
		return s.dueIfNow(ctx, src)
	}
	dates, err := s.deps.Store.DueDates(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	v := &ReadbackDue{DueAt: At(*d.DueAt), Sentences: []string{}}
	if len(dates) > 0 {
		v.Sentences = list(dateView(requestIn(ctx).lang, dates[len(dates)-1], "").Sentences)
	}
	return v, nil
}

// sentences says all of it in plain words.
func (r Readback) sentences(l lang, src source) []string {
	var out []string
	say := func(t text, args ...string) {
		named := map[string]string{}
		for i := 0; i+1 < len(args); i += 2 {
			named[args[i]] = args[i+1]
		}
		out = append(out, t.in(l, named))
	}
	say(text{"Ông/bà yêu cầu: {name} ({case}), số lượng {n}; cơ quan giải quyết: {authority}.", "You ask for: {name} ({case}), quantity {n}; decided by {authority}."},
		"name", r.AskFor.Name, "case", r.AskFor.CaseName, "n", strconv.Itoa(r.AskFor.Quantity), "authority", orText(r.AskFor.AuthorityName, r.AskFor.Authority))
	for _, g := range r.Given {
		if g.Pages > 0 {
			say(text{"Đã nộp: {name}, {form}, {pages} trang.", "You gave: {name}, {form}, {pages} pages."}, "name", g.Name, "form", g.FormLabel, "pages", strconv.Itoa(g.Pages))
		} else {
			say(text{"Đã nộp: {name}, {form}.", "You gave: {name}, {form}."}, "name", g.Name, "form", g.FormLabel)
		}
		for _, f := range g.Findings {
			out = append(out, f.Message)
		}
	}
	for _, m := range r.Missing {
		say(text{"Còn thiếu: {name}.", "Is missing: {name}."}, "name", m.Name)
	}
	for _, x := range r.Lacking {
		say(text{"Không nộp được: {name}. Lý do: {reason}.", "Cannot be given: {name}. Reason: {reason}."}, "name", x.Name, "reason", strings.TrimSuffix(x.Reason, "."))
	}
	for _, a := range r.Asked {
		out = append(out, a.sentence(l, src))
	}
	out = append(out, r.Costs.sentences(l)...)
	switch {
	case r.GetBy == nil:
		say(text{"Chưa xác định được ngày trả kết quả.", "The day of the result cannot be said yet."})
	case r.GetBy.Supposed:
		say(text{"Nếu được tiếp nhận bây giờ, kết quả có trước {due}.", "If it is received now, you get it by {due}."}, "due", moment(&r.GetBy.DueAt.Time))
	default:
		say(text{"Kết quả có trước {due}.", "You get it by {due}."}, "due", moment(&r.GetBy.DueAt.Time))
	}
	if r.GetBy != nil {
		out = append(out, r.GetBy.Sentences...)
	}
	say(text{"Cách nộp: {label}.", "It goes: {label}."}, "label", r.Route.Label)
	for _, why := range r.Route.Reasons {
		out = append(out, why.Message)
	}
	return append(out, r.Route.ToFix...)
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
