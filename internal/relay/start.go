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
	"hoso/internal/register"
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
	n, err := r.signal(ctx, []store.Inbox{m})
	if err != nil || n == 0 {
		return err
	}
	return r.store.Signalled(ctx, m.ID)
}

// signal is Signal for messages of one dossier, with one signal and without the
// mark: it is to be set for the first n of them.
func (r *Relay) signal(ctx context.Context, messages []store.Inbox) (n int, err error) {
	reports, unread := reportsIn(messages)
	if len(reports) == 0 {
		return 0, unread
	}
	err = r.temporal.SignalWorkflow(ctx, messages[0].DossierCode, "", workflows.SignalReports, reports)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return 0, r.missing(ctx, messages)
	}
	if err != nil {
		return 0, fmt.Errorf("relay: signalling: %w", err)
	}
	return len(reports), unread
}

func (r *Relay) missing(ctx context.Context, messages []store.Inbox) error {
	code := messages[0].DossierCode
	d, err := r.store.Start(ctx, code)
	if err != nil {
		return err
	}
	if d.Stage != dossier.StageClosed {
		return r.Start(ctx, code) // the messages' next turn comes with their lease
	}
	for _, m := range messages {
		if err := r.store.Late(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// reportsIn reads messages, up to the first that cannot be read.
func reportsIn(messages []store.Inbox) (reports []register.Report, err error) {
	for _, m := range messages {
		var r register.Report
		switch m.Kind {
		case store.KindParcel:
			r.Parcel, err = told(m.ParcelReport())
		case store.KindPapers:
			r.Papers, err = told(m.PapersReport())
		default:
			r.Portal, err = told(m.PortalReport())
		}
		if err != nil {
			return reports, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

func told[T any](report T, err error) (*T, error) { return &report, err }
