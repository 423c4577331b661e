package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/embedded"
	"hoso/internal/program"
	"hoso/internal/stack"
)

func newStack(set *settings) *cobra.Command {
	var o stack.Options
	var roles string
	c := &cobra.Command{
		Use:   "stack",
		Short: "Run the production parts on this machine, without containers",
		Long: `Runs what production consists of on this machine until Ctrl-C, each part a process
of its own that is started again when it dies: PostgreSQL with a cluster in the data
folder, Temporal on it with its page, two APIs, two workers, and simulators of the
portal and the carriers. Started again, it goes on with what is there.

Other commands find it by its data folder: hoso token --data ./data/stack …`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch roles {
			case "one":
			case "split":
				o.Split = true
			default:
				return fmt.Errorf("--temporal-roles must be one or split")
			}
			return set.stack(cmd.Context(), o)
		},
	}
	stackFlags(c, &o, &roles)
	return c
}

// stackFlags are those of whoever starts a stack.
func stackFlags(c *cobra.Command, o *stack.Options, roles *string) {
	f := c.Flags()
	f.StringSliceVar(&o.APIs, "api", []string{"127.0.0.1:8080", "127.0.0.1:8081"}, "`host:port` of each API, separated by commas")
	f.IntVar(&o.Workers, "workers", 2, "how many workers")
	f.StringSliceVar(&o.WorkerMetrics, "worker-metrics", nil, "`host:port` of each worker's metrics, separated by commas (default: nowhere)")
	f.IntVar(&o.PostgresPort, "postgres-port", 15432, "port of PostgreSQL")
	f.IntVar(&o.TemporalPort, "temporal-port", 7233, "port of Temporal")
	f.IntVar(&o.UIPort, "ui-port", 8233, "port of Temporal's page")
	f.StringVar(roles, "temporal-roles", "one", "one: Temporal's roles in one process; split: each in its own")
	f.IntVar(&o.Shards, "history-shards", 0, "history shards of a new database, kept for good (default 4)")
	f.StringVar(&o.PortalAddr, "portal-sim-addr", program.PortalSimAddr, "`host:port` of the portal simulator")
	f.StringVar(&o.CourierAddr, "courier-sim-addr", program.CourierSimAddr, "`host:port` of the courier simulator")
	f.StringVar(&o.PortalKnobs, "portal-knobs", "", "rules `file` of the portal simulator (JSON)")
	f.StringVar(&o.CourierKnobs, "courier-knobs", "", "rules `file` of the courier simulator (JSON)")
}

// stackData is the data folder where none is named.
const stackData = "data/stack"

// completeStack fills in what does not come from flags, and checks the whole.
func (s *settings) completeStack(o *stack.Options) (err error) {
	o.Data = cmp.Or(s.data, s.lookup("HOSO_DATA"), stackData)
	o.Environ = s.environ
	if o.Hoso, err = os.Executable(); err != nil {
		return fmt.Errorf("where is hoso itself? %w", err)
	}
	if o.Temporal, err = embedded.Devserver(s.lookup("HOSO_DEVSERVER")); err != nil {
		return err
	}
	for flag, knobs := range map[string]*string{"--portal-knobs": &o.PortalKnobs, "--courier-knobs": &o.CourierKnobs} {
		if *knobs == "" {
			continue
		}
		if *knobs, err = filepath.Abs(*knobs); err != nil {
			return err
		}
		if _, err := os.Stat(*knobs); err != nil { // before anything is started for it
			return fmt.Errorf("%s: %w", flag, err)
		}
	}
	return o.Check()
}

func (s *settings) stack(ctx context.Context, o stack.Options) error {
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		var release context.CancelFunc
		ctx, release = signal.NotifyContext(ctx, syscall.SIGHUP) // the terminal was closed
		defer release()
	}
	if err := s.completeStack(&o); err != nil {
		return err
	}
	con := newConsole(s.out)
	began, steps := time.Now(), 0
	con.Begin(stackSteps, "starting")
	o.Told = func(step string) {
		steps++
		con.Step(steps, step)
	}
	running, err := stack.Start(ctx, o)
	con.End()
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped while starting
		}
		return err
	}
	con.table(running, o, time.Since(began))
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-running.Ended():
	}
	con.Line("\nstopping …")
	return joined(failed, running.Stop(nil), func() { con.Line("stopped") })
}

// stackSteps is how many steps stack.Start tells of.
const stackSteps = 8

// table says what stands where, as which process.
func (c *console) table(s *stack.Stack, o stack.Options, took time.Duration) {
	c.Line("the stack is ready after %.1f s", took.Seconds())
	c.Line("")
	c.Line("  %-20s %8s  %s", "part", "process", "address")
	for _, row := range s.Rows() {
		c.Line("  %-20s %8d  %s", row.Name, row.PID, row.Address)
	}
	c.Line("")
	c.Line("  Temporal's page  http://127.0.0.1:%d", o.UIPort)
	c.Line("  API's own page   http://%s/docs", o.APIs[0])
	c.Line("  data             %s   logs: %s", o.Data, filepath.Join(o.Data, "log"))
	if s.Loaded > 0 {
		c.Line("  catalogue        built-in set, %d entries", s.Loaded)
	}
	c.Line("  a token          hoso token --data %s --role clerk --office VNPHKI", o.Data)
	c.Line("")
	c.Line("Ctrl-C stops everything.")
}
