//go:build unix

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// TestRecoveryFromTheLog: PostgreSQL's log is received elsewhere as it is written,
// and a base backup is made while dossiers are on their way. Life goes on; then, in
// the midst of filings and steps, the server is killed and its data are gone. From
// base backup and log the register comes to the last thing that it acknowledged, and
// the engine goes on with it: with its Temporal, or with an empty one.
func TestRecoveryFromTheLog(t *testing.T) {
	t.Parallel()
	for name, temporalToo := range map[string]bool{"temporal stays": false, "temporal is gone, too": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recoveryDrill(t, temporalToo)
		})
	}
}

func recoveryDrill(t *testing.T, temporalToo bool) {
	cluster := pgtest.Start(t)
	cluster.Receive(t)
	// Every call that gets through has an effect of its own: a second one would show.
	noKeys := map[string]any{"name": "no-keys", "call": map[string]any{"ignore_keys": true}}
	y := newSystem(t, setup{database: cluster.URL(), courier: map[string]any{"rules": []map[string]any{noKeys}},
		portal: map[string]any{"rules": []map[string]any{noKeys, {"name": "held", "script": map[string]any{"hold_before": 9}}}}})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	register := y.register(t)

	early := fileMore(t, clerk, 0, 3)
	y.allAre(t, register, early, dossier.Processing)
	cluster.BaseBackup(t)
	y.release(t, early[0])
	y.allReturned(t, register, early[:1], time.Minute)
	later := fileMore(t, clerk, 3, 3)
	y.allAre(t, register, later, dossier.Processing)
	y.run(t, "audit", "root")
	givenOut := filepath.Join(y.dir, "audit", "roots")

	// These are decided, and those are filed, as the server dies. Whoever gets no
	// answer at the desk asks again with the same key.
	decided := []string{early[1], later[0]}
	for _, code := range decided {
		y.release(t, code)
	}
	amid := fileMeanwhile(t, clerk, 6, 6)
	require.NoError(t, eventually(time.Minute, func(ctx context.Context) error {
		filed, err := register.Counts(ctx)
		if err == nil && filed.Dossiers < 8 {
			err = fmt.Errorf("%d dossiers are filed", filed.Dossiers)
		}
		return err
	}))
	cluster.Kill(t)
	if temporalToo {
		for _, p := range []*process{y.worker, y.apiProc, y.temporal} {
			p.kill()
		}
		files, err := filepath.Glob(filepath.Join(y.dir, "temporal.db*"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			require.NoError(t, os.Remove(file))
		}
	}
	cluster.Recover(t)
	began := time.Now()
	var over []string // of these no workflow is started anew
	if temporalToo {
		var open []string
		open, over = openAndOver(t, register)
		y.temporal.start(t)
		y.run(t, "migrate")
		require.Contains(t, y.run(t, "start-anew"), fmt.Sprintf("%d workflows are to be started", len(open)))
		y.apiProc.start(t)
		y.worker.start(t)
		y.allRun(t, open)
		t.Logf("%d workflows run %s after the recovery", len(open), time.Since(began).Round(100*time.Millisecond))
	}

	codes := slices.Concat(early, later, amid())
	y.allReturned(t, register, append(decided, early[0]), 2*time.Minute)
	held := slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return code == early[0] || slices.Contains(decided, code) })
	y.allAre(t, register, held, dossier.Processing)
	for _, code := range held {
		y.release(t, code)
	}
	y.allReturned(t, register, codes, 2*time.Minute)
	t.Logf("%d dossiers returned %s after the recovery", len(codes), time.Since(began).Round(100*time.Millisecond))

	y.checkLedgers(t, codes)
	checkRegister(t, register, codes)
	filed, err := register.Counts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, len(codes), filed.Dossiers, "a filing that was repeated is one dossier")
	y.checkTemporal(t, slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return slices.Contains(over, code) }))
	require.Contains(t, y.run(t, "audit", "verify", "--roots", givenOut), "1 roots: nothing was changed or taken away")
	require.Contains(t, y.run(t, "custody", "verify"), "each original has exactly one holder")
	requireNoDrift(t, register, codes)
}

// openAndOver are the codes of the dossiers that are open, and of those that are not.
func openAndOver(t testing.TB, s *store.Store) (open, over []string) {
	t.Helper()
	all, err := s.Dossiers(t.Context(), store.Scope{All: true}, store.Filter{Limit: 100})
	require.NoError(t, err)
	for _, d := range all {
		if d.ClosedAt == nil {
			open = append(open, d.Code)
		} else {
			over = append(over, d.Code)
		}
	}
	return open, over
}

// allRun waits until each dossier has a workflow, which may have come to its end.
func (y *system) allRun(t testing.TB, codes []string) {
	t.Helper()
	c := y.dial(t)
	require.NoError(t, eventually(time.Minute, func(ctx context.Context) error {
		for _, code := range codes {
			if _, err := c.DescribeWorkflowExecution(ctx, code, ""); err != nil {
				return fmt.Errorf("%s: %w", code, err)
			}
		}
		return nil
	}))
}
