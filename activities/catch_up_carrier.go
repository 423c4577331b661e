package activities

import (
	"context"

	"hoso/internal/arrivals"
	"hoso/internal/outcome"
	"hoso/internal/register"
	"hoso/workflows"
)

// CatchUpCarrier asks a carrier for everything that happened to a parcel, by
// the same door as the carrier's webhook.
func (a *Activities) CatchUpCarrier(ctx context.Context, c workflows.CatchUp) ([]register.ParcelReport, error) {
	sh, err := a.Store.Shipment(ctx, "", c.Shipment)
	if err != nil {
		return nil, registerError(err)
	}
	carrier, ok := a.Carriers[sh.Carrier]
	if !ok {
		return nil, asTemporal(outcome.Refuse("unknown_carrier"))
	}
	events, err := carrier.Events(ctx, sh.Key)
	if err != nil {
		return nil, asTemporal(err)
	}
	door := arrivals.Door{Store: a.Store, Blobs: a.Blobs}
	var news []register.ParcelReport
	for _, e := range events {
		m, err := door.Carrier(ctx, sh.Carrier, e)
		if unfit(err) {
			continue
		}
		if err != nil {
			return nil, registerError(err)
		}
		if !isNews(m, c) {
			continue
		}
		r, err := m.ParcelReport()
		if err != nil {
			continue
		}
		if err := a.Store.Signalled(ctx, m.ID); err != nil {
			return nil, registerError(err)
		}
		news = append(news, r)
	}
	if c.Patient && len(news) == 0 {
		return nil, nothingNew()
	}
	return news, nil
}
