package activities

import (
	"context"

	"hoso/internal/portal"
	"hoso/internal/store"
	"hoso/workflows"
)

// SendSupplement hands in at the portal what the citizen gave after a request:
// the scans that are current and did not come with the filing.
func (a *Activities) SendSupplement(ctx context.Context, order workflows.Effect) error {
	_, err := a.once(ctx, order, a.portalEffect(order.Key, "supplement", func(ctx context.Context) (portal.Receipt, error) {
		given, err := a.Store.Components(ctx, order.Code)
		if err != nil {
			return portal.Receipt{}, beforeCall(err)
		}
		later := func(g store.GivenComponent) bool { return g.OperationID != store.FiledWith }
		return a.Portal.Supplement(ctx, portal.Supplement{Key: order.Key, Code: order.Code, Round: order.Attempt, Documents: a.scans(given, later)})
	}))
	return err
}
