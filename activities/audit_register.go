package activities

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"

	"hoso/internal/audit"
	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/workflows"
)

// Ledgers proves the audit ledgers and signs for them.
type Ledgers interface {
	Prove(ctx context.Context, since time.Time, beat func()) (store.AuditProof, error)
	Root(ctx context.Context, beat func()) (store.AuditRoot, error)
}

// Comparer holds the register against workflows, portal and carriers, on from
// where an earlier try came to.
type Comparer interface {
	Full(ctx context.Context, so workflows.Compared, beat func(workflows.Compared)) (workflows.Compared, error)
}

func heartbeat(ctx context.Context) func() {
	return func() {
		if activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx)
		}
	}
}

// ProveLedgers holds every ledger against the register and the signed roots, and
// keeps what came of it under the day on which it was done.
func (a *Activities) ProveLedgers(ctx context.Context) (workflows.Proved, error) {
	p, err := a.Ledgers.Prove(ctx, time.Time{}, heartbeat(ctx))
	if err != nil {
		return workflows.Proved{}, registerError(err)
	}
	for _, f := range p.Faults {
		slog.ErrorContext(ctx, "the audit ledger does not hold", "dossier", f.Dossier, "ledger", f.Ledger, "entry", f.Seq, "root", f.Root, "rule", f.Rule)
	}
	made := workflows.Proved{Dossiers: p.Dossiers, Entries: p.Entries, Roots: p.Roots, Faults: len(p.Faults)}
	return made, registerError(a.Store.KeepAuditProof(ctx, dossier.LocalDay(p.At), p))
}

// SignRoot signs a root over all ledgers and writes it down to be given out.
func (a *Activities) SignRoot(ctx context.Context) (workflows.Rooted, error) {
	row, err := a.Ledgers.Root(ctx, heartbeat(ctx))
	if err != nil {
		return workflows.Rooted{}, registerError(err)
	}
	return workflows.Rooted{N: row.N, Hash: audit.HashRoot([]byte(row.File))}, nil
}

// CompareRegister holds the register against workflows, portal and carriers. A
// try that died goes on where it was.
func (a *Activities) CompareRegister(ctx context.Context) (workflows.Compared, error) {
	var so workflows.Compared
	if activity.IsActivity(ctx) && activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &so); err != nil {
			so = workflows.Compared{}
		}
	}
	so.Failed = 0 // of this try
	so, err := a.Compares.Full(ctx, so, func(so workflows.Compared) {
		if activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx, so)
		}
	})
	return so, registerError(err)
}
