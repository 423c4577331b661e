package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/audit"
	"hoso/internal/dossier"
	"hoso/internal/program"
	"hoso/internal/receipt"
	"hoso/internal/store"
)

func newAudit(set *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "audit",
		Short: "Prove that no change of any dossier was altered or taken away, and sign for it",
	}
	var o auditOptions
	verify := &cobra.Command{
		Use: "verify", Short: "Hold every ledger against the register and the signed roots; names each place that does not hold", Args: cobra.NoArgs,
		Long: `Walks each dossier's hash-chained ledgers, every signed root, and the running numbers
that were given. Reads only. The same is done every night; /metrics tells its outcome as
hoso_audit_faults. Roots that were given out, and kept where nobody of this house can
write, find what the register alone cannot: --roots names their folder (default: the
data folder's audit/roots), --keys the public keys, as for verify-receipt.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.verifyLedgers(cmd.Context(), o) },
	}
	verify.Flags().StringVar(&o.since, "since", "", "take as it is what a root made by the end of that `day` tells, e.g. 2026-11-27")
	verify.Flags().StringVar(&o.roots, "roots", "", "`folder` of roots that were given out")
	verify.Flags().StringVar(&o.keys, "keys", "", "`file` of public keys (receipt-keys.json)")
	verify.Flags().BoolVar(&o.asJSON, "json", false, "for machines")
	root := &cobra.Command{
		Use: "root", Short: "Sign a root over all ledgers now, to be given out", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.signRoot(cmd.Context()) },
	}
	show := &cobra.Command{
		Use: "show CODE", Short: "The ledger of a dossier's changes, and what was put right", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return set.showLedger(cmd.Context(), args[0]) },
	}
	c.AddCommand(verify, root, show)
	return c
}

type auditOptions struct {
	since, roots, keys string
	asJSON             bool
}

func (s *settings) verifyLedgers(ctx context.Context, o auditOptions) error {
	var since time.Time
	if o.since != "" {
		day, err := time.ParseInLocation(time.DateOnly, o.since, dossier.Zone)
		if err != nil {
			return errors.New("--since must be a day such as 2026-11-27")
		}
		since = day.AddDate(0, 0, 1)
	}
	c, err := s.config()
	if err != nil {
		return err
	}
	if o.roots == "" {
		o.roots = c.RootsDir()
	} else if found, _ := filepath.Glob(filepath.Join(o.roots, "*.json")); len(found) == 0 {
		return fmt.Errorf("--roots: there is no root in %s", o.roots)
	}
	if o.keys == "" {
		o.keys = c.ReceiptKeyFile()
	}
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		keys, err := receipt.LoadKeys(o.keys)
		if err != nil {
			return err
		}
		p, err := (&program.Auditor{Store: r, Keys: keys, Dir: o.roots}).Prove(ctx, since, nil)
		if err != nil {
			return err
		}
		if o.asJSON {
			err = s.auditJSON(p)
		} else {
			s.tellAudit(p)
		}
		if err == nil && len(p.Faults) > 0 {
			err = errTold
		}
		return err
	})
}

func (s *settings) auditJSON(p store.AuditProof) error {
	return json.NewEncoder(s.out).Encode(struct {
		At       time.Time     `json:"at"`
		Dossiers int64         `json:"dossiers"`
		Entries  int64         `json:"entries"`
		Roots    int64         `json:"roots"`
		Unrooted int64         `json:"unrooted"`
		Lost     []int64       `json:"lost_roots,omitempty"`
		Faults   []audit.Fault `json:"faults"`
	}{p.At.In(dossier.Zone), p.Dossiers, p.Entries, p.Roots, p.Unrooted, p.Lost, p.Faults})
}

func (s *settings) tellAudit(p store.AuditProof) {
	for _, f := range p.Faults {
		fmt.Fprintln(s.err, f.Error())
	}
	if len(p.Faults) > 0 {
		fmt.Fprintf(s.err, "%d faults in %d entries of %d dossiers, %d roots\n", len(p.Faults), p.Entries, p.Dossiers, p.Roots)
		return
	}
	fmt.Fprintf(s.out, "%d entries of %d dossiers, %d roots: nothing was changed or taken away\n", p.Entries, p.Dossiers, p.Roots)
	if len(p.Lost) > 0 {
		fmt.Fprintf(s.out, "the register was restored from a backup: %d roots given out after it are not in it any more (%s)\n", len(p.Lost), numbers(p.Lost))
	}
	switch {
	case p.Newest == 0:
		fmt.Fprintln(s.out, "no root has been signed yet: `hoso audit root` signs one")
	case p.Unrooted > 0:
		fmt.Fprintf(s.out, "%d dossiers were filed since the newest root (%d, %s)\n", p.Unrooted, p.Newest, p.RootAt.In(dossier.Zone).Format("2006-01-02 15:04"))
	}
}

func numbers(all []int64) string {
	out := make([]string, len(all))
	for i, n := range all {
		out[i] = fmt.Sprint(n)
	}
	return strings.Join(out, ", ")
}

func (s *settings) signRoot(ctx context.Context) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		a, err := c.Auditor(r)
		if err != nil {
			return err
		}
		row, err := a.Root(ctx, nil)
		if err != nil {
			return err
		}
		root, err := audit.ReadRoot([]byte(row.File))
		if err != nil {
			return err
		}
		file, err := a.File(row)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "root %d over %d dossiers, %d of them changed since the root before: %s\n", root.N, root.Dossiers, root.Changed, file)
		return nil
	})
}

func (s *settings) showLedger(ctx context.Context, code string) error {
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		rows, err := r.Timeline(ctx, code)
		if err != nil {
			return err
		}
		fixed, err := r.CorrectionsOf(ctx, code)
		if err != nil {
			return err
		}
		if len(rows) == 0 && len(fixed) == 0 {
			return errors.New("there is no dossier of that code")
		}
		for _, e := range rows {
			fmt.Fprintf(s.out, "%4d  %s  %-22s %-12s %s\n", e.Seq, e.At.In(dossier.Zone).Format("2006-01-02 15:04:05"), e.Kind, e.Actor, e.Hash[:min(16, len(e.Hash))])
		}
		for _, c := range fixed {
			fmt.Fprintf(s.out, "put right %s: %s (%s): %s\n", c.At.In(dossier.Zone).Format("2006-01-02 15:04:05"), c.Kind, c.Found, c.Done)
		}
		return nil
	})
}
