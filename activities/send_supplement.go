package activities

import (
	"context"

	"hoso/internal/portal"
	"hoso/workflows"
)

// SendSupplement hands in at the portal what the citizen gave after a request,
// and nothing that the portal has already.
func (a *Activities) SendSupplement(ctx context.Context, order workflows.Effect) error {
	if err := a.portalOpen(ctx); err != nil {
		return err
	}
	_, err := a.once(ctx, order, a.portalEffect(order.Key, "supplement", func(ctx context.Context) (portal.Receipt, error) {
		given, err := a.Store.HandOn(ctx, order.Code, order.Attempt, order.Refused)
		if err != nil {
			return portal.Receipt{}, beforeCall(err)
		}
		return a.Portal.Supplement(ctx, portal.Supplement{Key: order.Key, Code: order.Code, Round: order.Attempt, Documents: a.scans(given)})
	}))
	return err
}
