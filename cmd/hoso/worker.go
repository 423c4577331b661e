package main

import (
	"context"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

func newWorker(set *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "worker",
		Short: "Work on dossiers",
		Long: `Works on dossiers: polls Temporal, calls the portal and the carriers.
Needs HOSO_PORTAL_URL and HOSO_COURIER_URL. Where Temporal is away, it waits.
HOSO_METRICS_ADDR makes it serve /metrics there.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return set.part(cmd, func(*program.Config) {}, func(m *program.Main) partFunc {
				return func(ctx context.Context) error { return m.WithMetrics(ctx, withoutWord(m.RunWorker)) }
			})
		},
	}
}
