package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"hoso/internal/dossier"
	"hoso/internal/store"
)

// AskedFor is what the authority asks for of one component.
type AskedFor struct {
	Component        string `json:"component" doc:"in_words where the authority named none."`
	Pages            []int  `json:"pages,omitempty" doc:"Which pages; all of it if absent."`
	Reason           string `json:"reason,omitempty"`
	OutsideChecklist bool   `json:"outside_checklist,omitempty" doc:"The portal asks for a paper that is not on the procedure's list; nobody can be made to give it."`
	InDatabase       bool   `json:"in_database,omitempty" doc:"The portal asks for what the national database holds, which must not be asked for again."`
}

// sentence says to the citizen what is asked for.
func (a AskedFor) sentence(l lang, src source) string {
	var pages []string
	for _, p := range a.Pages {
		pages = append(pages, strconv.Itoa(p))
	}
	t := text{"Cơ quan yêu cầu bổ sung: {name}", "The authority asks for: {name}"}
	if a.Component == askedInWords {
		t = text{"Cơ quan yêu cầu bổ sung theo nội dung thông báo", "The authority asks for what its notice says"}
	}
	said := t.in(l, map[string]string{"name": src.nameOf(a.Component)})
	if len(pages) > 0 {
		said += text{", trang {pages}", ", pages {pages}"}.in(l, map[string]string{"pages": strings.Join(pages, ", ")})
	}
	if reason := strings.TrimSuffix(strings.TrimSpace(a.Reason), "."); reason != "" {
		said += text{". Lý do: {reason}", ". Reason: {reason}"}.in(l, map[string]string{"reason": reason})
	}
	return said + "."
}

// checkAsked refuses an officer's request for papers that the checklist does not
// have, and for what was taken from the national database (Decree 224/2026/NĐ-CP,
// Article 18(4)).
func (s *Server) checkAsked(ctx context.Context, d store.Dossier, in DecisionRequest, p *prepared) error {
	if len(in.Components)+len(in.Asked) == 0 {
		return nil
	}
	may, err := s.mayAsk(ctx, d)
	if err != nil {
		return err
	}
	for i, code := range in.Components {
		if rule := may(code); rule != "" && componentCode.MatchString(code) { // otherwise told already
			p.wrong("/components/"+strconv.Itoa(i), rule)
		}
	}
	for i, a := range in.Asked {
		at := "/asked/" + strconv.Itoa(i)
		if rule := may(a.Component); rule != "" {
			p.wrong(at+"/component", rule)
		}
		for k, page := range a.Pages {
			p.demand(page >= 1, at+"/pages/"+strconv.Itoa(k), "too_small", "min", "1")
			p.demand(!slices.Contains(a.Pages[:k], page), at+"/pages/"+strconv.Itoa(k), "not_unique")
		}
	}
	return nil
}

// mayAsk gives which rule stands against asking for a component; "" for none.
func (s *Server) mayAsk(ctx context.Context, d store.Dossier) (func(code string) string, error) {
	list, err := s.deps.Store.ChecklistOf(ctx, d)
	if err != nil {
		return nil, err
	}
	given, err := s.deps.Store.Components(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	return func(code string) string {
		switch {
		case slices.ContainsFunc(given, func(g store.GivenComponent) bool {
			return g.Component.Component == code && g.Form == dossier.FormFromDatabase
		}):
			return "asked_in_database"
		case !slices.ContainsFunc(list, func(w dossier.Wanted) bool { return w.Code == code }):
			return "component_not_in_checklist"
		}
		return ""
	}, nil
}

// askedView says what a dossier's authority asks for now, with its words.
func (s *Server) askedView(ctx context.Context, d store.Dossier) ([]AskedFor, error) {
	if len(d.Asked) == 0 {
		return nil, nil
	}
	may, err := s.mayAsk(ctx, d)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, part := range d.AskedParts {
		ids = append(ids, part.TextID)
	}
	texts, err := s.deps.Store.Texts(ctx, d.Code, ids)
	if err != nil {
		return nil, err
	}
	var out []AskedFor
	for _, code := range d.Asked {
		v := AskedFor{Component: code}
		if d.Status == dossier.SupplementRequired && code != askedInWords {
			rule := may(code)
			v.OutsideChecklist, v.InDatabase = rule == "component_not_in_checklist", rule == "asked_in_database"
		}
		for _, part := range d.AskedParts {
			if part.Component == code {
				v.Pages, v.Reason = append(v.Pages, part.Pages...), texts[part.TextID]
			}
		}
		out = append(out, v)
	}
	return out, nil
}
