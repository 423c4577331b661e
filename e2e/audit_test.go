package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/reconcile"
	"hoso/internal/store"
	"hoso/workflows"
)

// TestTheRegisterAuditsItself: while all is well a night's audit and the sampler
// find nothing to put right. Then workflows are terminated behind the engine's
// back: they are found, started anew, counted, and every dossier is returned. At
// last somebody changes what was written down.
func TestTheRegisterAuditsItself(t *testing.T) {
	t.Parallel()
	y := newSystem(t, setup{portal: map[string]any{"rules": []map[string]any{{"name": "held", "script": map[string]any{"hold_before": 9}}}}})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	codes := fileMany(t, clerk, 4)
	register := y.register(t)
	y.allAre(t, register, codes, dossier.Processing)

	night := y.night(t, 1)
	require.Equal(t, workflows.Compared{Dossiers: 4, After: night.Compared.After}, night.Compared)
	require.Zero(t, night.Proved.Faults)
	require.EqualValues(t, 1, night.Rooted.N)
	y.requireCorrections(t, map[string]int{})

	temporal := y.dial(t)
	for _, code := range codes[:2] {
		require.NoError(t, temporal.TerminateWorkflow(t.Context(), code, "", "a slip of the hand"))
	}
	require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
		for _, code := range codes[:2] {
			rows, err := register.CorrectionsOf(ctx, code)
			if err != nil || len(rows) == 0 {
				return errors.Join(err, fmt.Errorf("%s was not started anew", code))
			}
		}
		return nil
	}))
	y.requireCorrections(t, map[string]int{reconcile.WorkflowMissing: 2})

	caller{base: y.portalAt}.post(t, "/admin/release", "", map[string]any{}, http.StatusOK)
	y.allReturned(t, register, codes, 2*time.Minute)
	y.checkLedgers(t, codes)
	checkRegister(t, register, codes)
	night = y.night(t, 2)
	require.EqualValues(t, 2, night.Rooted.N)
	require.Zero(t, night.Compared.Corrected+night.Compared.Standing, "%+v", night)
	y.requireCorrections(t, map[string]int{reconcile.WorkflowMissing: 2})
	require.Contains(t, y.run(t, "audit", "verify"), "2 roots: nothing was changed or taken away")

	pool, err := register.Pool()
	require.NoError(t, err)
	_, err = pool.ExecContext(t.Context(), "UPDATE audit_entries SET actor = 'minh' WHERE dossier_code = $1 AND seq = 2", codes[3])
	require.NoError(t, err)
	night = y.night(t, 3)
	require.Equal(t, 1, night.Proved.Faults)
	p, err := register.LastAuditProof(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{codes[3], int64(2)}, []any{p.Faults[0].Dossier, p.Faults[0].Seq})
	y.requireMetric(t, "hoso_audit_faults 1")
}

// night has the schedule's workflow run now, as it does every night, and gives
// what came of its n-th run.
func (y *system) night(t testing.TB, n int) workflows.Audited {
	t.Helper()
	c := y.dial(t)
	require.NoError(t, c.ScheduleClient().GetHandle(t.Context(), workflows.AuditSchedule).Trigger(t.Context(), client.ScheduleTriggerOptions{}))
	var a workflows.Audited
	require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
		got, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: "default", Query: "WorkflowType='" + workflows.AuditType + "' AND ExecutionStatus='Completed'"})
		if err != nil {
			return err
		}
		if len(got.GetExecutions()) < n {
			return fmt.Errorf("%d nights are over", len(got.GetExecutions()))
		}
		e := got.GetExecutions()[0].GetExecution() // the newest comes first
		return c.GetWorkflow(ctx, e.GetWorkflowId(), e.GetRunId()).Get(ctx, &a)
	}))
	return a
}

// requireMetric waits until the API's /metrics serves a line: a count may be as old
// as one is kept.
func (y *system) requireMetric(t testing.TB, line string) {
	t.Helper()
	require.NoError(t, eventually(time.Minute, func(context.Context) error {
		if told := string(caller{base: y.api}.must(t, http.MethodGet, "/metrics", "", "", nil, http.StatusOK)); !strings.Contains(told, "\n"+line+"\n") {
			return fmt.Errorf("not served: %s", line)
		}
		return nil
	}))
}

// requireCorrections wants so many corrections by kind, no others, and no drift.
func (y *system) requireCorrections(t testing.TB, want map[string]int) {
	t.Helper()
	for _, kind := range reconcile.Kinds() {
		y.requireMetric(t, fmt.Sprintf("hoso_register_corrections_total{kind=%q} %d", kind, want[kind]))
		y.requireMetric(t, fmt.Sprintf("hoso_register_drift{kind=%q} 0", kind))
	}
}

// allAre waits until every dossier has a status.
func (y *system) allAre(t testing.TB, s *store.Store, codes []string, want dossier.Status) {
	t.Helper()
	require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
		var others []string
		for _, code := range codes {
			d, err := s.Dossier(ctx, store.Scope{All: true}, code)
			if err != nil {
				return err
			}
			if d.Status != want {
				others = append(others, code+" is "+d.Status.Name())
			}
		}
		if len(others) > 0 {
			return errors.New(strings.Join(others, ", "))
		}
		return nil
	}))
}
