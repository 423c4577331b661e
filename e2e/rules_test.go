package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"hoso/internal/identity"
	"hoso/workflows"
)

// TestRulesNameOnlyWhatIsServed carries a dossier through and parks another, has
// ledgers and custody proved, and holds every query of the alert rules and the dashboard
// against what API and worker then serve at /metrics. Prometheus's own library
// parses them, in a module of its own (deploy/promcheck).
func TestRulesNameOnlyWhatIsServed(t *testing.T) {
	t.Parallel()
	y := newSystem(t, setup{})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	manager := y.as(t, identity.Subject{ID: "manager-e2e", Role: identity.Manager})
	register := y.register(t)
	returned, waits := fileOne(t, clerk, 0), filePaper(t, clerk, 1)
	y.allReturned(t, register, []string{returned}, time.Minute)
	y.waitsFor(t, register, waits, "handover")
	manager.post(t, "/v1/dossiers/"+waits+"/hold", "hold", map[string]any{"reason": "Xem lại"}, http.StatusOK)
	schedules := y.dial(t).ScheduleClient()
	for schedule, done := range map[string]func(context.Context) error{
		workflows.CustodySchedule: func(ctx context.Context) error { _, err := register.LastProof(ctx); return err },
		workflows.AuditSchedule: func(ctx context.Context) error { // the root comes after the proof
			_, err := register.NewestRoot(ctx)
			return err
		},
	} {
		require.NoError(t, eventually(time.Minute, func(ctx context.Context) error {
			if done(ctx) == nil {
				return nil
			}
			return errors.Join(schedules.GetHandle(ctx, schedule).Trigger(ctx, client.ScheduleTriggerOptions{}), fmt.Errorf("%s has not run yet", schedule))
		}))
	}

	scrapes := []string{filepath.Join(y.dir, "api.metrics"), filepath.Join(y.dir, "worker.metrics")}
	require.NoError(t, eventually(time.Minute, func(ctx context.Context) error {
		for i, base := range []string{y.api, y.metrics} {
			status, raw, err := caller{base: base}.once(ctx, http.MethodGet, "/metrics", "", "", nil)
			if err != nil || status != http.StatusOK {
				return fmt.Errorf("%s: %d, %w", base, status, err)
			}
			if err := os.WriteFile(scrapes[i], raw, 0o600); err != nil {
				return err
			}
		}
		for _, line := range []string{`hoso_dossiers_parked{task="held"} 1`, `hoso_dossiers{stage="submission"} 1`, "hoso_dossiers_nobody 0", "hoso_custody_faults 0", "hoso_audit_faults 0", `hoso_task_queue_pollers{queue="portal"} 1`} {
			if raw, _ := os.ReadFile(scrapes[0]); !strings.Contains(string(raw), line+"\n") {
				return fmt.Errorf("the API does not serve %s yet", line)
			}
		}
		return nil
	}))
	repo, err := filepath.Abs("..")
	require.NoError(t, err)
	deploy := filepath.Join(repo, "deploy")
	check := exec.Command(built(t, "promcheck", deploy, "./promcheck"), append([]string{"-rules", filepath.Join(deploy, "prometheus", "rules.yml"),
		"-dashboard", filepath.Join(deploy, "grafana", "hoso.json"), "-playbooks", filepath.Join(repo, "docs", "playbooks.md")}, scrapes...)...)
	said, err := check.CombinedOutput()
	require.NoError(t, err, "%s", said)
	t.Logf("%s", said)
}
