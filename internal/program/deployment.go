package program

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"hoso/worker"
)

// polledWithin is how long ago a poller may have asked last and still count as
// there. A poll lasts about a minute.
const polledWithin = 90 * time.Second

// Rollout is how a worker deployment stands.
type Rollout struct {
	Deployment string
	// Current is the build that gets new and running dossiers; empty means that
	// unversioned workers do.
	Current string
	// Ramping gets Percent of them; empty with a percentage means unversioned workers.
	Ramping string
	Percent float32
	// Ramps says whether there is a ramp.
	Ramps  bool
	Builds []BuildState
	// Unversioned counts workers without a version by queue.
	Unversioned map[string]int
}

// BuildState is one build of a deployment.
type BuildState struct {
	ID   string
	Seen time.Time // when it polled for the first time
	// Drainage is draining, drained, or empty: drained means that no workflow
	// which must end with this build is open.
	Drainage string
	// Pollers counts workers by queue that asked for work just now.
	Pollers map[string]int
	// Lacking are the queues that it has never polled.
	Lacking []string
}

// Polled says whether anybody polls for the build.
func (b BuildState) Polled() bool { return len(b.Pollers) > 0 }

// ErrNoDeployment means that no versioned worker has ever polled.
var ErrNoDeployment = errors.New("unknown to Temporal")

// ReadRollout asks Temporal how a deployment stands.
func ReadRollout(ctx context.Context, t client.Client, namespace, deployment string) (Rollout, error) {
	out := Rollout{Deployment: deployment}
	h := t.WorkerDeploymentClient().GetHandle(deployment)
	d, err := h.Describe(ctx, client.WorkerDeploymentDescribeOptions{})
	if err != nil {
		return out, noDeployment(deployment, err)
	}
	if v := d.Info.RoutingConfig.CurrentVersion; v != nil {
		out.Current = v.BuildID
	}
	if v := d.Info.RoutingConfig.RampingVersion; v != nil {
		out.Ramping, out.Ramps = v.BuildID, true
	}
	out.Percent = d.Info.RoutingConfig.RampingVersionPercentage
	out.Ramps = out.Ramps || out.Percent > 0
	pollers, err := pollersBySide(ctx, t, namespace)
	if err != nil {
		return out, err
	}
	out.Unversioned = pollers[side{}]
	for _, v := range d.Info.VersionSummaries {
		b, err := readBuild(ctx, h, v, pollers[side{deployment, v.Version.BuildID}])
		if err != nil {
			return out, err
		}
		out.Builds = append(out.Builds, b)
	}
	slices.SortFunc(out.Builds, func(a, b BuildState) int { return b.Seen.Compare(a.Seen) })
	return out, nil
}

func noDeployment(deployment string, err error) error {
	var none *serviceerror.NotFound
	if errors.As(err, &none) {
		return fmt.Errorf("deployment %s is %w: start its workers first, with HOSO_DEPLOYMENT=%s", deployment, ErrNoDeployment, deployment)
	}
	return fmt.Errorf("deployment %s: %w", deployment, err)
}

func readBuild(ctx context.Context, h client.WorkerDeploymentHandle, v client.WorkerDeploymentVersionSummary, pollers map[string]int) (BuildState, error) {
	b := BuildState{ID: v.Version.BuildID, Seen: v.CreateTime, Pollers: pollers}
	switch v.DrainageStatus {
	case client.WorkerDeploymentVersionDrainageStatusDraining:
		b.Drainage = "draining"
	case client.WorkerDeploymentVersionDrainageStatusDrained:
		b.Drainage = "drained"
	}
	d, err := h.DescribeVersion(ctx, client.WorkerDeploymentDescribeVersionOptions{BuildID: b.ID})
	if err != nil {
		return b, fmt.Errorf("build %s: %w", b.ID, err)
	}
	for _, q := range worker.Queues() {
		polls := slices.ContainsFunc(d.Info.TaskQueuesInfos, func(i client.WorkerDeploymentTaskQueueInfo) bool {
			return i.Name == q.Name && int32(i.Type) == int32(q.Type)
		})
		if !polls && !slices.Contains(b.Lacking, q.Name) {
			b.Lacking = append(b.Lacking, q.Name)
		}
	}
	return b, nil
}

