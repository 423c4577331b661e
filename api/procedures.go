package api

import (
	"context"
	"net/http"
	"strings"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
)

// Procedure is one administrative procedure in the version valid today.
type Procedure struct {
	Code        string          `json:"code" example:"2.000635"`
	Name        string          `json:"name"`
	NameEN      string          `json:"name_en,omitempty" doc:"A short English name."`
	Version     string          `json:"version" doc:"The decision that published it." example:"163/QĐ-BTP"`
	Field       string          `json:"field" doc:"Lĩnh vực, as the national portal words it."`
	Agent       string          `json:"agent" enum:"allowed,not_allowed" doc:"Whether an agent office may take it."`
	AgentReason string          `json:"agent_reason,omitempty" doc:"Why not."`
	DecidedAt   []string        `json:"decided_at" doc:"Levels that decide, nearest first."`
	Channels    []string        `json:"channels" example:"[\"online\",\"post\",\"direct\"]"`
	Term        Term            `json:"term"`
	TermNote    string          `json:"term_note,omitempty"`
	Fees        []Fee           `json:"fees"`
	Cases       []Case          `json:"cases" doc:"The first one is the usual one."`
	Results     []ProcedureGain `json:"results" doc:"What the citizen gets."`
	ValidFrom   string          `json:"valid_from" format:"date"`
}

// Term is how long the authority has.
type Term struct {
	N    int    `json:"n" doc:"1 for same_day, 0 for none."`
	Unit string `json:"unit" enum:"hour,working_day,day,month,same_day,none"`
}

// Fee is one fee or charge.
type Fee struct {
	Name     string   `json:"name"`
	Amount   *int64   `json:"amount" nullable:"true" doc:"Whole đồng; null where it is set elsewhere and not known here."`
	Per      string   `json:"per" enum:"dossier,copy,page,person,case"`
	Channels []string `json:"channels,omitempty" doc:"Absent: whatever the channel."`
	Note     string   `json:"note,omitempty"`
}

// Case is a situation with its own checklist.
type Case struct {
	Code       string      `json:"code" example:"default"`
	Name       string      `json:"name"`
	Term       *Term       `json:"term,omitempty" doc:"Where it differs from the procedure's."`
	Components []Component `json:"components"`
}

// Component is one paper of a checklist.
type Component struct {
	Code          string   `json:"code" example:"to-khai"`
	Name          string   `json:"name"`
	Required      bool     `json:"required"`
	Forms         []string `json:"forms" example:"[\"scan\",\"paper_original\"]"`
	PaperDemanded bool     `json:"paper_demanded" doc:"The paper itself must reach the authority."`
	Note          string   `json:"note,omitempty"`

	When         *dossier.Condition `json:"when,omitempty" doc:"For which filings it is on the list at all; absent: for all."`
	RequiredWhen *dossier.Condition `json:"required_when,omitempty" doc:"For which filings it is required beyond required."`
	Substitutes  []Substitute       `json:"substitutes,omitempty" doc:"What may be given in its place where it cannot be given."`
}

// Substitute is a paper that stands in for another.
type Substitute struct {
	Code  string   `json:"code"`
	Name  string   `json:"name"`
	Forms []string `json:"forms"`
	Basis string   `json:"basis" doc:"The law that lets it."`
}

// ProcedureGain is what a procedure yields.
type ProcedureGain struct {
	Code string `json:"code,omitempty"`
	Name string `json:"name"`
}

type proceduresInput struct {
	Query string `query:"q" maxLength:"100" doc:"Part of the code or the name, with or without accents."`
	Field string `query:"field" maxLength:"100"`
}

type procedureInput struct {
	Code string `path:"code" maxLength:"40"`
}

type (
	proceduresOutput struct{ Body List[Procedure] }
	procedureOutput  struct{ Body Procedure }
)

func (s *Server) registerProcedures() {
	register(s, Op{
		ID: "list-procedures", Method: http.MethodGet, Path: "/v1/procedures", Tag: "catalogue",
		Summary: "Procedures valid today",
	}, anyRole, s.listProcedures)
	register(s, Op{
		ID: "show-procedure", Method: http.MethodGet, Path: "/v1/procedures/{code}", Tag: "catalogue",
		Summary: "A procedure in the version valid today", Problems: []Code{NotFound},
	}, anyRole, s.showProcedure)
}

func (s *Server) listProcedures(ctx context.Context, in *proceduresInput) (*proceduresOutput, error) {
	c, today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	wanted := dossier.FoldName(in.Query)
	var found []Procedure
	for _, p := range c.Procedures {
		if !p.Validity.On(today) || in.Field != "" && p.Field != in.Field {
			continue
		}
		if strings.Contains(dossier.FoldName(p.Code+" "+p.Name+" "+p.NameEN), wanted) {
			found = append(found, procedureView(ctx, p))
		}
	}
	return &proceduresOutput{NewList(found, "")}, nil
}

func (s *Server) showProcedure(ctx context.Context, in *procedureInput) (*procedureOutput, error) {
	c, today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	p, ok := c.Procedure(in.Code, today)
	if !ok {
		return nil, NewNotFound()
	}
	return &procedureOutput{procedureView(ctx, p)}, nil
}

func procedureView(ctx context.Context, p catalogue.Procedure) Procedure {
	v := Procedure{
		Code: p.Code, Name: p.Name, NameEN: p.NameEN, Version: p.Version, Field: p.Field, Agent: p.Agent, AgentReason: agentReason(ctx, p),
		DecidedAt: list(p.DecidedAt), Channels: list(p.Channels), Term: Term(p.Term), TermNote: p.TermNote, ValidFrom: p.Validity.From,
		Fees: []Fee{}, Cases: []Case{}, Results: []ProcedureGain{},
	}
	for _, f := range p.Fees {
		v.Fees = append(v.Fees, Fee{Name: f.Name, Amount: f.Amount, Per: f.Per, Channels: f.Channels, Note: f.Note})
	}
	for _, c := range p.Cases {
		v.Cases = append(v.Cases, caseView(c))
	}
	for _, r := range p.Results {
		v.Results = append(v.Results, ProcedureGain(r))
	}
	return v
}

func caseView(c catalogue.Case) Case {
	v := Case{Code: c.Code, Name: c.Name, Term: (*Term)(c.Term), Components: []Component{}}
	for _, k := range c.Components {
		v.Components = append(v.Components, Component{Code: k.Code, Name: k.Name, Required: k.Required, Forms: k.GivenForms(),
			PaperDemanded: k.PaperDemanded, Note: k.Note, When: k.When, RequiredWhen: k.RequiredWhen, Substitutes: substitutesView(k.Substitutes)})
	}
	return v
}

func substitutesView(subs []catalogue.Substitute) []Substitute {
	var v []Substitute
	for _, sub := range subs {
		v = append(v, Substitute(sub))
	}
	return v
}

// agentReason says in the reader's language why an agent may not take a procedure.
func agentReason(ctx context.Context, p catalogue.Procedure) string {
	if requestIn(ctx).lang == en && p.AgentReasonEN != "" {
		return p.AgentReasonEN
	}
	return p.AgentReason
}

// list is a list that is never written as null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
