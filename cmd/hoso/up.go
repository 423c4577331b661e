package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/embedded"
	"hoso/internal/program"
)

// upFlags are what the embedded mode can be told.
type upFlags struct {
	addr, temporal       string
	temporalPort, uiPort int
	portalAddr           string
	courierAddr          string
	demo                 bool
}

func newUp(set *settings) *cobra.Command {
	var f upFlags
	c := &cobra.Command{
		Use:   "up",
		Short: "Run everything on this machine",
		Long: `Runs everything on this machine until Ctrl-C: a development Temporal server with
its page, the API, a worker, and simulators of the portal and the carriers, on an
SQLite register in the data folder. Started again, it goes on with what is there.

--demo files three sample dossiers through the API, if the register is empty, and
shows how they move until they are delivered.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.up(cmd.Context(), f) },
	}
	c.Flags().BoolVar(&f.demo, "demo", false, "file sample dossiers and act for their sample people")
	c.Flags().StringVar(&f.addr, "addr", "", "`host:port` of the API (HOSO_ADDR, default 127.0.0.1:8080)")
	c.Flags().StringVar(&f.temporal, "temporal", "devserver", "devserver, or installed: the temporal program on the PATH")
	c.Flags().IntVar(&f.temporalPort, "temporal-port", 7233, "port of Temporal")
	c.Flags().IntVar(&f.uiPort, "ui-port", 8233, "port of Temporal's page")
	c.Flags().StringVar(&f.portalAddr, "portal-sim-addr", program.PortalSimAddr, "`host:port` of the portal simulator")
	c.Flags().StringVar(&f.courierAddr, "courier-sim-addr", program.CourierSimAddr, "`host:port` of the courier simulator")
	return c
}

func (s *settings) up(ctx context.Context, f upFlags) error {
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		var release context.CancelFunc
		ctx, release = signal.NotifyContext(ctx, syscall.SIGHUP) // the terminal was closed
		defer release()
	}
	o, err := s.upOptions(ctx, f)
	if err != nil {
		return err
	}
	con := newConsole(s.out)
	began, steps := time.Now(), 0
	con.Begin(upSteps, "starting")
	o.Told = func(step string) {
		steps++
		con.Step(steps, step)
	}
	u, err := embedded.Start(ctx, o)
	con.End()
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped while starting
		}
		return err
	}
	con.welcome(u, o.Config, time.Since(began))
	failed := u.Failed()
	err = s.whileUp(ctx, con, u, f, failed)
	con.Line("\nstopping …")
	return joined(err, u.Stop(nil), func() { con.Line("stopped") })
}

// upSteps is how many steps embedded.Start tells of.
const upSteps = 4

// whileUp lets the house stand until the context ends or a part of it falls.
func (s *settings) whileUp(ctx context.Context, con *console, u *embedded.Up, f upFlags, failed <-chan error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shown := make(chan error, 1)
	if f.demo {
		go func() { shown <- s.showDemo(ctx, con, u) }()
	}
	for {
		select {
		case <-ctx.Done():
			if f.demo && shown != nil {
				<-shown
			}
			return nil
		case err := <-failed:
			return err
		case err := <-shown:
			shown = nil
			if err != nil && ctx.Err() == nil {
				con.Line("demonstration: %v", err) // the house stands all the same
			}
		}
	}
}

func joined(first, second error, good func()) error {
	switch {
	case first != nil:
		return first
	case second != nil:
		return second
	}
	good()
	return nil
}

func (s *settings) upOptions(ctx context.Context, f upFlags) (embedded.Options, error) {
	o := embedded.Options{TemporalPort: f.temporalPort, UIPort: f.uiPort, PortalAddr: f.portalAddr, CourierAddr: f.courierAddr}
	var err error
	o.Config, err = s.config(func(c *program.Config) {
		if f.addr != "" {
			c.Addr = f.addr
		}
	})
	if err != nil {
		return o, err
	}
	if _, err := os.Stat(program.EnvFile(o.Config.Data)); err == nil {
		return o, fmt.Errorf("%s belongs to a stack: start that (hoso stack), or name another folder with --data", o.Config.Data)
	}
	for name, addr := range map[string]string{"--portal-sim-addr": f.portalAddr, "--courier-sim-addr": f.courierAddr} {
		if err := program.CheckAddress(name, addr, bool(o.Config.AllowRemote)); err != nil {
			return o, err
		}
	}
	switch f.temporal {
	case "devserver":
		o.Temporal, err = embedded.Devserver(s.lookup("HOSO_DEVSERVER"))
	case "installed":
		o.Temporal, err = embedded.Installed(ctx)
	default:
		err = fmt.Errorf("--temporal must be devserver or installed")
	}
	if f.demo {
		o.PortalKnobs, o.CourierKnobs = demoKnobs()
	}
	return o, err
}

// welcome says what stands where.
func (c *console) welcome(u *embedded.Up, config program.Config, took time.Duration) {
	c.Line("hoso is ready after %.1f s", took.Seconds())
	c.Line("")
	c.Line("  API             %s   documentation: %s/docs", u.API, u.API)
	c.Line("  Temporal        %s   page: %s", u.Temporal, u.TemporalUI)
	c.Line("  simulators      portal %s, carriers %s", u.Portal, u.Courier)
	c.Line("  data            %s   logs: %s", config.Data, config.LogDir())
	if u.Loaded > 0 {
		c.Line("  catalogue       built-in set, %d entries", u.Loaded)
	}
	c.Line("")
	c.Line("Ctrl-C stops everything.")
}
