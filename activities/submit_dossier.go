package activities

import (
	"context"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/outcome"
	"hoso/internal/portal"
	"hoso/internal/store"
	"hoso/workflows"
)

// portalEffect is an act at the portal: asked about by its key.
func (a *Activities) portalEffect(key, act string, do func(context.Context) (portal.Receipt, error)) effect {
	return effect{
		act: act, absent: portal.ErrNoSuchKey,
		lookup: func(ctx context.Context) (string, error) {
			r, err := a.Portal.Lookup(ctx, key)
			return r.Reference, err
		},
		do: func(ctx context.Context, _ store.Begun) (string, error) {
			r, err := do(ctx)
			return r.Reference, err
		},
	}
}

// lookAgain is how long an act waits for a portal of which nobody knows when it
// is back; an announced end may come earlier than announced.
const lookAgain = 5 * time.Minute

// portalOpen holds back what would only knock at a portal that is known to take
// nothing. Nothing has been begun then, and it goes on by itself.
func (a *Activities) portalOpen(ctx context.Context) error {
	now := a.Store.Now()
	down, err := a.Store.PortalDown(ctx, now)
	if err != nil {
		return registerError(err)
	}
	if down == nil {
		return nil
	}
	return a.shut(*down)
}

// shut puts an act off for as long as the portal takes nothing.
func (a *Activities) shut(down store.PortalState) error {
	wait := lookAgain
	if down.UntilAt != nil {
		wait = min(wait, down.UntilAt.Sub(a.Store.Now()))
	}
	return asTemporal(outcome.Retry("portal_down", wait, nil))
}

// SubmitDossier files a dossier with its scans at the portal.
func (a *Activities) SubmitDossier(ctx context.Context, order workflows.Effect) (workflows.Performed, error) {
	e := a.portalEffect(order.Key, "submit", nil)
	e.begin = func(ctx context.Context) (store.Begun, error) {
		return a.Store.BeginSubmission(ctx, order.Key, order.Code)
	}
	e.do = func(ctx context.Context, begun store.Begun) (string, error) {
		r, err := a.Portal.Submit(ctx, a.submission(order, begun.Outgoing))
		return r.Reference, err
	}
	return a.once(ctx, order, e)
}

func (a *Activities) submission(order workflows.Effect, of store.Outgoing) portal.Submission {
	d := of.Dossier
	return portal.Submission{
		Key: order.Key, Code: d.Code, Procedure: d.ProcedureCode, Case: d.CaseCode, Authority: d.Authority, Office: d.Office, Network: d.Network,
		Quantity: d.Quantity, FiledAt: d.FiledAt, Applicant: applicant(of.People), PaperFollows: d.Route == dossier.RouteOnlineWithPaper,
		ResultByPost: d.DeliveryMethod == dossier.ByCourier,
		Documents:    a.scans(of.Components),
	}
}
