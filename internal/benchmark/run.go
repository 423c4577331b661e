package benchmark

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os/exec"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"go.temporal.io/sdk/client"

	"hoso/internal/program"
)

// Options say what to measure, and on which stack.
type Options struct {
	// Config is that of the stack's data folder.
	Config program.Config
	// Stack is the process whose children are the stack's parts.
	Stack int
	// AdminURL is the address of any database for the administrator, who may read
	// the counters of all.
	AdminURL string
	// APIs are their addresses, with http://.
	APIs []string
	// BareWorker runs RunBareWorker as a process of its own.
	BareWorker *exec.Cmd

	Dossiers int // in each turn
	AtOnce   int // open at the same time
	Turns    int // of each shape
	// Told hears of each turn when it has ended.
	Told func(shape string, t Turn)
}

// The two shapes.
const (
	Whole = "hoso"
	Bare  = "bare"
)

// Turn is what one turn, or several of the same shape, came to.
type Turn struct {
	Dossiers    int
	Took        time.Duration
	Events      int64 // of all histories
	Transitions int64

	spent spent
}

// PerSecond is how many dossiers were completed in a second, from the first
// begun to the last ended.
func (t Turn) PerSecond() float64 { return float64(t.Dossiers) / t.Took.Seconds() }

// each divides by the number of dossiers.
func (t Turn) each(n float64) float64 { return n / float64(t.Dossiers) }

func (t *Turn) add(o Turn) {
	t.Dossiers += o.Dossiers
	t.Took += o.Took
	t.Events += o.Events
	t.Transitions += o.Transitions
	t.spent.add(o.spent)
}

// carrier carries dossiers of one shape.
type carrier interface {
	carry(ctx context.Context, n, atOnce int) (ids []string, err error)
}

// Run takes the turns, and gives all turns of each shape together.
func Run(ctx context.Context, o Options) (whole, bare Turn, err error) {
	admin, err := sql.Open("pgx", o.AdminURL)
	if err != nil {
		return whole, bare, err
	}
	defer admin.Close() //nolint:errcheck // only read
	t, _, err := o.Config.Dial(slog.New(slog.DiscardHandler))
	if err != nil {
		return whole, bare, err
	}
	defer t.Close()
	ours, err := newWhole(ctx, o.Config, o.APIs, o.AtOnce)
	if err != nil {
		return whole, bare, err
	}
	defer ours.close()
	theirs, err := newBare(ctx, t, o.BareWorker)
	if err != nil {
		return whole, bare, err
	}
	defer theirs.close()
	b := &bench{o: o, temporal: t, meter: &meter{admin: admin, stack: o.Stack}}
	for range o.Turns {
		if err := ours.stock(ctx, o.Dossiers); err != nil {
			return whole, bare, err
		}
		if err := b.turn(ctx, Whole, ours, &whole); err != nil {
			return whole, bare, err
		}
		if err := b.turn(ctx, Bare, theirs, &bare); err != nil {
			return whole, bare, err
		}
	}
	return whole, bare, nil
}

type bench struct {
	o        Options
	temporal client.Client
	meter    *meter
}

// turn takes one turn of a shape, adds it to the others, and tells of it.
func (b *bench) turn(ctx context.Context, shape string, c carrier, sum *Turn) error {
	before, err := b.meter.read(ctx)
	if err != nil {
		return err
	}
	start := time.Now()
	ids, err := c.carry(ctx, b.o.Dossiers, b.o.AtOnce)
	if err != nil {
		return fmt.Errorf("%s: %w", shape, err)
	}
	t := Turn{Dossiers: b.o.Dossiers, Took: time.Since(start)}
	after, err := b.meter.read(ctx)
	if err != nil {
		return err
	}
	t.spent = after.since(before)
	if err := b.histories(ctx, ids, &t); err != nil {
		return fmt.Errorf("%s: %w", shape, err)
	}
	sum.add(t)
	if b.o.Told != nil {
		b.o.Told(shape, t)
	}
	return nil
}

// histories adds up what Temporal has kept of the workflows; all must have come
// to their end.
func (b *bench) histories(ctx context.Context, ids []string, t *Turn) error {
	for _, id := range ids {
		if err := b.temporal.GetWorkflow(ctx, id, "").Get(ctx, nil); err != nil {
			return fmt.Errorf("workflow %s: %w", id, err)
		}
		d, err := b.temporal.DescribeWorkflowExecution(ctx, id, "")
		if err != nil {
			return fmt.Errorf("describe workflow %s: %w", id, err)
		}
		t.Events += d.GetWorkflowExecutionInfo().GetHistoryLength()
		t.Transitions += d.GetWorkflowExecutionInfo().GetStateTransitionCount()
	}
	return nil
}
