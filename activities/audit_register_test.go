package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"hoso/activities"
	"hoso/internal/audit"
	"hoso/internal/dossier"
	"hoso/internal/store"
	"hoso/workflows"
)

// auditing plays the auditor and the comparer.
type auditing struct {
	proof store.AuditProof
	err   error
	from  []workflows.Compared
}

func (a *auditing) Prove(_ context.Context, _ time.Time, beat func()) (store.AuditProof, error) {
	beat()
	return a.proof, a.err
}

func (a *auditing) Root(_ context.Context, beat func()) (store.AuditRoot, error) {
	beat()
	return store.AuditRoot{N: 4, File: "signed"}, a.err
}

func (a *auditing) Full(_ context.Context, so workflows.Compared, beat func(workflows.Compared)) (workflows.Compared, error) {
	a.from = append(a.from, so)
	so.After, so.Dossiers = "B", so.Dossiers+2
	beat(so)
	return so, a.err
}

func TestANightsProofIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fault := audit.Fault{Dossier: "VNPHKI-250205-0001-M", Seq: 3, Rule: audit.EntryChanged}
	fake := &auditing{proof: store.AuditProof{At: moment, Dossiers: 2, Entries: 9, Roots: 1, Faults: []audit.Fault{fault}}}
	a := &activities.Activities{Store: w.Store, Ledgers: fake, Compares: fake}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	for _, act := range []any{a.ProveLedgers, a.SignRoot, a.CompareRegister} {
		env.RegisterActivity(act)
	}

	var proved workflows.Proved
	v, err := env.ExecuteActivity(a.ProveLedgers)
	require.NoError(t, err)
	require.NoError(t, v.Get(&proved))
	require.Equal(t, workflows.Proved{Dossiers: 2, Entries: 9, Roots: 1, Faults: 1}, proved)
	kept, err := w.Store.LastAuditProof(t.Context())
	require.NoError(t, err)
	require.Equal(t, []audit.Fault{fault}, kept.Faults)
	require.Equal(t, dossier.LocalDay(moment), dossier.LocalDay(kept.At))

	var rooted workflows.Rooted
	v, err = env.ExecuteActivity(a.SignRoot)
	require.NoError(t, err)
	require.NoError(t, v.Get(&rooted))
	require.Equal(t, workflows.Rooted{N: 4, Hash: audit.HashRoot([]byte("signed"))}, rooted)

	env.SetHeartbeatDetails(workflows.Compared{After: "A", Dossiers: 5, Failed: 3})
	var compared workflows.Compared
	v, err = env.ExecuteActivity(a.CompareRegister)
	require.NoError(t, err)
	require.NoError(t, v.Get(&compared))
	require.Equal(t, workflows.Compared{After: "B", Dossiers: 7}, compared)
	require.Equal(t, []workflows.Compared{{After: "A", Dossiers: 5}}, fake.from, "it goes on where an earlier try was")

	fake.err = errors.New(secret)
	for _, act := range []any{a.ProveLedgers, a.SignRoot, a.CompareRegister} {
		_, err := env.ExecuteActivity(act)
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret)
	}
}
