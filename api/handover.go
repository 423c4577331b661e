package api

import (
	"cmp"
	"context"

	"hoso/internal/catalogue"
	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
	"hoso/workflows"
)

// HandoverRequest is one act of the papers' way.
type HandoverRequest struct {
	Act string       `json:"act" enum:"offer,take"`
	To  *HandoverEnd `json:"to,omitempty" doc:"With offer: to whom."`
}

// HandoverEnd is who is to receive the papers.
type HandoverEnd struct {
	Kind string `json:"kind" enum:"office,carrier,authority"`
	ID   string `json:"id,omitempty" maxLength:"40" doc:"The dossier's own if absent."`
}

type handoverInput struct {
	DossierRef
	Body HandoverRequest
}

func (s *Server) handover(ctx context.Context, in *handoverInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Handover, in.Code, func(d store.Dossier, p *prepared) error {
		hand := workflows.Hand{Act: in.Body.Act, By: sideOf(SubjectFrom(ctx))}
		p.ask.Payload = &hand
		switch {
		case hand.Act == "take" && in.Body.To != nil:
			p.wrong("/to", "not_expected")
		case hand.Act == "take":
		case in.Body.To == nil:
			p.wrong("/to", "required")
		default:
			c, err := s.cat.get(ctx)
			if err != nil {
				return err
			}
			hand.To = custody.Holder{Kind: in.Body.To.Kind, ID: cmp.Or(in.Body.To.ID, usualEnd(d, in.Body.To.Kind))}
			if rule := unfitEnd(c, d, hand.To); rule != "" {
				p.wrong("/to/id", rule)
			}
		}
		return nil
	})
}

// sideOf is the holder for whom a subject acts.
func sideOf(who identity.Subject) custody.Holder {
	switch who.Role {
	case identity.Clerk:
		return custody.Holder{Kind: custody.Office, ID: who.Office}
	case identity.Courier:
		return custody.Holder{Kind: custody.Carrier, ID: who.Carrier}
	case identity.Centre:
		return custody.Holder{Kind: custody.Authority, ID: who.Authority}
	default:
		return custody.Holder{}
	}
}

// usualEnd is the dossier's own office, carrier or authority.
func usualEnd(d store.Dossier, kind string) string {
	switch kind {
	case custody.Office:
		return d.Office
	case custody.Carrier:
		return d.DeliveryCarrier
	default:
		return d.Authority
	}
}

// unfitEnd says by which rule the papers cannot go there: to a carrier that
// nobody knows, or to another's office or authority.
func unfitEnd(c *catalogue.Catalogue, d store.Dossier, to custody.Holder) string {
	switch {
	case to.Kind == custody.Carrier && !carries(c, to.ID, d.Network):
		return "carrier_unknown"
	case to.Kind != custody.Carrier && to.ID != usualEnd(d, to.Kind):
		return "not_this_dossiers"
	}
	return ""
}
