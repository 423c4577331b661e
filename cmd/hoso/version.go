package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

func newVersion(set *settings) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Say which program this is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b, contract := program.Build()
			if asJSON {
				return json.NewEncoder(set.out).Encode(b)
			}
			_, err := fmt.Fprintf(set.out, "hoso %s %s (API %s, %s)\n", b.Version, b.Revision, contract, b.Go)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return c
}
