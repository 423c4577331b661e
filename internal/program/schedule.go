package program

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hoso/workflows"
)

// listsCatchUp is for how long a morning that was missed is made up for: the same
// working day, and no longer.
const listsCatchUp = 9 * time.Hour

// ScheduleLists has Temporal write the lists of each working morning. It says
// whether the schedule is new; one that is there stays as it is, also where
// somebody has paused it.
func ScheduleLists(ctx context.Context, t client.Client) (isNew bool, err error) {
	_, err = t.ScheduleClient().Create(ctx, listsSchedule())
	var there *serviceerror.AlreadyExists
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, temporal.ErrScheduleAlreadyRunning), errors.As(err, &there), errors.As(err, &started):
		return false, nil
	default:
		return false, fmt.Errorf("schedule %s: %w", workflows.ListsSchedule, err)
	}
}

func listsSchedule() client.ScheduleOptions {
	return client.ScheduleOptions{
		ID: workflows.ListsSchedule,
		Spec: client.ScheduleSpec{
			Calendars:    []client.ScheduleCalendarSpec{{Hour: []client.ScheduleRange{{Start: workflows.ListsHour}}, Comment: "mỗi sáng; ngày nghỉ không ghi gì"}},
			TimeZoneName: workflows.ListsZone,
		},
		Action: &client.ScheduleWorkflowAction{
			ID: workflows.ListsSchedule, Workflow: workflows.ListsType, TaskQueue: workflows.QueueDossier, WorkflowRunTimeout: 12 * time.Hour,
		},
		Overlap:       enums.SCHEDULE_OVERLAP_POLICY_SKIP,
		CatchupWindow: listsCatchUp,
	}
}
