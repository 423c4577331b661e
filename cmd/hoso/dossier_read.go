package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hoso/internal/apiclient"
)

func newShow(f *callFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "show CODE",
		Short: "Show where a dossier stands",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.reader(cmd.Context())
			if err != nil {
				return err
			}
			raw, err := c.Get(cmd.Context(), "/v1/dossiers/"+url.PathEscape(args[0]))
			if err != nil {
				return err
			}
			return f.show(raw)
		},
	}
}

// filterNames are the list's filters, which are flags of the same names.
var filterNames = []string{"status", "stage", "office", "network", "authority", "procedure", "waiting_for", "due_before", "q", "limit", "cursor"}

func newList(f *callFlags) *cobra.Command {
	values := map[string]*string{}
	var overdue, parked bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List dossiers, newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{}
			for name, value := range values {
				if *value != "" {
					query.Set(name, *value)
				}
			}
			for name, set := range map[string]bool{"overdue": overdue, "parked": parked} {
				if set {
					query.Set(name, strconv.FormatBool(set))
				}
			}
			return f.list(cmd.Context(), query)
		},
	}
	for _, name := range filterNames {
		values[name] = c.Flags().String(name, "", "only with this "+name)
	}
	c.Flags().Lookup("q").Usage = "search code, portal code, name without accents, last digits of the phone"
	c.Flags().Lookup("due_before").Usage = "due before this RFC 3339 time"
	c.Flags().Lookup("limit").Usage = "how many on a page"
	c.Flags().Lookup("cursor").Usage = "the page after"
	c.Flags().BoolVar(&overdue, "overdue", false, "only overdue ones")
	c.Flags().BoolVar(&parked, "parked", false, "only those that somebody must look at")
	return c
}

func (f *callFlags) list(ctx context.Context, query url.Values) error {
	c, err := f.reader(ctx)
	if err != nil {
		return err
	}
	if f.json {
		raw, err := c.Get(ctx, "/v1/dossiers?"+query.Encode())
		if err == nil {
			fmt.Fprintln(f.out, string(raw))
		}
		return err
	}
	items, next, err := c.Dossiers(ctx, query)
	if err != nil {
		return err
	}
	f.table(items)
	if next != "" {
		fmt.Fprintf(f.out, "more: --cursor %s\n", next)
	}
	return nil
}

func (f *callFlags) table(items []apiclient.Dossier) {
	w := tabwriter.NewWriter(f.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CODE\tFILED\tPROCEDURE\tSTAGE\tSTATUS\tWAITING FOR")
	for _, d := range items {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d %s\t%s\n", d.Code, moment(&d.FiledAt), d.Procedure.Code, d.Stage, d.Status.Code, d.Status.Label, waitingWords(d))
	}
	w.Flush() //nolint:errcheck // standard output
}

func newTimeline(f *callFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "timeline CODE",
		Short: "Show every change of a dossier",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.reader(cmd.Context())
			if err != nil {
				return err
			}
			if f.json {
				raw, err := c.Get(cmd.Context(), "/v1/dossiers/"+url.PathEscape(args[0])+"/timeline")
				if err == nil {
					fmt.Fprintln(f.out, string(raw))
				}
				return err
			}
			events, err := c.Timeline(cmd.Context(), args[0])
			stage := ""
			for _, e := range events {
				stage = cmp.Or(e.Data["stage"], stage)
				fmt.Fprintln(f.out, eventLine(e, stage))
			}
			return err
		},
	}
}

// eventLine is a change in one line; stage is where it leaves the dossier.
func eventLine(e apiclient.Event, stage string) string {
	who := e.Actor.Role
	if e.Actor.Subject != "" {
		who = e.Actor.Subject
	}
	line := fmt.Sprintf("%3d  %s  %-13s %-34s %s", e.Seq, moment(&e.At), stage, e.Label, who)
	if e.Text != "" {
		line += "  “" + e.Text + "”"
	}
	return line
}
