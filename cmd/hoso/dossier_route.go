package main

import (
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"
)

func newRoute(f *callFlags) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:     "route CODE ROUTE",
		Short:   "Choose another way to the authority: online, online_with_paper or paper",
		Example: "  hoso dossier route VNPHKI-… online --as supervisor-vnpost --reason \"Đã đọc được từng dòng\"",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.command(cmd.Context(), args[0], "route", map[string]any{"route": args[1], "reason": reason})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why, for all to see")
	return c
}

func newReadback(f *callFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "readback CODE",
		Short: "Show what to read out to the citizen",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.reader(cmd.Context())
			if err != nil {
				return err
			}
			raw, err := c.Get(cmd.Context(), "/v1/dossiers/"+url.PathEscape(args[0])+"/readback")
			if err != nil {
				return err
			}
			return f.readOut(raw)
		},
	}
}

// readOut prints what is read out to the citizen, and what stands against a
// filing that was only tried; where something does, it has failed.
func (f *callFlags) readOut(raw json.RawMessage) error {
	var r struct {
		Fileable  *bool
		Sentences []string
		Errors    []struct{ Pointer, Detail string }
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if f.json {
		fmt.Fprintln(f.out, string(raw))
	} else {
		for _, s := range r.Sentences {
			fmt.Fprintln(f.out, s)
		}
		for _, e := range r.Errors {
			fmt.Fprintf(f.err, "%s: %s\n", e.Pointer, e.Detail)
		}
	}
	if r.Fileable != nil && !*r.Fileable {
		return errTold
	}
	return nil
}
