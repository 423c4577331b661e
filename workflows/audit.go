package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// AuditType is the type of the workflow in which the register audits itself.
const AuditType = "RegisterAudit"

// AuditSchedule is the id of the schedule that runs it, every night at AuditHour
// in ListsZone.
const (
	AuditSchedule = "register-audit"
	AuditHour     = 3
)

// Audited is what came of a night's audit; faults and corrections themselves stand
// in the register.
type Audited struct {
	Proved   Proved   `json:"proved"`
	Rooted   Rooted   `json:"rooted"`
	Compared Compared `json:"compared"`
}

// Proved is what came of proving the ledgers.
type Proved struct {
	Dossiers int64 `json:"dossiers"`
	Entries  int64 `json:"entries"`
	Roots    int64 `json:"roots"`
	Faults   int   `json:"faults"`
}

// Rooted is the root that was signed.
type Rooted struct {
	N    int64  `json:"n"`
	Hash string `json:"hash"` // SHA-256 of its file
}

// Compared is how far a comparison of the register with workflows, portal and
// carriers has come. It goes on after a dossier.
type Compared struct {
	After     string `json:"after,omitempty"`
	Dossiers  int64  `json:"dossiers"`
	Bags      int64  `json:"bags"`
	Corrected int64  `json:"corrected"`
	Standing  int64  `json:"standing"` // that no door puts right
	Unasked   int64  `json:"unasked"`  // of which a side was not asked, or did not answer
	Failed    int64  `json:"failed"`   // that could not be looked at
}

// RegisterAudit proves the ledgers, signs a root over them, and holds the register
// against workflows, portal and carriers. One that fails keeps no other from being
// done.
func RegisterAudit(ctx workflow.Context) (Audited, error) {
	var a Audited
	var errs []error
	for _, step := range []struct {
		act, summary string
		into         any
	}{
		{actProveLedgers, "Kiểm chứng sổ nhật ký của mọi hồ sơ", &a.Proved},
		{actSignRoot, "Ký gốc của mọi sổ nhật ký", &a.Rooted},
		{actCompare, "Đối chiếu sổ với quy trình, Cổng và đơn vị chuyển phát", &a.Compared},
	} {
		ctx := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			Summary: step.summary, StartToCloseTimeout: 8 * time.Hour, HeartbeatTimeout: 5 * time.Minute, ScheduleToCloseTimeout: 10 * time.Hour,
			RetryPolicy: &temporal.RetryPolicy{InitialInterval: 10 * time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute},
		})
		errs = append(errs, workflow.ExecuteActivity(ctx, step.act).Get(ctx, step.into))
	}
	return a, errors.Join(errs...)
}
