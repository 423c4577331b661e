package workflows_test

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"

	"hoso/internal/recording"
	"hoso/workflows"
)

// recorded are the stories that the three sample dossiers of the recording end to
// end do not tell.
var recorded = map[string]story{
	"scripted-happy":            stories["online, the happy way"],
	"scripted-answer-lost":      stories["the portal's answer is lost"],
	"scripted-withdrawal":       {script: online(withdraws(5 * time.Hour)), path: path(2, 4, 7), done: keys("submit/1", "withdraw/1")},
	"scripted-withdrawal-paper": stories["withdrawn with the papers at the authority"],
	"scripted-delivery-retried": stories["a parcel that comes back"],
	"scripted-fee":              stories["a fee after acceptance"],
	"scripted-supplement-paper": stories["a supplement on paper"],
	"scripted-poor-scan":        stories["a poor scan, given on paper"],
}

// TestRecordStories plays stories on a real server and keeps their histories for
// the replay test of every later program. It writes into the repository, so it
// runs only when asked to, with bin/hoso-devserver built: testdata/replay/README.md.
func TestRecordStories(t *testing.T) {
	if !recording.Wanted(t) {
		return
	}
	server := devServer(t)
	for name, story := range recorded {
		t.Run(name, func(t *testing.T) { record(t, server, name, story) })
	}
	t.Run("scripted-continued", func(t *testing.T) {
		hasty := devServer(t, "--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=20")
		last := record(t, hasty, "scripted-continued", stories["a parcel that comes back"])
		require.NotEmpty(t, last.Events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId(), "it did continue as new")
	})
}

func record(t *testing.T, server client.Client, name string, s story) *history.History {
	t.Helper()
	events, transitions := perform(t, server, name, s)
	t.Logf("%d events, %d state transitions", len(events.Events), transitions)
	recording.Keep(t, recordingsDir, name, events)
	return events
}

func devServer(t *testing.T, args ...string) client.Client {
	t.Helper()
	path, err := filepath.Abs("../bin/hoso-devserver")
	require.NoError(t, err)
	for name, kind := range workflows.SearchAttributes() {
		args = append(args, "--search-attribute", name+"="+kind)
	}
	quiet := log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
	s, err := testsuite.StartDevServer(t.Context(), testsuite.DevServerOptions{ExistingPath: path, ExtraArgs: args, Stdout: io.Discard, Stderr: io.Discard,
		ClientOptions: &client.Options{Logger: quiet}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop() })
	return s.Client()
}

// perform plays a story with a worker of its own and gives its history.
func perform(t *testing.T, c client.Client, queue string, s story) (*history.History, int64) {
	t.Helper()
	begin := time.Now()
	w := newWorldAt(t, s.script, begin)
	w.noKeep = true
	names := worker.New(c, queue, worker.Options{DisableRegistrationAliasing: true})
	names.RegisterWorkflowWithOptions(workflows.Dossier, workflow.RegisterOptions{Name: workflows.DossierType})
	for name, f := range w.activities() {
		names.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
	require.NoError(t, names.Start())
	defer names.Stop()
	for _, q := range []string{workflows.QueuePortal, workflows.QueueCourier} {
		other := worker.New(c, q, worker.Options{DisableRegistrationAliasing: true, DisableWorkflowWorker: true})
		for name, f := range w.activities() {
			other.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
		}
		require.NoError(t, other.Start())
		defer other.Stop()
	}
	th := &live{client: c, code: w.Facts.Code + "-" + queue, begin: begin, t: t}
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: th.code, TaskQueue: queue}, workflows.DossierType, workflows.Start{Code: w.Facts.Code})
	require.NoError(t, err)
	w.open(th)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, run.Get(ctx, nil))
	w.mu.Lock()
	w.finished = true
	w.check(t)
	s.judge(t, w)
	w.mu.Unlock()
	out := &history.History{}
	for it := c.GetWorkflowHistory(ctx, th.code, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
		e, err := it.Next()
		require.NoError(t, err)
		out.Events = append(out.Events, e)
	}
	for _, secret := range secrets {
		require.NotContains(t, protojson.Format(out), secret)
	}
	d, err := c.DescribeWorkflowExecution(ctx, th.code, "")
	require.NoError(t, err)
	return out, d.GetWorkflowExecutionInfo().GetStateTransitionCount()
}

// live is a server as a theatre. An hour of the story takes a tenth of a second.
type live struct {
	client client.Client
	code   string
	begin  time.Time
	t      *testing.T
}

const faster = time.Hour / (100 * time.Millisecond)

func (l *live) Now() time.Time { return l.begin.Add(time.Since(l.begin) * faster) }

func (l *live) After(d time.Duration, f func()) { time.AfterFunc(d/faster, f) }

func (l *live) Signal(name string, payload any, _ bool) {
	if err := l.client.SignalWorkflow(context.Background(), l.code, "", name, payload); err != nil && !strings.Contains(err.Error(), "completed") {
		l.t.Errorf("signal %s: %v", name, err)
	}
}

func (l *live) Ask(c workflows.Command, done func(workflows.Answer, error)) {
	go func() {
		var a workflows.Answer
		h, err := l.client.UpdateWorkflow(context.Background(), client.UpdateWorkflowOptions{UpdateID: c.Operation, WorkflowID: l.code, UpdateName: string(c.Kind),
			Args: []any{c}, WaitForStage: client.WorkflowUpdateStageCompleted})
		if err == nil {
			err = h.Get(context.Background(), &a)
		}
		done(a, err)
	}()
}

func (l *live) stop() { _ = l.client.CancelWorkflow(context.Background(), l.code, "") }
