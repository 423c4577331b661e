package activities

import (
	"context"
	"errors"

	"hoso/internal/courier"
	"hoso/internal/outcome"
	"hoso/internal/store"
	"hoso/workflows"
)

// CancelCourier takes a booking back. Cancelling is idempotent at the carrier by
// the booking's key, so it needs no look-up of its own. The register knows which
// carrier was ordered; where none was, or the order never arrived, there is
// nothing to take back, and the act is done.
func (a *Activities) CancelCourier(ctx context.Context, order workflows.Effect) error {
	sh, err := a.ordered(ctx, order)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return registerError(err)
	}
	carrier, ok := a.Carriers[sh.Carrier]
	if !ok {
		return asTemporal(outcome.Refuse("unknown_carrier"))
	}
	if err := carrier.Cancel(ctx, order.Key); !errors.Is(err, courier.ErrNoSuchKey) {
		return asTemporal(err)
	}
	return nil
}

func (a *Activities) ordered(ctx context.Context, order workflows.Effect) (store.Shipment, error) {
	known, err := a.Store.ShipmentsOf(ctx, order.Code)
	if err != nil {
		return store.Shipment{}, err
	}
	for _, sh := range known {
		if sh.Key == order.Key {
			return sh, nil
		}
	}
	return store.Shipment{}, store.ErrNotFound
}
