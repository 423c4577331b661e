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
		scanned[i] = dossier.Scanned{Given: dossier.Given{Code: g.Component.Component, Form: g.Form, Document: g.DocumentID, Substitute: g.Substitute}}
		if g.Document != nil {
			scanned[i].Verdict = dossier.Verdict(g.Document.Verdict)
		}
	}
	way, err := a.way(ctx, code, p.Channels)
	if err != nil {
		return workflows.Checked{}, registerError(err)
	}
	c, _ := p.Case(d.CaseCode)
	r := way.Decide(store.Wanted(c), scanned)
	return workflows.Checked{Route: r.Route, Unreadable: r.Unreadable, Paper: r.Paper, Reasons: r.Reasons}, nil
}

// way is what else decides: the procedure's channels, whether the portal takes
// anything at present, and what a person has chosen.
func (a *Activities) way(ctx context.Context, code string, channels []string) (dossier.Way, error) {
	down, err := a.Store.PortalDown(ctx, a.Store.Now())
	if err != nil {
		return dossier.Way{}, err
	}
	chosen, err := a.Store.ChosenRoute(ctx, code)
	return dossier.Way{Channels: channels, PortalDown: down != nil, Override: chosen}, err
}
