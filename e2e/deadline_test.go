package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// TestADeadlineCrossedWhileTheWorkerIsOff moves a dossier's time on by 72 hours, or
// more where it must, across its due date, while no worker runs. When a worker is back the date has
// been missed, everybody is told so, once, and the dossier goes on.
func TestADeadlineCrossedWhileTheWorkerIsOff(t *testing.T) {
	t.Parallel()
	y := newSystem(t, setup{temporal: []string{"--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"}})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	centre := y.as(t, identity.Subject{ID: "centre-e2e", Role: identity.Centre, Authority: "H26.12.03"})
	code := filePaper(t, clerk, 0)
	register := y.register(t)
	step := func(who caller, name string, body any) {
		who.post(t, "/v1/dossiers/"+code+"/"+name, fmt.Sprint(name, body), body, http.StatusOK, http.StatusAccepted)
	}
	await := func(what string, ok func(store.Dossier) bool) store.Dossier {
		var d store.Dossier
		require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) (err error) {
			if d, err = register.Dossier(ctx, store.Scope{All: true}, code); err == nil && !ok(d) {
				err = fmt.Errorf("not %s: %s %s waiting for %s, due %v", what, d.Stage, d.Status, d.WaitingWhat, d.DueAt)
			}
			return err
		}))
		return d
	}
	await("at the counter", func(d store.Dossier) bool { return d.WaitingWhat == dossier.WhatHandover })
	step(clerk, "handover", map[string]any{"act": "offer", "to": map[string]any{"kind": "authority"}})
	await("offered", func(d store.Dossier) bool { return d.WaitingWhat == dossier.WhatTake })
	step(centre, "handover", map[string]any{"act": "take"})
	await("taken", func(d store.Dossier) bool { return d.WaitingWhat == dossier.WhatAcceptance })
	step(centre, "decision", map[string]any{"action": "accept"})
	step(centre, "decision", map[string]any{"action": "process"})
	before := await("processed", func(d store.Dossier) bool { return d.Status == dossier.Processing && d.Clock.Runs() })
	require.NotNil(t, before.DueAt)
	require.False(t, before.Overdue)

	y.worker.kill()
	y.fastForward(t, code, max(72*time.Hour, time.Until(*before.DueAt)+time.Hour)) // on a Friday afternoon the date lies beyond 72 hours
	asleep, err := register.Dossier(t.Context(), store.Scope{All: true}, code)
	require.NoError(t, err)
	require.Equal(t, before, asleep, "nobody is there to do anything")
	y.worker.start(t)
	await("overdue", func(d store.Dossier) bool { return d.Overdue })
	require.Equal(t, 1, count(t, register, code, "overdue"), "told once")
	require.NoError(t, register.VerifyAudit(t.Context(), code))

	step(centre, "decision", map[string]any{"action": "resolve", "result": map[string]any{"paper": true}})
	await("returned", func(d store.Dossier) bool { return d.Status == dossier.Returned })
}

// fastForward moves a workflow's time on, as far as it has nothing else to do.
func (y *system) fastForward(t *testing.T, code string, by time.Duration) {
	t.Helper()
	_, err := y.dial(t).WorkflowService().UpdateWorkflowExecutionOptions(t.Context(), &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace: "default", WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: code},
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
			Enabled: true, FastForwardConfig: &commonpb.FastForwardConfig{Id: "three-days", Duration: durationpb.New(by)}}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	require.NoError(t, err)
}

// count says how often something stands in a dossier's history.
func count(t *testing.T, s *store.Store, code, kind string) int {
	t.Helper()
	rows, err := s.Timeline(t.Context(), code)
	require.NoError(t, err)
	return len(slices.DeleteFunc(rows, func(e store.AuditEntry) bool { return e.Kind != kind }))
}
