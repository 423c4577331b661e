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

// For how long what was missed is made up for: a morning's lists within the same
// working day, a night's proof before the next one.
const (
	listsCatchUp   = 9 * time.Hour
	custodyCatchUp = 20 * time.Hour
	auditCatchUp   = 20 * time.Hour
)

// Schedule has Temporal do what is done every day: the lists of each working
// morning, the nightly proof of custody
// and audit of the register. It says whether any schedule is new; one
// that is there stays as it is, also where somebody has paused it.
func Schedule(ctx context.Context, t client.Client) (isNew bool, err error) {
	for _, o := range schedules() {
		_, err = t.ScheduleClient().Create(ctx, o)
		var there *serviceerror.AlreadyExists
		var started *serviceerror.WorkflowExecutionAlreadyStarted
		switch {
		case err == nil:
			isNew = true
		case errors.Is(err, temporal.ErrScheduleAlreadyRunning), errors.As(err, &there), errors.As(err, &started):
		default:
			return isNew, fmt.Errorf("schedule %s: %w", o.ID, err)
		}
	}
	return isNew, nil
}

func schedules() []client.ScheduleOptions {
	return []client.ScheduleOptions{
		daily(workflows.ListsSchedule, workflows.ListsType, workflows.ListsHour, "mỗi sáng; ngày nghỉ không ghi gì", listsCatchUp),
		daily(workflows.CustodySchedule, workflows.CustodyType, workflows.CustodyHour, "mỗi đêm", custodyCatchUp),
		daily(workflows.AuditSchedule, workflows.AuditType, workflows.AuditHour, "mỗi đêm", auditCatchUp),
	}
}

func daily(id, workflowType string, hour int, comment string, catchUp time.Duration) client.ScheduleOptions {
	return client.ScheduleOptions{
		ID: id,
		Spec: client.ScheduleSpec{
			Calendars:    []client.ScheduleCalendarSpec{{Hour: []client.ScheduleRange{{Start: hour}}, Comment: comment}},
			TimeZoneName: workflows.ListsZone,
		},
		Action:        &client.ScheduleWorkflowAction{ID: id, Workflow: workflowType, TaskQueue: workflows.QueueDossier, WorkflowRunTimeout: 12 * time.Hour},
		Overlap:       enums.SCHEDULE_OVERLAP_POLICY_SKIP,
		CatchupWindow: catchUp,
	}
}
