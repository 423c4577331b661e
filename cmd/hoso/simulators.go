package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

// simulatorFlags are what the simulators can be told.
type simulatorFlags struct {
	addr, ledger, callback, knobs string
}

func newPortalSim(set *settings) *cobra.Command {
	return newSimulator(set, "portal-sim", "Play the public-service portal", program.PortalSimAddr,
		func(c *program.Config) func(context.Context, program.Simulator) error { return c.RunPortalSim })
}

func newCourierSim(set *settings) *cobra.Command {
	return newSimulator(set, "courier-sim", "Play the carriers", program.CourierSimAddr,
		func(c *program.Config) func(context.Context, program.Simulator) error { return c.RunCourierSim })
}

// newSMSSim makes no callbacks, and so has no address for them.
func newSMSSim(set *settings) *cobra.Command {
	c := newSimulator(set, "sms-sim", "Play a text gateway", program.SMSSimAddr,
		func(c *program.Config) func(context.Context, program.Simulator) error { return c.RunSMSSim })
	_ = c.Flags().MarkHidden("callback")
	return c
}

func newSimulator(set *settings, name, short, addr string, pick func(*program.Config) func(context.Context, program.Simulator) error) *cobra.Command {
	var f simulatorFlags
	c := &cobra.Command{
		Use:   name,
		Short: short,
		Long: short + `, to try hoso against. Everything it does stands in its ledger, one JSON
line each, flushed to the disk before it is answered. --knobs names a JSON file
of rules that make it misbehave; they can be changed while it runs (PUT /admin/knobs).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.simulate(cmd.Context(), f, pick) },
	}
	c.Flags().StringVar(&f.addr, "addr", addr, "`host:port` to listen on")
	c.Flags().StringVar(&f.ledger, "ledger", "", "ledger `file` (default <data>/"+name+"/ledger.jsonl)")
	c.Flags().StringVar(&f.callback, "callback", "", "the API's `address` (default: that of HOSO_ADDR)")
	c.Flags().StringVar(&f.knobs, "knobs", "", "rules `file` (JSON)")
	return c
}

func (s *settings) simulate(ctx context.Context, f simulatorFlags, pick func(*program.Config) func(context.Context, program.Simulator) error) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	if err := program.CheckAddress("--addr", f.addr, bool(c.AllowRemote)); err != nil {
		return err
	}
	log, err := program.NewLog(c.Log, s.err)
	if err != nil {
		return err
	}
	sim := program.Simulator{Addr: f.addr, Ledger: f.ledger, Callback: f.callback, Log: log,
		Ready: func(address string) { log.Info("listens", "address", address) }}
	if sim.Callback == "" {
		sim.Callback = program.URLOf(c.Addr)
	}
	if f.knobs != "" {
		if sim.Knobs, err = os.ReadFile(f.knobs); err != nil {
			return fmt.Errorf("--knobs: %w", err)
		}
	}
	return pick(&c)(ctx, sim)
}
