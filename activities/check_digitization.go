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
	of, err := a.Store.ToCheck(ctx, code)
	if err != nil {
		return workflows.Checked{}, registerError(err)
	}
	checked, err := a.check(ctx, of)
	return checked, registerError(err)
}

func (a *Activities) check(ctx context.Context, of store.ToCheck) (workflows.Checked, error) {
	p, err := a.Store.Procedure(ctx, of.Dossier.ProcedureCode, of.Dossier.ProcedureFrom)
	if err != nil {
		return workflows.Checked{}, err
	}
	scanned := make([]dossier.Scanned, len(of.Components))
	for i, g := range of.Components {
		scanned[i] = dossier.Scanned{Given: dossier.Given{Code: g.Component.Component, Form: g.Form, Document: g.DocumentID, Substitute: g.Substitute}}
		if g.Document != nil {
			scanned[i].Verdict = dossier.Verdict(g.Document.Verdict)
		}
	}
	// What else decides: the procedure's channels, whether the portal takes anything
	// at present, and what a person has chosen.
	way := dossier.Way{Channels: p.Channels, PortalDown: of.PortalDown, Override: of.Chosen}
	c, _ := p.Case(of.Dossier.CaseCode)
	r := way.Decide(store.Wanted(c), scanned)
	return workflows.Checked{Route: r.Route, Unreadable: r.Unreadable, Paper: r.Paper, Reasons: r.Reasons}, nil
}
