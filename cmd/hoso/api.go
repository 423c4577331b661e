package main

import (
	"github.com/spf13/cobra"

	"hoso/internal/program"
)

func newAPI(set *settings) *cobra.Command {
	var addr string
	c := &cobra.Command{
		Use:   "api",
		Short: "Serve the HTTP API",
		Long:  "Serves the HTTP API. Filings are acknowledged while Temporal is away; they start when it is back.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return set.part(cmd, func(c *program.Config) {
				if addr != "" {
					c.Addr = addr
				}
			}, func(m *program.Main) partFunc {
				return withoutWord(m.RunAPI)
			})
		},
	}
	c.Flags().StringVar(&addr, "addr", "", "`host:port` to listen on (HOSO_ADDR, default 127.0.0.1:8080)")
	return c
}
