package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/workflows"
)

// DecisionRequest is what an officer decides by hand.
type DecisionRequest struct {
	Action     string          `json:"action" enum:"accept,process,request_supplement,request_fee,refuse,stop,extend,resolve"`
	Reason     string          `json:"reason,omitempty" maxLength:"4000" doc:"Needed with refuse, stop and extend, and with request_supplement where no component is named."`
	Components []string        `json:"components,omitempty" maxItems:"50" doc:"With request_supplement: what is asked for, of the dossier's checklist only."`
	Asked      []AskedRequest  `json:"asked,omitempty" maxItems:"50" doc:"With request_supplement: the same page by page, with a word on each."`
	Amount     int64           `json:"amount,omitempty" minimum:"1" maximum:"1000000000000" doc:"With request_fee: whole đồng."`
	PortalCode string          `json:"portal_code,omitempty" maxLength:"60" doc:"With accept: the official number; drawn if absent."`
	DueAt      *Time           `json:"due_at,omitempty" doc:"With accept: the appointment; computed from the procedure's term if absent. With extend: the new date."`
	Result     *DecisionResult `json:"result,omitempty" doc:"With resolve."`
}

// AskedRequest is what is asked for of one component.
type AskedRequest struct {
	Component string `json:"component" maxLength:"60"`
	Pages     []int  `json:"pages,omitempty" maxItems:"200" doc:"From 1; all of it if absent."`
	Reason    string `json:"reason,omitempty" maxLength:"2000"`
}

// DecisionResult is what a resolved dossier yields: electronic documents, a
// paper, or both.
type DecisionResult struct {
	Documents []string `json:"documents,omitempty" maxItems:"20" doc:"Ids of documents that the authority handed in."`
	Paper     bool     `json:"paper,omitempty"`
}

type decisionInput struct {
	DossierRef
	Body DecisionRequest
}

var decisions = map[string]dossier.Status{
	"accept": dossier.Accepted, "process": dossier.Processing, "request_supplement": dossier.SupplementRequired,
	"request_fee": dossier.PaymentRequired, "refuse": dossier.Refused, "stop": dossier.Stopped, "resolve": dossier.Resolved,
}

func (s *Server) decision(ctx context.Context, in *decisionInput) (*commandOutput, error) {
	if in.Body.Action == "extend" {
		return s.extend(ctx, in)
	}
	return s.command(ctx, dossier.Decide, in.Code, func(d store.Dossier, p *prepared) error {
		to := decisions[in.Body.Action]
		if dossier.CanMove(d.Status, to, dossier.ByAuthority) != nil {
			return unlawful(d)
		}
		p.reasoned(in.Body)
		p.needed(in.Body)
		s.checkAcceptance(in.Body, p)
		if err := s.checkAsked(ctx, d, in.Body, p); err != nil {
			return err
		}
		return s.decided(ctx, d, in.Body, p)
	})
}

// unlawful says that the status graph has no such step, and which it has.
func unlawful(d store.Dossier) *Problem {
	standing := d.Standing(false)
	return refusalProblem(workflows.Refusal{Rule: "wrong_state", Stage: d.Stage, Status: d.Status,
		Allowed: standing.Allowed(), Next: dossier.Next(d.Status, dossier.ByAuthority)})
}

// reasoned judges which actions an officer must give a reason for.
func (p *prepared) reasoned(in DecisionRequest) {
	reason := strings.TrimSpace(in.Reason) != ""
	switch in.Action {
	case "refuse", "stop", "extend":
		p.demand(reason, "/reason", "reason_required")
	case "request_supplement":
		p.demand(reason || len(in.Components)+len(in.Asked) > 0, "/reason", "reason_or_components")
	}
}

// needed judges which other fields go with which action.
func (p *prepared) needed(in DecisionRequest) {
	switch in.Action {
	case "request_fee":
		p.demand(in.Amount > 0, "/amount", "required")
	case "resolve":
		p.demand(in.Result != nil && (in.Result.Paper || len(in.Result.Documents) > 0), "/result", "result_required")
	}
	p.demand(len(in.Components) == 0 || in.Action == "request_supplement", "/components", "not_expected")
	p.demand(len(in.Asked) == 0 || in.Action == "request_supplement", "/asked", "not_expected")
	p.demand(in.Amount == 0 || in.Action == "request_fee", "/amount", "not_expected")
	p.demand(in.PortalCode == "" || in.Action == "accept", "/portal_code", "not_expected")
	p.demand(in.DueAt != nil || in.Action != "extend", "/due_at", "required")
	p.demand(in.DueAt == nil || in.Action == "accept" || in.Action == "extend", "/due_at", "not_expected")
	p.demand(in.Result == nil || in.Action == "resolve", "/result", "not_expected")
	for i, c := range in.Components {
		at := "/components/" + strconv.Itoa(i)
		p.demand(componentCode.MatchString(c), at, "component_code")
		p.demand(!slices.Contains(in.Components[:i], c), at, "component_twice")
	}
}

func (p *prepared) demand(ok bool, pointer, rule string, args ...string) {
	if !ok {
		p.wrong(pointer, rule, args...)
	}
}

func (s *Server) checkAcceptance(in DecisionRequest, p *prepared) {
	p.demand(in.PortalCode == "" || dossier.ValidPortalCode(in.PortalCode), "/portal_code", "portal_code_shape")
	p.demand(in.DueAt == nil || in.DueAt.After(s.deps.Now()), "/due_at", "time_past")
	p.demand(in.DueAt == nil || in.DueAt.Year() < 2100, "/due_at", "time_unlikely")
}

// resultsOf finds the documents of a result, which the authority must have
// handed in for this dossier.
func (s *Server) resultsOf(ctx context.Context, d store.Dossier, ids []string, p *prepared) error {
	refs := make([]docRef, len(ids))
	for i, id := range ids {
		refs[i] = docRef{"/result/documents/" + strconv.Itoa(i), id}
		p.demand(!slices.Contains(ids[:i], id), refs[i].pointer, "not_unique")
	}
	errs, _, err := s.usable(ctx, d.Code, refs)
	p.errs = append(p.errs, errs...)
	if err != nil {
		return err
	}
	c, err := s.cat.get(ctx)
	if err != nil {
		return err
	}
	name := resultName(versionOf(c, d))
	for _, id := range ids {
		p.ask.Results = append(p.ask.Results, store.Result{Name: name, DocumentID: id})
	}
	return nil
}

func resultName(p catalogue.Procedure) string {
	if len(p.Results) == 0 {
		return p.Name
	}
	return p.Results[0].Name
}
