package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/store"
)

func newCustody(set *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "custody",
		Short: "Prove where every paper original is, and read a dossier's ledger",
	}
	var asJSON bool
	verify := &cobra.Command{
		Use: "verify", Short: "Hold every original, bag and ledger against each other; names each place that does not hold", Args: cobra.NoArgs,
		Long: `Walks each dossier's hash-chained ledger from its first entry, and holds papers and
bags against what it tells: every original has exactly one holder, every bag what lies
in it. Reads only. The same is done every night; /metrics tells its outcome as
hoso_custody_faults.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.verifyCustody(cmd.Context(), asJSON) },
	}
	verify.Flags().BoolVar(&asJSON, "json", false, "for machines")
	show := &cobra.Command{
		Use: "show CODE", Short: "The ledger of a dossier's originals", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return set.showCustody(cmd.Context(), args[0]) },
	}
	c.AddCommand(verify, show)
	return c
}

func (s *settings) verifyCustody(ctx context.Context, asJSON bool) error {
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		p, err := r.ProveCustody(ctx, nil)
		if err != nil {
			return err
		}
		if asJSON {
			err = json.NewEncoder(s.out).Encode(struct {
				At           time.Time       `json:"at"`
				Dossiers     int64           `json:"dossiers"`
				Papers       int64           `json:"papers"`
				Bags         int64           `json:"bags"`
				BeforeLedger int64           `json:"before_ledger,omitempty"`
				Faults       []custody.Fault `json:"faults"`
			}{p.At.In(dossier.Zone), p.Dossiers, p.Papers, p.Bags, p.BeforeLedger, p.Faults})
			if err != nil {
				return err
			}
		} else {
			s.tellProof(p)
		}
		if len(p.Faults) > 0 {
			return errTold
		}
		return nil
	})
}

func (s *settings) tellProof(p store.CustodyProof) {
	for _, f := range p.Faults {
		fmt.Fprintln(s.err, f.Error())
	}
	if len(p.Faults) > 0 {
		fmt.Fprintf(s.err, "%d faults in %d originals of %d dossiers, %d bags\n", len(p.Faults), p.Papers, p.Dossiers, p.Bags)
		return
	}
	fmt.Fprintf(s.out, "%d originals of %d dossiers, %d bags: each original has exactly one holder\n", p.Papers, p.Dossiers, p.Bags)
	if p.BeforeLedger > 0 {
		fmt.Fprintf(s.out, "%d of them are from before there was a ledger and have not moved since\n", p.BeforeLedger)
	}
}

func (s *settings) showCustody(ctx context.Context, code string) error {
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		papers, err := r.Papers(ctx, code)
		if err != nil {
			return err
		}
		rows, err := r.Custody(ctx, code)
		if err != nil {
			return err
		}
		if len(papers) == 0 && len(rows) == 0 {
			return errors.New("no dossier of that code has, or had, originals")
		}
		component := map[string]string{}
		for _, p := range papers {
			component[p.ID] = p.Component
		}
		for _, e := range rows {
			line := fmt.Sprintf("%4d  %s  %-20s %-9s", e.Seq, e.At.In(dossier.Zone).Format("2006-01-02 15:04:05"), component[e.PaperID], e.Act)
			if to := e.Link().To; !to.None() {
				line += " " + to.String()
			}
			if e.Bag != "" {
				line += " " + e.Bag
			}
			fmt.Fprintf(s.out, "%s  (%s)\n", line, e.Subject)
		}
		for _, p := range papers {
			fmt.Fprintf(s.out, "%s: %s\n", p.Component, p.Place().Holder)
		}
		return nil
	})
}
