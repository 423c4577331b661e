package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
)

// ListsType is the type of the workflow that writes the day's lists.
const ListsType = "OfficeLists"

// ListsSchedule is the id of the schedule that runs it, every morning at
// ListsHour in ListsZone.
const (
	ListsSchedule = "office-lists"
	ListsHour     = 7
	ListsZone     = "Asia/Ho_Chi_Minh"
)

// ListsOrder is the day whose lists are to be written, such as 2025-02-05.
type ListsOrder struct {
	Day string `json:"day"`
}

// ListsMade is what became of a day's lists.
type ListsMade struct {
	Day     string `json:"day"`
	Written int    `json:"written"`
	Known   int    `json:"known"`   // written by an earlier try
	Resting int    `json:"resting"` // units that do not work on the day
	Items   int    `json:"items"`   // dossiers on the lists written
}

// OfficeLists writes the list of every office and authority that works today.
func OfficeLists(ctx workflow.Context) (ListsMade, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		Summary: "Ghi danh sách việc trong ngày", StartToCloseTimeout: 30 * time.Minute, HeartbeatTimeout: time.Minute, ScheduleToCloseTimeout: 12 * time.Hour,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 10 * time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute},
	})
	var made ListsMade
	err := workflow.ExecuteActivity(ctx, actLists, ListsOrder{Day: dossier.LocalDay(workflow.Now(ctx))}).Get(ctx, &made)
	return made, err
}
