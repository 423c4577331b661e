package program

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/deployment/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func poller(name, build string, ago time.Duration) *taskqueue.PollerInfo {
	p := &taskqueue.PollerInfo{Identity: name, LastAccessTime: timestamppb.New(time.Now().Add(-ago))}
	if build != "" {
		p.DeploymentOptions = &deployment.WorkerDeploymentOptions{DeploymentName: "dossier", BuildId: build, WorkerVersioningMode: enums.WORKER_VERSIONING_MODE_VERSIONED}
	}
	return p
}

// Who polls and is given nothing is no worker that is there: with only such ones
// left every dossier stands still, and somebody must be woken.
func TestOnlyWorkersThatAreGivenTheTasksCount(t *testing.T) {
	t.Parallel()
	version := func(build string) *deployment.WorkerDeploymentVersion {
		return &deployment.WorkerDeploymentVersion{DeploymentName: "dossier", BuildId: build}
	}
	all := []*taskqueue.PollerInfo{poller("1", "old", 0), poller("1", "old", 0), poller("2", "old", 0), poller("3", "new", 0), poller("4", "", 0), poller("5", "new", 3*time.Minute)}
	for name, c := range map[string]struct {
		is   *taskqueue.TaskQueueVersioningInfo
		want int64
	}{
		"unversioned":             {nil, 1},
		"a current build":         {&taskqueue.TaskQueueVersioningInfo{CurrentDeploymentVersion: version("old")}, 2},
		"a build without workers": {&taskqueue.TaskQueueVersioningInfo{CurrentDeploymentVersion: version("gone")}, 0},
		"a ramp":                  {&taskqueue.TaskQueueVersioningInfo{CurrentDeploymentVersion: version("old"), RampingDeploymentVersion: version("new"), RampingVersionPercentage: 10}, 1},
		"a ramp to nobody":        {&taskqueue.TaskQueueVersioningInfo{CurrentDeploymentVersion: version("old"), RampingDeploymentVersion: version("gone"), RampingVersionPercentage: 10}, 0},
		"a ramp that takes all":   {&taskqueue.TaskQueueVersioningInfo{CurrentDeploymentVersion: version("gone"), RampingDeploymentVersion: version("new"), RampingVersionPercentage: 100}, 1},
		"a ramp from unversioned": {&taskqueue.TaskQueueVersioningInfo{RampingDeploymentVersion: version("old"), RampingVersionPercentage: 10}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, workersServed(&workflowservice.DescribeTaskQueueResponse{Pollers: all, VersioningInfo: c.is}))
		})
	}
}
