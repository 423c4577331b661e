package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/dossier"
)

func newReport(set *settings) *cobra.Command {
	f := &callFlags{settings: set}
	c := &cobra.Command{Use: "report", Short: "Reports for managers and supervisors"}
	f.define(c)
	c.AddCommand(newFunnel(f))
	return c
}

func newFunnel(f *callFlags) *cobra.Command {
	var from, to, by string
	c := &cobra.Command{
		Use:     "funnel",
		Short:   "How dossiers came to the authority, and what became of them",
		Example: "  hoso report funnel --as manager --from 2026-11-01 --to 2026-11-30 --by office",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.client()
			if err != nil {
				return err
			}
			query := url.Values{"from": {from}, "to": {to}, "by": {by}}
			raw, err := c.Get(cmd.Context(), "/v1/reports/funnel?"+query.Encode())
			if err != nil {
				return err
			}
			return f.funnel(raw)
		},
	}
	now := time.Now().In(dossier.Zone)
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, dossier.Zone)
	c.Flags().StringVar(&from, "from", month.Format(time.DateOnly), "first `day` of filing that counts")
	c.Flags().StringVar(&to, "to", now.Format(time.DateOnly), "last `day` of filing that counts")
	c.Flags().StringVar(&by, "by", "network", "network, office, area or procedure")
	return c
}

// funnelRow is a row of the report, as the API gives it.
type funnelRow struct {
	Key, Name            string
	Filed, Online, Paper int64
	OnlineWithPaper      int64    `json:"online_with_paper"`
	ReturnToCitizen      int64    `json:"return_to_citizen"`
	NotAllowed           int64    `json:"not_allowed"`
	Overrides            int64    `json:"overrides"`
	OnlineRate           *float64 `json:"online_rate"`
	OnTime               int64    `json:"on_time"`
	Overdue              int64    `json:"overdue"`
	ResultReturned       int64    `json:"result_returned"`
}

func (f *callFlags) funnel(raw json.RawMessage) error {
	if f.json {
		_, err := fmt.Fprintln(f.out, string(raw))
		return err
	}
	var r struct {
		From, To, By string
		Items        []funnelRow
		Total        funnelRow
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	fmt.Fprintf(f.out, "filed from %s to %s, by %s\n", r.From, r.To, r.By)
	w := tabwriter.NewWriter(f.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tfiled\tonline\tand paper\tpaper\tonline rate\tat the counter\tturned away\toverrides\ton time\toverdue\treturned\t")
	r.Total.Key = "all"
	for _, row := range append(r.Items, r.Total) {
		rate := "-"
		if row.OnlineRate != nil {
			rate = fmt.Sprintf("%.1f %%", 100**row.OnlineRate)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", row.Key, row.Filed, row.Online, row.OnlineWithPaper, row.Paper, rate, row.ReturnToCitizen,
			row.NotAllowed, row.Overrides, row.OnTime, row.Overdue, row.ResultReturned)
	}
	return w.Flush()
}
