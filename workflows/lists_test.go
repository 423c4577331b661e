package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"hoso/internal/dossier"
	"hoso/workflows"
)

// The lists are written once for the day on which it is morning in Hà Nội; a
// register that is away is tried again.
func TestTheMorningsLists(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(time.Date(2025, 2, 5, 7, 0, 0, 0, dossier.Zone)) // midnight of the 5th in UTC
	var asked []workflows.ListsOrder
	env.RegisterActivityWithOptions(func(_ context.Context, o workflows.ListsOrder) (workflows.ListsMade, error) {
		if asked = append(asked, o); len(asked) == 1 {
			return workflows.ListsMade{}, errors.New("away")
		}
		return workflows.ListsMade{Day: o.Day, Written: 33}, nil
	}, activity.RegisterOptions{Name: "WriteLists"})
	env.ExecuteWorkflow(workflows.OfficeLists)
	require.NoError(t, env.GetWorkflowError())
	var made workflows.ListsMade
	require.NoError(t, env.GetWorkflowResult(&made))
	require.Equal(t, workflows.ListsMade{Day: "2025-02-05", Written: 33}, made)
	require.Equal(t, []workflows.ListsOrder{{Day: "2025-02-05"}, {Day: "2025-02-05"}}, asked)
}
