package program

import (
	"context"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hoso/worker"
)

// side is whose work a task can be: that of a build of a deployment or, where both
// are empty, of workers without a version.
type side struct{ deployment, build string }

// describeQueue asks Temporal how a task queue stands.
func describeQueue(ctx context.Context, t client.Client, namespace string, q worker.Queue) (*workflowservice.DescribeTaskQueueResponse, error) {
	return t.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
		Namespace: namespace, TaskQueue: &taskqueue.TaskQueue{Name: q.Name}, TaskQueueType: q.Type, ReportStats: true,
	})
}

// polling are the names of the workers that asked a queue for work within a time,
// by side.
func polling(d *workflowservice.DescribeTaskQueueResponse, within time.Duration) map[side]map[string]bool {
	out := map[side]map[string]bool{}
	for _, p := range d.GetPollers() {
		if time.Since(p.GetLastAccessTime().AsTime()) > within {
			continue
		}
		var s side
		if o := p.GetDeploymentOptions(); o.GetWorkerVersioningMode() == enums.WORKER_VERSIONING_MODE_VERSIONED {
			s = side{o.GetDeploymentName(), o.GetBuildId()}
		}
		if out[s] == nil {
			out[s] = map[string]bool{}
		}
		out[s][p.GetIdentity()] = true
	}
	return out
}

// served says to whom Temporal gives a queue's tasks: to one side, or to two
// while a share of them goes to another build.
func served(d *workflowservice.DescribeTaskQueueResponse) []side {
	v := d.GetVersioningInfo()
	current := side{v.GetCurrentDeploymentVersion().GetDeploymentName(), v.GetCurrentDeploymentVersion().GetBuildId()}
	ramping := side{v.GetRampingDeploymentVersion().GetDeploymentName(), v.GetRampingDeploymentVersion().GetBuildId()}
	switch share := v.GetRampingVersionPercentage(); {
	case share <= 0:
		return []side{current}
	case share >= 100:
		return []side{ramping}
	}
	return []side{current, ramping}
}
