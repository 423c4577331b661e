package api

import (
	"context"
	"slices"
	"strings"

	"hoso/internal/dossier"
	reg "hoso/internal/register" // register is our own function
	"hoso/internal/store"
)

// OverrideRequest sets a dossier's status by a manager's hand.
type OverrideRequest struct {
	Action     string          `json:"action" enum:"accept,process,request_supplement,request_fee,refuse,stop,resolve" doc:"As in a decision."`
	Reason     string          `json:"reason" maxLength:"4000"`
	DocumentID string          `json:"document_id" maxLength:"64" doc:"The evidence: a document that the manager has handed in."`
	Components []string        `json:"components,omitempty" maxItems:"50" doc:"With request_supplement."`
	Amount     int64           `json:"amount,omitempty" minimum:"1" maximum:"1000000000000" doc:"With request_fee: whole đồng."`
	PortalCode string          `json:"portal_code,omitempty" maxLength:"60" doc:"With accept."`
	DueAt      *Time           `json:"due_at,omitempty" doc:"With accept."`
	Result     *DecisionResult `json:"result,omitempty" doc:"With resolve."`
}

type overrideInput struct {
	DossierRef
	Body OverrideRequest
}

// override sets the status, where neither the portal nor an officer says what is
// known: only along the graph, with a reason and evidence, and for all to see.
func (s *Server) override(ctx context.Context, in *overrideInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Override, in.Code, func(d store.Dossier, p *prepared) error {
		b := in.Body
		if dossier.CanMove(d.Status, decisions[b.Action], dossier.ByManager) != nil {
			return unlawful(d)
		}
		asDecision := DecisionRequest{Action: b.Action, Reason: b.Reason, Components: b.Components, Amount: b.Amount, PortalCode: b.PortalCode, DueAt: b.DueAt, Result: b.Result}
		p.demand(strings.TrimSpace(b.Reason) != "", "/reason", "reason_required")
		p.needed(asDecision)
		s.checkAcceptance(asDecision, p)
		errs, _, err := s.usable(ctx, d.Code, []docRef{{"/document_id", b.DocumentID}})
		p.errs = append(p.errs, errs...)
		if err != nil {
			return err
		}
		p.ask.Evidence = b.DocumentID
		if err := s.checkAsked(ctx, d, asDecision, p); err != nil {
			return err
		}
		return s.decided(ctx, d, asDecision, p)
	})
}

// decided puts a decision into the command, with the evidence that it rests on.
func (s *Server) decided(ctx context.Context, d store.Dossier, in DecisionRequest, p *prepared) error {
	report := reg.PortalReport{Status: decisions[in.Action], At: s.deps.Now().UTC(), PortalCode: in.PortalCode, Asked: in.Components, Fee: in.Amount, Evidence: p.ask.Evidence}
	for _, a := range in.Asked {
		if !slices.Contains(report.Asked, a.Component) {
			report.Asked = append(slices.Clip(report.Asked), a.Component)
		}
		report.Parts = append(report.Parts, reg.Part{Component: a.Component, Pages: a.Pages})
		p.ask.PartTexts = append(p.ask.PartTexts, strings.TrimSpace(a.Reason))
	}
	if in.DueAt != nil {
		due := in.DueAt.UTC()
		report.DueAt = &due
	}
	if r := in.Result; r != nil {
		report.Result = &reg.Result{Known: true, Paper: r.Paper}
		if err := s.resultsOf(ctx, d, r.Documents, p); err != nil {
			return err
		}
	}
	p.ask.Payload, p.ask.Text = report, strings.TrimSpace(in.Reason)
	return nil
}

func (s *Server) hold(ctx context.Context, in *reasonInput) (*commandOutput, error) {
	return s.withReason(ctx, dossier.Hold, in)
}

func (s *Server) resume(ctx context.Context, in *reasonInput) (*commandOutput, error) {
	return s.withReason(ctx, dossier.Resume, in)
}

// approve lets the authority ask for a supplement beyond the usual number. The
// reason is the basis in law.
func (s *Server) approve(ctx context.Context, in *reasonInput) (*commandOutput, error) {
	return s.withReason(ctx, dossier.Approve, in)
}