// pollersBySide counts who has just asked for work, by side and queue. The queue
// of dossiers is two at Temporal, and the same worker polls both.
func pollersBySide(ctx context.Context, t client.Client, namespace string) (map[side]map[string]int, error) {
	out := map[side]map[string]int{}
	for _, q := range worker.Queues() {
		d, err := describeQueue(ctx, t, namespace, q)
		if err != nil {
			return nil, fmt.Errorf("queue %s: %w", q.Name, err)
		}
		for s, names := range polling(d, polledWithin) {
			if out[s] == nil {
				out[s] = map[string]int{}
			}
			out[s][q.Name] = max(out[s][q.Name], len(names))
		}
	}
	return out, nil
}

// Promotion says which build is to get work, and how much of it.
type Promotion struct {
	Deployment string
	Build      string // not with Unversioned
	// Ramp is the share in percent; nil makes the build the current one.
	// 0 takes a ramp back, and needs no build.
	Ramp *float32
	// Unversioned gives the work back to workers without a version.
	Unversioned bool
}

// Promote carries it out. A build that is unknown, that nobody polls for, or that
// leaves a queue unserved is refused: its dossiers would stand still in silence.
// So are workers without a version where there are none.
func Promote(ctx context.Context, t client.Client, namespace string, p Promotion) error {
	r, err := ReadRollout(ctx, t, namespace, p.Deployment)
	if err != nil {
		return err
	}
	if err := p.mayBe(r); err != nil {
		return err
	}
	h := t.WorkerDeploymentClient().GetHandle(p.Deployment)
	if p.Ramp != nil {
		ramp := client.WorkerDeploymentSetRampingVersionOptions{BuildID: p.Build, Percentage: *p.Ramp}
		if p.takesRampBack() {
			ramp = client.WorkerDeploymentSetRampingVersionOptions{} // no build and no share
		}
		_, err = h.SetRampingVersion(ctx, ramp)
		return refusedBy(p.Deployment, err)
	}
	_, err = h.SetCurrentVersion(ctx, client.WorkerDeploymentSetCurrentVersionOptions{BuildID: p.Build, AllowNoPollers: p.Unversioned, IgnoreMissingTaskQueues: p.Unversioned})
	if err == nil && r.Ramps && r.Ramping != p.Build { // the build is to get all of it
		_, err = h.SetRampingVersion(ctx, client.WorkerDeploymentSetRampingVersionOptions{})
	}
	return refusedBy(p.Deployment, err)
}

func refusedBy(deployment string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("deployment %s: Temporal refuses: %s", deployment, strings.ReplaceAll(Short(err), "\n", " "))
}

func (p Promotion) takesRampBack() bool { return p.Ramp != nil && *p.Ramp == 0 }

// mayBe says why a promotion cannot be carried out. A ramp can be taken back
// whatever has become of its build: it may be the one whose workers died.
func (p Promotion) mayBe(r Rollout) error {
	switch {
	case p.takesRampBack():
		return nil
	case p.Unversioned:
		return r.mayTakeUnversioned()
	}
	return r.mayTake(p.Build)
}

// mayTakeUnversioned says why workers without a version can be given no work.
func (r Rollout) mayTakeUnversioned() error {
	for _, q := range worker.Queues() {
		if r.Unversioned[q.Name] == 0 {
			return fmt.Errorf("no worker without a version polls %s: start one, without HOSO_DEPLOYMENT, and promote then", q.Name)
		}
	}
	return nil
}

