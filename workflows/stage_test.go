package workflows_test

import (
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hoso/workflows"
)

// skipping is the time-skipping environment as a theatre.
type skipping struct {
	*testsuite.TestWorkflowEnvironment
}

func (s skipping) After(d time.Duration, f func()) { s.RegisterDelayedCallback(f, d) }

func (s skipping) Signal(name string, payload any, quiet bool) {
	if quiet {
		s.SignalWorkflowSkippingWorkflowTask(name, payload)
		return
	}
	s.SignalWorkflow(name, payload)
}

func (s skipping) Ask(c workflows.Command, done func(workflows.Answer, error)) {
	s.UpdateWorkflow(string(c.Kind), c.Operation, &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { done(workflows.Answer{}, err) },
		OnComplete: func(result any, err error) {
			a, _ := result.(workflows.Answer)
			done(a, err)
		},
	}, c)
}

func (s skipping) stop() { s.CancelWorkflow() }

// watchful is a data converter that reads along: nothing personal may pass.
type watchful struct {
	converter.DataConverter
	w *world
}

func (c watchful) ToPayload(v any) (*commonpb.Payload, error) {
	p, err := c.DataConverter.ToPayload(v)
	c.read(p)
	return p, err
}

func (c watchful) ToPayloads(v ...any) (*commonpb.Payloads, error) {
	p, err := c.DataConverter.ToPayloads(v...)
	for _, one := range p.GetPayloads() {
		c.read(one)
	}
	return p, err
}

func (c watchful) read(p *commonpb.Payload) {
	for _, s := range secrets {
		if strings.Contains(string(p.GetData()), s) {
			c.w.t.Errorf("%q travels through Temporal", s)
		}
	}
}

// play plays a story from the world's present to its end, through all its
// continuations. Start is the first run's.
func (w *world) play(start workflows.Start) {
	at := monday
	if n := len(w.Steps); n > 0 {
		at = w.Steps[n-1].Recorded
	}
	w.playFrom(at, start)
}

func (w *world) playFrom(at time.Time, start workflows.Start) {
	for runs := 1; ; runs++ {
		w.Runs = runs
		env := w.environment(at)
		w.open(skipping{env})
		env.ExecuteWorkflow(workflows.DossierType, start)
		at = env.Now()
		next, again := w.over(env, runs)
		if !again {
			return
		}
		start = next
		w.passOver(start)
	}
}

// passOver keeps for a successor what came in its predecessor's last moment. The
// server would not have let that end with a message unread.
func (w *world) passOver(start workflows.Start) {
	for _, m := range w.Inbox {
		if start.State != nil && m.State == "signalled" && !slices.Contains(start.State.Seen, m.ID) {
			m.State = "pending"
		}
	}
}

func (w *world) environment(at time.Time) *testsuite.TestWorkflowEnvironment {
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	suite.SetDisableRegistrationAliasing(true)
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(at)
	// A busy machine must not look like a workflow that does not yield.
	o := worker.Options{DeadlockDetectionTimeout: time.Minute}
	if w.prefer != nil {
		o.PreferredVersionProvider = func(in worker.PreferredVersionProviderInput) *worker.VersionPreference {
			return &worker.VersionPreference{Version: w.prefer(in.ChangeID)}
		}
	}
	env.SetWorkerOptions(o)
	env.SetTestTimeout(time.Minute)
	env.SetDataConverter(watchful{converter.GetDefaultDataConverter(), w})
	program := workflows.Dossier
	if w.program != nil {
		program = w.program(w.Runs)
	}
	env.RegisterWorkflowWithOptions(program, workflow.RegisterOptions{Name: workflows.DossierType})
	for name, f := range w.activities() {
		env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
	env.SetOnActivityCanceledListener(func(info *activity.Info) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.cancels[info.ActivityID] = true
	})
	w.suggestAnew(env)
	limit := w.script.limit
	if limit == 0 {
		limit = 120 * 24 * time.Hour
	}
	env.RegisterDelayedCallback(env.CancelWorkflow, max(monday.Add(limit).Sub(at), time.Hour))
	return env
}

// suggestAnew suggests to continue as new, as the server does when the history
// has grown long: once the story has as many steps as the script says.
func (w *world) suggestAnew(env *testsuite.TestWorkflowEnvironment) {
	if len(w.script.anewAt) == 0 {
		return
	}
	env.SetOnLocalActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, n := range w.script.anewAt {
			if len(w.Steps) == n {
				env.SetContinueAsNewSuggested(true)
			}
		}
	})
}

// over says how a run ended: for good, or with a successor.
func (w *world) over(env *testsuite.TestWorkflowEnvironment, runs int) (workflows.Start, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := env.GetWorkflowError()
	var anew *workflow.ContinueAsNewError
	switch {
	case !env.IsWorkflowCompleted():
		w.wrong("the workflow has not ended")
	case errors.As(err, &anew) && runs < 100:
		var next workflows.Start
		w.Starts = append(w.Starts, started{len(w.Steps), anew.Input})
		if derr := converter.GetDefaultDataConverter().FromPayloads(anew.Input, &next); derr != nil {
			w.wrong("the successor cannot read its start: %v", derr)
			return next, false
		}
		return next, true
	case temporal.IsCanceledError(err) && w.script.endless:
	case err != nil:
		w.wrong("the workflow failed: %v", err)
	}
	w.finished = true
	return workflows.Start{}, false
}

// reporter is what both *testing.T and *rapid.T can do.
type reporter interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	FailNow()
	Failed() bool
}

// tell plays a whole story and checks what must hold in every one.
func tell(t reporter, s script) *world {
	t.Helper()
	w := newWorld(t, s)
	w.play(workflows.Start{Code: w.Facts.Code})
	w.check(t)
	return w
}

func (w *world) check(t reporter) {
	t.Helper()
	for _, f := range w.faults {
		t.Error(f)
	}
	if t.Failed() {
		t.Logf("steps %v", w.kinds())
		if n := len(w.Steps); n > 0 {
			t.Logf("stands at %+v", w.Row.Position)
		}
		t.FailNow()
	}
}
