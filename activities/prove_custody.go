package activities

import (
	"context"
	"log/slog"

	"go.temporal.io/sdk/activity"

	"hoso/internal/dossier"
	"hoso/workflows"
)

// ProveCustody holds every paper original against its ledger and keeps what came
// of it under the day on which it was done.
func (a *Activities) ProveCustody(ctx context.Context) (workflows.CustodyProved, error) {
	p, err := a.Store.ProveCustody(ctx, func() {
		if activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx)
		}
	})
	if err != nil {
		return workflows.CustodyProved{}, registerError(err)
	}
	for _, f := range p.Faults {
		slog.ErrorContext(ctx, "custody does not hold", "dossier", f.Dossier, "entry", f.Seq, "paper", f.Paper, "bag", f.Bag, "rule", f.Rule)
	}
	made := workflows.CustodyProved{Dossiers: p.Dossiers, Papers: p.Papers, Bags: p.Bags, Faults: len(p.Faults)}
	return made, registerError(a.Store.KeepProof(ctx, dossier.LocalDay(p.At), p))
}