// mayTake says why a build can be given no work.
func (r Rollout) mayTake(build string) error {
	i := slices.IndexFunc(r.Builds, func(b BuildState) bool { return b.ID == build })
	if i < 0 {
		var known []string
		for _, b := range r.Builds {
			known = append(known, b.ID)
		}
		return fmt.Errorf("build %s is unknown in deployment %s (known: %s): start its workers first, with HOSO_BUILD_ID=%s", build, r.Deployment, strings.Join(known, ", "), build)
	}
	b := r.Builds[i]
	switch {
	case !b.Polled():
		return fmt.Errorf("nobody polls for build %s: start its workers, and promote it then", build)
	case len(b.Lacking) > 0:
		return fmt.Errorf("build %s does not poll %s: start `hoso worker` of that build, which polls every queue", build, strings.Join(b.Lacking, ", "))
	}
	return nil
}

// silence says in words when work would wait for workers that do not come, or
// versioned workers for work: the current build has no workers while others poll,
// or there is no current build.
func (r Rollout) silence() error {
	if err := r.desertion(); err != nil {
		return err
	}
	i := slices.IndexFunc(r.Builds, BuildState.Polled)
	if i < 0 || r.Current != "" || r.Ramps {
		return nil
	}
	return fmt.Errorf("build %s polls for deployment %s, which has no current build, so it gets nothing: run `hoso promote --build %s`", r.Builds[i].ID, r.Deployment, r.Builds[i].ID)
}

// desertion says in words when the build that gets work has no workers, though
// there are others.
func (r Rollout) desertion() error {
	if len(r.Unversioned) == 0 && !slices.ContainsFunc(r.Builds, BuildState.Polled) {
		return nil // nobody works at all, and that is no matter of versions
	}
	for _, b := range r.Builds {
		if gets := b.ID == r.Current || r.Ramps && b.ID == r.Ramping; gets && !b.Polled() {
			return fmt.Errorf("build %s gets work and nobody polls for it: start its workers, or give the work to another build with `hoso promote`", b.ID)
		}
	}
	return nil
}

// String is the rollout in one line.
func (r Rollout) String() string {
	text := "unversioned workers get the work"
	if r.Current != "" {
		text = "build " + r.Current + " is current"
	}
	if r.Ramps {
		to := "unversioned workers ramp"
		if r.Ramping != "" {
			to = "build " + r.Ramping + " ramps"
		}
		text += fmt.Sprintf(", %s at %g %%", to, r.Percent)
	}
	return "deployment " + r.Deployment + ": " + text
}

// warnOfSilence tells a versioned worker's log that its build gets no work yet.
func (m *Main) warnOfSilence(ctx context.Context) {
	if m.Config.Deployment == "" {
		return
	}
	within, cancel := context.WithTimeout(ctx, doctorWithin)
	defer cancel()
	r, err := ReadRollout(within, m.Temporal, m.Config.temporalNamespace(), m.Config.Deployment)
	switch {
	case err == nil && (r.Current == m.Config.BuildID || r.Ramping == m.Config.BuildID):
	case err == nil || errors.Is(err, ErrNoDeployment):
		m.Log.WarnContext(ctx, "this build gets no work before it is promoted: hoso promote", "build", m.Config.BuildID, "deployment", m.Config.Deployment)
	default:
		m.Log.WarnContext(ctx, "the rollout could not be read", "error", Short(err))
	}
}

// versioning says which build gets the work. A deployment without a current build
// whose workers poll all the same is a failure: nothing would ever be done.
func (d *doctor) versioning(ctx context.Context, t client.Client) {
	name := d.config.deploymentOrDefault()
	r, err := ReadRollout(ctx, t, d.config.temporalNamespace(), name)
	if errors.Is(err, ErrNoDeployment) && d.config.Deployment == "" {
		d.tell(Finding{"versioning", Note, "unversioned: whichever worker polls gets the work"})
		return
	}
	if err == nil {
		err = r.silence()
	}
	d.found("versioning", err, r.String())
}

func (c *Config) deploymentOrDefault() string {
	if c.Deployment == "" {
		return DefaultDeployment
	}
	return c.Deployment
}
