package workflows_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"hoso/workflows"
)

// A night's audit proves, signs and compares, in that order; a comparison that
// died goes on where it was.
func TestANightsAudit(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	var did []string
	env.RegisterActivityWithOptions(func(context.Context) (workflows.Proved, error) {
		did = append(did, "proved")
		return workflows.Proved{Dossiers: 3, Entries: 9}, nil
	}, activity.RegisterOptions{Name: "ProveLedgers"})
	env.RegisterActivityWithOptions(func(context.Context) (workflows.Rooted, error) {
		if did = append(did, "signed"); len(did) == 2 {
			return workflows.Rooted{}, errors.New("away")
		}
		return workflows.Rooted{N: 7, Hash: "x"}, nil
	}, activity.RegisterOptions{Name: "SignRoot"})
	env.RegisterActivityWithOptions(func(ctx context.Context) (workflows.Compared, error) {
		did = append(did, "compared")
		var so workflows.Compared
		if activity.HasHeartbeatDetails(ctx) {
			require.NoError(t, activity.GetHeartbeatDetails(ctx, &so))
			so.Dossiers++
			return so, nil
		}
		activity.RecordHeartbeat(ctx, workflows.Compared{After: "VNPHKI-250205-0001-M", Dossiers: 1})
		return so, errors.New("killed")
	}, activity.RegisterOptions{Name: "CompareRegister"})
	env.ExecuteWorkflow(workflows.RegisterAudit)
	require.NoError(t, env.GetWorkflowError())
	var a workflows.Audited
	require.NoError(t, env.GetWorkflowResult(&a))
	require.Equal(t, []string{"proved", "signed", "signed", "compared", "compared"}, did)
	require.Equal(t, workflows.Audited{Proved: workflows.Proved{Dossiers: 3, Entries: 9}, Rooted: workflows.Rooted{N: 7, Hash: "x"},
		Compared: workflows.Compared{After: "VNPHKI-250205-0001-M", Dossiers: 2}}, a)
}

// What cannot be proved keeps nobody from signing and comparing, and the night is
// told as failed.
func TestANightOfWhichOnePartFails(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	signed, compared := false, false
	env.RegisterActivityWithOptions(func(context.Context) (workflows.Proved, error) {
		return workflows.Proved{}, temporal.NewNonRetryableApplicationError("no", "No", nil)
	}, activity.RegisterOptions{Name: "ProveLedgers"})
	env.RegisterActivityWithOptions(func(context.Context) (workflows.Rooted, error) { signed = true; return workflows.Rooted{}, nil }, activity.RegisterOptions{Name: "SignRoot"})
	env.RegisterActivityWithOptions(func(context.Context) (workflows.Compared, error) { compared = true; return workflows.Compared{}, nil }, activity.RegisterOptions{Name: "CompareRegister"})
	env.ExecuteWorkflow(workflows.RegisterAudit)
	require.ErrorContains(t, env.GetWorkflowError(), "no")
	require.True(t, signed)
	require.True(t, compared)
}
