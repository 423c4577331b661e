package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

// partFunc runs a part until the context ends.
type partFunc func(context.Context) error

// withoutWord leaves out a part's readiness callback: its log says the same.
func withoutWord[F ~func(string) | ~func()](run func(context.Context, F) error) partFunc {
	return func(ctx context.Context) error { return run(ctx, nil) }
}

// part opens the house, runs one part of production in it with the relay beside,
// and closes it. It logs to standard error. Traces call it by the command's name.
func (s *settings) part(cmd *cobra.Command, change func(*program.Config), pick func(*program.Main) partFunc) error {
	ctx := cmd.Context()
	c, err := s.config(change, func(c *program.Config) { c.Service = "hoso-" + cmd.Name() })
	if err != nil {
		return err
	}
	log, err := program.NewLog(c.Log, s.err)
	if err != nil {
		return err
	}
	slog.SetDefault(log)
	log.InfoContext(ctx, "starting", "configuration", c)
	m, err := program.Open(ctx, c, log)
	if err != nil {
		return err
	}
	err = m.WithRelay(ctx, pick(m))
	log.InfoContext(context.WithoutCancel(ctx), "stopped")
	return errors.Join(err, m.Close())
}
