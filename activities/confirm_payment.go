package activities

import (
	"context"

	"hoso/internal/portal"
	"hoso/workflows"
)

// ConfirmPayment tells the portal that the fee it asked for is paid.
func (a *Activities) ConfirmPayment(ctx context.Context, order workflows.Effect) error {
	if err := a.portalOpen(ctx); err != nil {
		return err
	}
	_, err := a.once(ctx, order, a.portalEffect(order.Key, "payment", func(ctx context.Context) (portal.Receipt, error) {
		paid, err := a.Store.Payments(ctx, order.Code)
		if err != nil {
			return portal.Receipt{}, beforeCall(err)
		}
		at := a.Store.Now()
		if len(paid) > 0 {
			at = paid[len(paid)-1].PaidAt
		}
		return a.Portal.ConfirmPayment(ctx, portal.Payment{Key: order.Key, Code: order.Code, Amount: order.Amount, PaidAt: at})
	}))
	return err
}
