package program

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/trail"
	"hoso/workflows"
)

// headers are Temporal's, of one message.
type headers map[string]*commonpb.Payload

func (h headers) Set(key string, p *commonpb.Payload)      { h[key] = p }
func (h headers) Get(key string) (*commonpb.Payload, bool) { p, ok := h[key]; return p, ok }
func (h headers) ForEachKey(do func(string, *commonpb.Payload) error) error {
	for k, p := range h {
		if err := do(k, p); err != nil {
			return err
		}
	}
	return nil
}

// TestARequestsIDReachesTheActivity: through the workflow that it starts, and from
// the command on that comes later.
func TestARequestsIDReachesTheActivity(t *testing.T) {
	t.Parallel()
	var s testsuite.WorkflowTestSuite
	var o client.Options
	require.NoError(t, carry(&o, nil))
	s.SetContextPropagators(o.ContextPropagators)
	h := headers{}
	require.NoError(t, requestID{}.Inject(trail.With(t.Context(), "request-1"), h))
	s.SetHeader(&commonpb.Header{Fields: h})
	env := s.NewTestWorkflowEnvironment()
	act := func(ctx context.Context) (string, error) { return trail.RequestID(ctx), nil }
	env.RegisterActivity(act)
	var seen []string
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		for _, moved := range []string{"", "request-2"} {
			if r := ctx.Value(workflows.RequestKey).(*workflows.Request); moved != "" { //nolint:forcetypeassert // the propagator has just put it there
				r.ID = moved // as a command does
			}
			var id string
			if err := workflow.ExecuteLocalActivity(workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: callTimeout}), act).Get(ctx, &id); err != nil {
				return err
			}
			seen = append(seen, id)
		}
		return nil
	})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, []string{"request-1", "request-2"}, seen)
}

// TestAHeaderThatIsNoIDIsLeft: a mark for log lines holds nothing up, and nobody
// writes into a log by it.
func TestAHeaderThatIsNoIDIsLeft(t *testing.T) {
	t.Parallel()
	for _, given := range []any{"line\nbreak-12", "0987310001", 7, map[string]string{"a": "b"}} {
		p, err := converter.GetDefaultDataConverter().ToPayload(given)
		require.NoError(t, err)
		ctx, err := requestID{}.Extract(t.Context(), headers{requestHeader: p})
		require.NoError(t, err)
		require.Empty(t, trail.RequestID(ctx), "%v", given)
	}
	h := headers{}
	require.NoError(t, requestID{}.Inject(t.Context(), h))
	require.Empty(t, h, "without a request there is no header")
}
