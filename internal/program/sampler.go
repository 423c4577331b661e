package program

import (
	"context"

	"hoso/internal/arrivals"
	"hoso/internal/courier"
	"hoso/internal/portal"
	"hoso/internal/reconcile"
)

// nightlyCalls bounds what the nightly comparison asks of each outside party, per
// second; the sampler's own bound is lower, and what dossiers need comes on top.
const nightlyCalls = 20

// reconciler holds the register against the world for the nightly comparison.
func (m *Main) reconciler(p portal.Connector, carriers map[string]courier.Carrier) *reconcile.Reconciler {
	return reconcile.New(m.Relay, arrivals.Door{Store: m.Store, Blobs: m.Blobs}, p, carriers, reconcile.Options{Log: m.Log, Calls: nightlyCalls})
}

// sample looks at a few dossiers at a time until the context ends. A process that
// does not know where portal and carriers are leaves it to the others.
func (m *Main) sample(ctx context.Context) error {
	if !m.Config.reachesOut() {
		return nil
	}
	p, carriers, err := m.outside(ctx)
	if err != nil {
		return err
	}
	return reconcile.New(m.Relay, arrivals.Door{Store: m.Store, Blobs: m.Blobs}, p, carriers, reconcile.Options{Log: m.Log}).Run(ctx)
}
