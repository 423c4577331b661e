package api

import (
	"cmp"
	"context"
	"slices"
	"strconv"

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
	// What the taker found.
	Seal    string   `json:"seal,omitempty" enum:"intact,broken" doc:"With take: how the seal was found; intact if absent."`
	Missing []string `json:"missing,omitempty" maxItems:"60" uniqueItems:"true" doc:"With take: components whose papers are listed and not there."`
	Extra   int      `json:"extra,omitempty" minimum:"0" maximum:"500" doc:"With take: how many papers are there and on no list."`
	Note    string   `json:"note,omitempty" maxLength:"1000"`
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
		p.ask.Payload, p.ask.Text = &hand, in.Body.Note
		switch {
		case hand.Act == "take" && in.Body.To != nil:
			p.wrong("/to", "not_expected")
		case hand.Act == "take":
			hand.Count = custody.Count{SealBroken: in.Body.Seal == "broken", Missing: in.Body.Missing, Extra: in.Body.Extra}
			return s.listedPapers(ctx, d, in.Body.Missing, p)
		case in.Body.Seal != "" || len(in.Body.Missing) > 0 || in.Body.Extra > 0:
			p.wrong("/act", "count_with_take")
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

// listedPapers wants components that are said to be missing to be papers of the
// dossier's.
func (s *Server) listedPapers(ctx context.Context, d store.Dossier, components []string, p *prepared) error {
	papers, err := s.deps.Store.Papers(ctx, d.Code)
	if err != nil {
		return err
	}
	for i, c := range components {
		if !slices.ContainsFunc(papers, func(paper store.Paper) bool { return paper.Component == c && underWay(paper) }) {
			p.wrong("/missing/"+strconv.Itoa(i), "no_such_paper")
		}
	}
	return nil
}

// underWay says whether a paper can be counted at a hand-over to the authority.
func underWay(p store.Paper) bool {
	return !p.Lost && (p.HolderKind == custody.Office || p.HolderKind == custody.Carrier)
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
