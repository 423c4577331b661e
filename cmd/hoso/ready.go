package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

func newReady(set *settings) *cobra.Command {
	var address string
	var worker bool
	c := &cobra.Command{
		Use:   "ready",
		Short: "Ask a part on this machine whether it is ready",
		Long: `Asks the API on this machine whether it is ready; for health checks of containers
and service managers. --worker asks Temporal whether a worker on this machine
polls, --url asks any address. Exit code 1 when not.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if worker && address != "" {
				return errors.New("--worker has no --url")
			}
			c, err := set.config()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), readyWithin)
			defer cancel()
			if !worker {
				return program.Answers(ctx, c, address)
			}
			t, namespace, err := c.Dial(slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			defer t.Close()
			return program.WorkerPolls(ctx, t, namespace)
		},
	}
	c.Flags().StringVar(&address, "url", "", "`address` to ask (default: /readyz of HOSO_ADDR)")
	c.Flags().BoolVar(&worker, "worker", false, "ask whether a worker on this machine polls")
	return c
}

// readyWithin bounds the question; who asks has a bound of its own.
const readyWithin = 8 * time.Second
