package activities

import (
	"context"

	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/workflows"
)

// CheckDigitization decides the route from what the scans were found to be worth
// when they were handed in, from the papers given, and from the procedure
// version of the dossier.
func (a *Activities) CheckDigitization(ctx context.Context, code string) (workflows.Checked, error) {
	d, err := a.Store.Dossier(ctx, store.Scope{All: true}, code)
	if err != nil {
		return workflows.Checked{}, registerError(err)
	}
	p, err := a.Store.Procedure(ctx, d.ProcedureCode, d.ProcedureFrom)
	if err != nil {
		return workflows.Checked{}, registerError(err)
	}
	given, err := a.Store.Components(ctx, code)
	if err != nil {
		return workflows.Checked{}, registerError(err)
	}
	scanned := make([]dossier.Scanned, len(given))
	for i, g := range given {
		scanned[i] = dossier.Scanned{Given: dossier.Given{Code: g.Component.Component, Form: g.Form, Document: g.DocumentID}}
		if g.Document != nil {
			scanned[i].Verdict = dossier.Verdict(g.Document.Verdict)
		}
	}
	c, _ := p.Case(d.CaseCode)
	r := dossier.DecideRoute(p.Channels, store.Wanted(c), scanned)
	return workflows.Checked{Route: r.Route, Unreadable: r.Unreadable, Paper: r.Paper, Reasons: r.Reasons}, nil
}
