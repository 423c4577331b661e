package api

import (
	"context"
	"slices"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/store"
)

// source is what is given for a case, with what it is held against: of a filing
// that is only tried, or of a dossier.
type source struct {
	cat       *catalogue.Catalogue
	day       string // of the filing
	proc      catalogue.Procedure
	kase      catalogue.Case
	authority string
	quantity  int
	wanted    []dossier.Wanted
	given     []dossier.Given
	docs      map[string]store.Document
}

// sourceOf reads what a dossier consists of now.
func (s *Server) sourceOf(ctx context.Context, d store.Dossier) (source, error) {
	c, err := s.cat.get(ctx)
	if err != nil {
		return source{}, err
	}
	proc := versionOf(c, d)
	kase, _ := proc.Case(d.CaseCode)
	src := source{cat: c, day: dossier.LocalDay(d.FiledAt), proc: proc, kase: kase, authority: d.Authority, quantity: d.Quantity, docs: map[string]store.Document{}}
	if src.wanted, err = s.deps.Store.ChecklistOf(ctx, d); err != nil {
		return src, err
	}
	rows, err := s.deps.Store.Components(ctx, d.Code)
	for _, r := range rows {
		src.given = append(src.given, dossier.Given{Code: r.Component.Component, Form: r.Form, Document: r.DocumentID, Reason: r.Reason, Substitute: r.Substitute})
		if r.Document != nil {
			src.docs[r.DocumentID] = *r.Document
		}
	}
	return src, err
}

// source is what a filing that is only tried gives.
func (s *Server) triedSource(ctx context.Context, f *filing) (source, error) {
	src := source{cat: f.cat, day: f.day, proc: f.proc, kase: f.kase, authority: f.out.Authority, quantity: f.out.Quantity, wanted: f.wanted, given: f.out.Components}
	var ids []string
	for _, g := range f.out.Components {
		ids = append(ids, g.Document)
	}
	docs, err := s.deps.Store.DocumentsByID(ctx, ids)
	if err != nil {
		return src, err
	}
	for i, g := range f.out.Components { // what is not the clerk's own stays unseen
		d, there := docs[g.Document]
		if there && g.Form != dossier.FormReused && !ownDocument(f.who, d) || there && g.Form == dossier.FormReused && f.reuseRefused(i) {
			delete(docs, g.Document)
		}
	}
	src.docs = docs
	return src, nil
}

// nameOf is what the catalogue calls a component.
func (src source) nameOf(code string) string {
	for _, c := range src.kase.Components {
		if c.Code == code {
			return c.Name
		}
		i := slices.IndexFunc(c.Substitutes, func(sub catalogue.Substitute) bool { return sub.Code == code })
		if i >= 0 {
			return c.Substitutes[i].Name
		}
	}
	return code
}
