package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// The activities' names, apart from any Go identifier, so that code can move
// without breaking histories. Package activities implements them.
const (
	actLoad       = "LoadDossier"
	actCheck      = "CheckDigitization"
	actRecord     = "RecordTransition"
	actSubmit     = "SubmitDossier"
	actSupplement = "SendSupplement"
	actPayment    = "ConfirmPayment"
	actWithdraw   = "WithdrawFromPortal"
	actBook       = "BookCourier"
	actCancel     = "CancelCourier"
	actAskPortal  = "CatchUpPortal"
	actAskCarrier = "CatchUpCarrier"
	actLists      = "WriteLists"
	actLoadBag    = "LoadBag"
	actRecordBag  = "RecordBag"
	actProve      = "ProveCustody"

	actProveLedgers = "ProveLedgers"
	actSignRoot     = "SignRoot"
	actCompare      = "CompareRegister"
)

// The task queues. Outside calls have their own, so that one slow downstream
// holds up nobody else.
const (
	QueueDossier = "dossier"
	QueuePortal  = "portal"
	QueueCourier = "courier"
)

// The error types that activities use and workflows tell apart.
const (
	EffectRefusedType = "EffectRefused" // the other side said no for good; the message is its code
	SupersededType    = "Superseded"    // another run of the workflow is ahead
	NothingNewType    = "NothingNew"    // a patient question found no news yet
	EffectUnknownType = "EffectUnknown" // it may have happened; the next try asks first
	EffectLaterType   = "EffectLater"   // it did not happen; try later
)

// Effect orders an act upon the outside world.
type Effect struct {
	Code     string       `json:"code"`
	Key      string       `json:"key"` // business key
	Attempt  int          `json:"attempt,omitempty"`
	Refused  int          `json:"refused,omitempty"` // how often this attempt was refused before
	Of       string       `json:"of,omitempty"`      // key of the act that this one takes back
	Leg      register.Leg `json:"leg,omitempty"`
	Carrier  string       `json:"carrier,omitempty"`
	Amount   int64        `json:"amount,omitempty"` // whole đồng
	TextID   string       `json:"text_id,omitempty"`
	Shipment string       `json:"shipment,omitempty"`
	// Then is the step that follows if the act succeeds, to be recorded with its end.
	// What the act finds out is added to it.
	Then *register.Transition `json:"then,omitempty"`
}

// Performed is what a successful act answers.
type Performed struct {
	Shipment string `json:"shipment,omitempty"` // of a booking
	// Recorded is the register's answer to Then, where the step was recorded.
	Recorded *register.Recorded `json:"recorded,omitempty"`
}

// Loaded is what LoadDossier answers.
type Loaded struct {
	register.Snapshot
	// Checked is what the digitization check finds at that moment, for a dossier that
	// is about to be checked.
	Checked *Checked `json:"checked,omitempty"`
}

// CatchUp asks a silent party what has happened.
type CatchUp struct {
	Code     string `json:"code"`
	Shipment string `json:"shipment,omitempty"`
	// Patient keeps asking until there is news. Known are messages that the
	// workflow has already, which are none.
	Patient bool     `json:"patient,omitempty"`
	Known   []string `json:"known,omitempty"`
}

// Checked is what the digitization check found.
type Checked struct {
	Route      dossier.Route `json:"route"`
	Unreadable []string      `json:"unreadable,omitempty"`
	Paper      []string      `json:"paper,omitempty"`
	Reasons    []string      `json:"reasons,omitempty"`
}

// atRegister is for short reads and writes of our own database: within the
// workflow task, retried for as long as the database is away.
func atRegister(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		Summary: summary, StartToCloseTimeout: 10 * time.Second,
		ScheduleToCloseTimeout: 10 * 365 * 24 * time.Hour,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second,
			NonRetryableErrorTypes: []string{SupersededType}},
	})
}

func loadDossier(ctx workflow.Context, code string) (Loaded, error) {
	var s Loaded
	err := workflow.ExecuteLocalActivity(atRegister(ctx, "Đọc hồ sơ từ sổ"), actLoad, code).Get(ctx, &s)
	return s, err
}

func checkDigitization(ctx workflow.Context, code string) (Checked, error) {
	var c Checked
	err := workflow.ExecuteLocalActivity(atRegister(ctx, "Kiểm tra số hóa"), actCheck, code).Get(ctx, &c)
	return c, err
}

func recordTransition(ctx workflow.Context, t register.Transition) (register.Recorded, error) {
	var r register.Recorded
	err := workflow.ExecuteLocalActivity(atRegister(ctx, "Ghi sổ: "+t.Kind), actRecord, t).Get(ctx, &r)
	return r, err
}

// atOnce is for the first, short try of an outside call.
func atOnce(ctx workflow.Context, act string) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		Summary: summaryOf(act), StartToCloseTimeout: 4 * time.Second, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}

// policies are the long retries of outside calls. When the time runs out the
// dossier is parked, never failed.
var policies = map[string]workflow.ActivityOptions{
	actSubmit:     portalPolicy,
	actSupplement: portalPolicy,
	actPayment:    portalPolicy,
	actWithdraw:   portalPolicy,
	actBook:       courierPolicy,
	actCancel:     courierPolicy,
}

var portalPolicy = workflow.ActivityOptions{
	TaskQueue: QueuePortal, StartToCloseTimeout: time.Minute, ScheduleToCloseTimeout: 48 * time.Hour, WaitForCancellation: true,
	RetryPolicy: &temporal.RetryPolicy{InitialInterval: 10 * time.Second, BackoffCoefficient: 2, MaximumInterval: 15 * time.Minute,
		NonRetryableErrorTypes: []string{EffectRefusedType}},
}

var courierPolicy = workflow.ActivityOptions{
	TaskQueue: QueueCourier, StartToCloseTimeout: 30 * time.Second, ScheduleToCloseTimeout: 24 * time.Hour, WaitForCancellation: true,
	RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute,
		NonRetryableErrorTypes: []string{EffectRefusedType}},
}

func retrying(ctx workflow.Context, act string) workflow.Context {
	o := policies[act]
	o.Summary = summaryOf(act)
	return workflow.WithActivityOptions(ctx, o)
}

// patient asks again and again by the activity's own retries, less and less often.
func patient(ctx workflow.Context, queue, act string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: queue, Summary: summaryOf(act), StartToCloseTimeout: 30 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: dossier.Waits.CatchUp, BackoffCoefficient: 2, MaximumInterval: dossier.Waits.CatchUpAtMost},
	})
}

func catchUpPortal(ctx workflow.Context, c CatchUp) workflow.Future {
	return workflow.ExecuteActivity(patient(ctx, QueuePortal, actAskPortal), actAskPortal, c)
}

func catchUpCarrier(ctx workflow.Context, c CatchUp) workflow.Future {
	return workflow.ExecuteActivity(patient(ctx, QueueCourier, actAskCarrier), actAskCarrier, c)
}

// askPortalNow asks once, without patience.
func askPortalNow(ctx workflow.Context, c CatchUp) workflow.Future {
	return workflow.ExecuteLocalActivity(atOnce(ctx, actAskPortal), actAskPortal, c)
}
