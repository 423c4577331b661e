package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"hoso/internal/store"
)

func newStartAnew(set *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "start-anew",
		Short: "Start every open dossier's workflow from the register, after Temporal's data are lost",
		Long: `Orders the workflow of every open dossier, and of every bag under way, to be started from
the register; the relay of any API or worker carries the orders out. A workflow that runs
is left alone, and no act outside is repeated.

The sampler finds missing workflows by itself, but one by one: this is for when they are
all gone. Give Temporal an empty namespace and run "hoso migrate" first. Versioned workers
get nothing from it before "hoso promote".`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.startAnew(cmd.Context()) },
	}
}

func (s *settings) startAnew(ctx context.Context) error {
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		orders, err := r.StartAnew(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d workflows are to be started, but for those that run: the relay does it as soon as Temporal answers\n", orders)
		return nil
	})
}
