package benchmark

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// The bare shape's own queue and names.
const (
	bareQueue    = "benchmark"
	bareWorkflow = "Bare"
	bareSignal   = "go on"
)

// bare carries dossiers that are nothing but a workflow.
type bare struct {
	client client.Client
	worker *exec.Cmd
	lines  io.WriteCloser // the worker ends when this closes
	ended  chan string    // ids of workflows that have come to their end
	gone   chan error     // the worker's end
}

// newBare starts the worker: command is what runs RunBareWorker as a process.
func newBare(ctx context.Context, t client.Client, command *exec.Cmd) (*bare, error) {
	b := &bare{client: t, worker: command, ended: make(chan string, 4096), gone: make(chan error, 1)}
	var err error
	if b.lines, err = command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the bare worker: %w", err)
	}
	ready := make(chan struct{})
	go b.listen(out, ready)
	select {
	case <-ready:
		return b, nil
	case err := <-b.gone:
		return nil, fmt.Errorf("the bare worker ended: %w", err)
	case <-ctx.Done():
		b.close()
		return nil, ctx.Err()
	}
}

// listen reads what the worker says: "ready", then the id of each workflow that
// has come to its end.
func (b *bare) listen(out io.Reader, ready chan<- struct{}) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if line := lines.Text(); line == "ready" {
			close(ready)
		} else {
			b.ended <- line
		}
	}
	err := b.worker.Wait()
	if err == nil {
		err = errors.New("by itself")
	}
	b.gone <- err
}

// close ends the worker.
func (b *bare) close() { b.lines.Close() } //nolint:errcheck // the only way to let go

// carry has n workflows carried, so many at once, and gives their ids.
func (b *bare) carry(ctx context.Context, n, atOnce int) ([]string, error) {
	f := newFlight(n, atOnce)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go f.watch(watching, b.finished)
	return f.fly(ctx, func(ctx context.Context, _ int) (string, error) {
		id := "bench-" + uuid.NewString()
		_, err := b.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: bareQueue}, bareWorkflow)
		return id, err
	})
}

// finished tells which workflows the worker has seen end since it was asked last.
func (b *bare) finished(context.Context, []string) (ids []string, err error) {
	for {
		select {
		case id := <-b.ended:
			ids = append(ids, id)
		case err := <-b.gone:
			return nil, fmt.Errorf("the bare worker ended: %w", err)
		default:
			return ids, nil
		}
	}
}

// RunBareWorker works on the bare shape until its input closes. It says "ready"
// when it polls, and each workflow's id at its end.
func RunBareWorker(t client.Client, in io.Reader, out io.Writer) error {
	said := make(chan string, 4096)
	go func() {
		for line := range said {
			fmt.Fprintln(out, line) //nolint:errcheck // who has gone does not listen
		}
	}()
	waits := make(chan string, 4096)
	go signal(t, waits)
	w := worker.New(t, bareQueue, worker.Options{MaxConcurrentActivityExecutionSize: 40})
	w.RegisterWorkflowWithOptions(bareStory(waits, said), workflow.RegisterOptions{Name: bareWorkflow})
	for _, step := range bareSteps {
		w.RegisterActivityWithOptions(func(context.Context) error { return nil }, activity.RegisterOptions{Name: step})
	}
	if err := w.Start(); err != nil {
		return fmt.Errorf("start the bare worker: %w", err)
	}
	said <- "ready"
	_, err := io.Copy(io.Discard, in)
	w.Stop()
	return err
}

// bareSteps are the five stages, with empty bodies.
var bareSteps = []string{"intake", "digitization", "submission", "decision", "delivery"}

// bareStory is the shape that this project's figures were first measured with:
// five activities one after the other, and after the third and the fourth a wait
// for a signal beside a timer that is cancelled when the signal comes. 47 events.
func bareStory(waits, said chan<- string) func(workflow.Context) error {
	return func(ctx workflow.Context) error {
		id := workflow.GetInfo(ctx).WorkflowExecution.ID
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		signals := workflow.GetSignalChannel(ctx, bareSignal)
		for i, step := range bareSteps {
			if err := workflow.ExecuteActivity(ctx, step).Get(ctx, nil); err != nil {
				return err
			}
			if i != 2 && i != 3 {
				continue
			}
			timed, cancel := workflow.WithCancel(ctx)
			timer := workflow.NewTimer(timed, 15*24*time.Hour)
			if !workflow.IsReplaying(ctx) {
				waits <- id // the world outside, which has something to report
			}
			workflow.NewSelector(ctx).AddReceive(signals, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) }).
				AddFuture(timer, func(workflow.Future) {}).Select(ctx)
			cancel()
		}
		if !workflow.IsReplaying(ctx) {
			said <- strings.Clone(id)
		}
		return nil
	}
}

// reportAfter lets the wait be written down before its end is reported.
const reportAfter = 50 * time.Millisecond

// signal is the world outside: whoever waits is told to go on.
func signal(t client.Client, waits <-chan string) {
	for id := range waits {
		time.AfterFunc(reportAfter, func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			if err := t.SignalWorkflow(ctx, id, "", bareSignal, nil); err != nil {
				fmt.Fprintln(os.Stderr, "bare worker: signal:", err)
			}
		})
	}
}
