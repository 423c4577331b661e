package activities

import (
	"context"

	"hoso/internal/outcome"
	"hoso/workflows"
)

// CancelCourier takes a booking back. Cancelling is idempotent at the carrier by
// the booking's key, so it needs no look-up of its own.
func (a *Activities) CancelCourier(ctx context.Context, order workflows.Effect) error {
	carrier, ok := a.Carriers[order.Carrier]
	if !ok {
		return asTemporal(outcome.Refuse("unknown_carrier"))
	}
	return asTemporal(carrier.Cancel(ctx, order.Key))
}
