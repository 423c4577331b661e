package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

func newDoctor(set *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check what the engine stands on; one line each",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := set.config()
			if err != nil {
				return err
			}
			healthy := program.Doctor(cmd.Context(), c, func(f program.Finding) {
				fmt.Fprintf(set.out, "%-5s %-18s %s\n", f.State, f.Check, f.Words)
			})
			if !healthy {
				return errTold
			}
			return nil
		},
	}
}
