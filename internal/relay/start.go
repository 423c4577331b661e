package relay

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/workflows"
)

// Start starts a dossier's workflow, or finds it running. A dossier whose
// workflow was terminated is started anew and goes on where the register stands.
func (r *Relay) Start(ctx context.Context, code string) error {
	d, err := r.store.Start(ctx, code)
	if err != nil {
		return fmt.Errorf("relay: reading dossier: %w", err)
	}
	if err := r.begin(ctx, d); err != nil {
		return err
	}
	return r.store.Started(ctx, store.KindStart, code)
}

// begin is Start without the mark in the register. A closed dossier is not started.
func (r *Relay) begin(ctx context.Context, d store.Dossier) error {
	if d.Stage == dossier.StageClosed {
		return nil
	}
	summary, attributes := workflows.StartOptions(r.name(d), workflows.Begin{Office: d.Office, Network: d.Network, Procedure: d.ProcedureCode, Authority: d.Authority})
	priority := 3
	if d.Vulnerable {
		priority = 2
	}
	_, err := r.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: d.Code, TaskQueue: workflows.QueueDossier, StaticSummary: summary, TypedSearchAttributes: attributes,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		// The register guards against a second life: a closed dossier is not started
		// (above). One that a restored register has open again must be.
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		Priority:                                 temporal.Priority{PriorityKey: priority, FairnessKey: d.Network},
	}, workflows.DossierType, workflows.Start{Code: d.Code})
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &already) {
		return fmt.Errorf("relay: starting workflow: %w", err)
	}
	return nil
}

// Signal hands a message to its dossier's workflow, and marks it. Where the
// workflow has ended, the message is late; where it is missing, it is started
// first.
func (r *Relay) Signal(ctx context.Context, m store.Inbox) error {
	handed, err := r.signal(ctx, m)
	if err != nil || !handed {
		return err
	}
	return r.store.Signalled(ctx, m.ID)
}

// signal is Signal without the mark; handed says whether it is to be set.
func (r *Relay) signal(ctx context.Context, m store.Inbox) (handed bool, err error) {
	name, payload, err := signalOf(m)
	if err != nil {
		return false, err
	}
	err = r.temporal.SignalWorkflow(ctx, m.DossierCode, "", name, payload)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return false, r.missing(ctx, m)
	}
	if err != nil {
		return false, fmt.Errorf("relay: signalling: %w", err)
	}
	return true, nil
}

func (r *Relay) missing(ctx context.Context, m store.Inbox) error {
	d, err := r.store.Start(ctx, m.DossierCode)
	if err != nil {
		return err
	}
	if d.Stage == dossier.StageClosed {
		return r.store.Late(ctx, m)
	}
	return r.Start(ctx, m.DossierCode) // the message's next turn comes with its lease
}

func signalOf(m store.Inbox) (string, any, error) {
	switch m.Kind {
	case store.KindParcel:
		p, err := m.ParcelReport()
		return workflows.SignalParcel, p, err
	case store.KindPapers:
		p, err := m.PapersReport()
		return workflows.SignalPapers, p, err
	default:
		p, err := m.PortalReport()
		return workflows.SignalPortal, p, err
	}
}
