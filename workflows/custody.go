package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// CustodyType is the type of the workflow that proves where every original is.
const CustodyType = "CustodyProof"

// CustodySchedule is the id of the schedule that runs it, every night at
// CustodyHour in ListsZone.
const (
	CustodySchedule = "custody-proof"
	CustodyHour     = 2
)

// CustodyProved is what came of a proof; the faults themselves stand in the register.
type CustodyProved struct {
	Dossiers int64 `json:"dossiers"`
	Papers   int64 `json:"papers"`
	Bags     int64 `json:"bags"`
	Faults   int   `json:"faults"`
}

// CustodyProof proves that each paper original has exactly one holder.
func CustodyProof(ctx workflow.Context) (CustodyProved, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary: "Kiểm chứng người giữ từng bản chính", StartToCloseTimeout: time.Hour, HeartbeatTimeout: 2 * time.Minute, ScheduleToCloseTimeout: 12 * time.Hour,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 10 * time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute},
	})
	var proved CustodyProved
	err := workflow.ExecuteActivity(ctx, actProve).Get(ctx, &proved)
	return proved, err
}
