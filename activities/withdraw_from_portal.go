package activities

import (
	"context"
	"errors"

	"hoso/internal/outcome"
	"hoso/internal/portal"
	"hoso/workflows"
)

// WithdrawFromPortal takes a dossier back at the portal. Where its submission
// never arrived there is nothing to take back, and the act is done.
func (a *Activities) WithdrawFromPortal(ctx context.Context, order workflows.Effect) error {
	_, err := a.once(ctx, order, a.portalEffect(order.Key, "withdraw", func(ctx context.Context) (portal.Receipt, error) {
		_, err := a.Portal.Lookup(ctx, order.Of)
		if errors.Is(err, portal.ErrNoSuchKey) {
			return portal.Receipt{Key: order.Key, Reference: "nothing_submitted"}, nil
		}
		if err != nil { // nothing has been asked for yet
			return portal.Receipt{}, outcome.Retry("submission_unknown", 0, err)
		}
		reason, err := a.Store.Text(ctx, order.Code, order.TextID)
		if err != nil {
			return portal.Receipt{}, beforeCall(err)
		}
		return a.Portal.Withdraw(ctx, portal.Withdrawal{Key: order.Key, Code: order.Code, Reason: reason})
	}))
	return err
}
