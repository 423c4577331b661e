// Package worker runs the workflows and activities: what is registered where, on
// which task queues, and with how many hands.
package worker

import (
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hoso/activities"
	"hoso/workflows"
)

// Limits on what one process does at a time. There are more activities than
// connections to the database: one that waits for an answer from outside holds
// none. A downstream's rate is its queue's.
const (
	dossierActivities = 40
	portalActivities  = 20
	courierActivities = 20
	portalPerSecond   = 50
	courierPerSecond  = 50
	cachedWorkflows   = 500 // some 75 kB each; most of many open dossiers are waited for, and are read again when they move
	stopWithin        = 30 * time.Second
)

// Worker is the set of pollers of one process.
type Worker struct {
	version Version
	queues  []sdk.Worker
	fatal   chan error
}

// Version says as which version of a worker deployment the process polls. The
// zero value polls unversioned: it takes everything, as long as no version has
// been made current.
type Version struct{ Deployment, Build string }

// Queue is a task queue as a version must poll it.
type Queue struct {
	Name string
	Type enums.TaskQueueType
}

// Queues are what every process polls.
func Queues() []Queue {
	return []Queue{
		{workflows.QueueDossier, enums.TASK_QUEUE_TYPE_WORKFLOW}, {workflows.QueueDossier, enums.TASK_QUEUE_TYPE_ACTIVITY},
		{workflows.QueuePortal, enums.TASK_QUEUE_TYPE_ACTIVITY}, {workflows.QueueCourier, enums.TASK_QUEUE_TYPE_ACTIVITY},
	}
}

// New registers everything. Nothing polls before Start.
//
// Dossiers and bags live for weeks and go on with whatever version is current.
// What a schedule starts ends within minutes, and ends with the version that it
// began with: its steps need no version gate.
func New(c client.Client, a *activities.Activities, v Version) *Worker {
	sdk.SetStickyWorkflowCacheSize(cachedWorkflows)
	w := &Worker{version: v, fatal: make(chan error, 3)}
	dossiers := w.queue(c, workflows.QueueDossier, sdk.Options{MaxConcurrentLocalActivityExecutionSize: dossierActivities, MaxConcurrentActivityExecutionSize: dossierActivities})
	dossiers.RegisterWorkflowWithOptions(workflows.Dossier, workflow.RegisterOptions{Name: workflows.DossierType, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
	dossiers.RegisterWorkflowWithOptions(workflows.OfficeLists, workflow.RegisterOptions{Name: workflows.ListsType, VersioningBehavior: workflow.VersioningBehaviorPinned})
	dossiers.RegisterWorkflowWithOptions(workflows.Bag, workflow.RegisterOptions{Name: workflows.BagType, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
	dossiers.RegisterWorkflowWithOptions(workflows.CustodyProof, workflow.RegisterOptions{Name: workflows.CustodyType, VersioningBehavior: workflow.VersioningBehaviorPinned})
	dossiers.RegisterWorkflowWithOptions(workflows.RegisterAudit, workflow.RegisterOptions{Name: workflows.AuditType, VersioningBehavior: workflow.VersioningBehaviorPinned})
	a.Register(dossiers, workflows.QueueDossier, workflows.QueuePortal, workflows.QueueCourier)
	a.Register(w.queue(c, workflows.QueuePortal, sdk.Options{MaxConcurrentActivityExecutionSize: portalActivities, TaskQueueActivitiesPerSecond: portalPerSecond, DisableWorkflowWorker: true}), workflows.QueuePortal)
	a.Register(w.queue(c, workflows.QueueCourier, sdk.Options{MaxConcurrentActivityExecutionSize: courierActivities, TaskQueueActivitiesPerSecond: courierPerSecond, DisableWorkflowWorker: true}), workflows.QueueCourier)
	return w
}

func (w *Worker) queue(c client.Client, name string, o sdk.Options) sdk.Worker {
	o.DisableRegistrationAliasing = true
	o.WorkerStopTimeout = stopWithin
	o.PreferredVersionProvider = preferredVersion
	if w.version.Deployment != "" {
		o.DeploymentOptions = sdk.DeploymentOptions{UseVersioning: true, Version: sdk.WorkerDeploymentVersion{DeploymentName: w.version.Deployment, BuildID: w.version.Build}}
	}
	o.OnFatalError = func(err error) {
		select {
		case w.fatal <- fmt.Errorf("worker: queue %s: %w", name, err):
		default:
		}
	}
	q := sdk.New(c, name, o)
	w.queues = append(w.queues, q)
	return q
}

// preferredVersion lets a dossier take the preferred way where it enters a stage
// that has several; of other choices it takes the newest.
func preferredVersion(in sdk.PreferredVersionProviderInput) *sdk.VersionPreference {
	if v, ok := workflows.PreferredVersion(in.ChangeID); ok {
		return &sdk.VersionPreference{Version: v}
	}
	return nil
}

// Start begins to poll.
func (w *Worker) Start() error {
	for i, q := range w.queues {
		if err := q.Start(); err != nil {
			for _, started := range w.queues[:i] {
				started.Stop()
			}
			return fmt.Errorf("worker: starting: %w", err)
		}
	}
	return nil
}

// Fatal gives the error after which the process should end.
func (w *Worker) Fatal() <-chan error { return w.fatal }

// Stop lets running work finish, for a while.
func (w *Worker) Stop() {
	for _, q := range w.queues {
		q.Stop()
	}
}

var _ activities.Registry = (sdk.ActivityRegistry)(nil)
