package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"hoso/internal/dossier"
	"hoso/internal/program"
)

func newBackup(set *settings) *cobra.Command {
	var to string
	c := &cobra.Command{
		Use:   "backup --to DIR|FILE.tar",
		Short: "Back up register, files, keys and signed roots while everything runs",
		Long: `Writes the register as of one moment, the files that it names (each held against its
digest), the data folder's keys and the signed roots into a new folder, or into one file
where the name ends with .tar. A manifest with digests, versions and counts comes last.
PostgreSQL is dumped by pg_dump, which must be installed.

A backup holds people's particulars and private keys: its files are their owner's only.
Keep them so.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.backUp(cmd.Context(), to) },
	}
	c.Flags().StringVar(&to, "to", "", "new `folder` or .tar file")
	c.MarkFlagRequired("to") //nolint:errcheck // the flag is there
	return c
}

func (s *settings) backUp(ctx context.Context, to string) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	m, err := program.Backup(ctx, c, to)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d dossiers (%d open), %d audit entries, as of %s\n", m.Counts.Dossiers, m.Counts.Open, m.Counts.Entries, m.At.In(dossier.Zone).Format("2006-01-02 15:04:05"))
	fmt.Fprintf(s.out, "%d files, %.1f MB in %s; they hold people's particulars and private keys, and only you may read them\n", len(m.Files), float64(m.Bytes())/1e6, to)
	if names := c.Elsewhere(); len(names) > 0 {
		fmt.Fprintf(s.out, "not in it, because they lie elsewhere: what %s name\n", strings.Join(names, ", "))
	}
	if len(m.Damaged) > 0 {
		for _, digest := range m.Damaged {
			fmt.Fprintf(s.err, "the file with digest %s is missing or damaged\n", digest)
		}
		fmt.Fprintf(s.err, "%d files are missing or damaged; all else is in the backup\n", len(m.Damaged))
		return errTold
	}
	return nil
}

func newRestore(set *settings) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "restore --from DIR|FILE.tar",
		Short: "Restore a backup into an empty database and data folder",
		Long: `Restores what "hoso backup" wrote: checks every digest, fills an empty database, puts
files, keys and roots in place, and leaves every open dossier's workflow to be started
anew by the relay. What the portal and the carriers did since the backup is asked of them
before anything is done again. Give Temporal an empty namespace, then start the parts.

Dossiers that were filed after the backup are not in it: see docs/operations.md for a
PostgreSQL that loses nothing it acknowledged.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.restore(cmd.Context(), from) },
	}
	c.Flags().StringVar(&from, "from", "", "`folder` or .tar file that hoso backup wrote")
	c.MarkFlagRequired("from") //nolint:errcheck // the flag is there
	return c
}

func (s *settings) restore(ctx context.Context, from string) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	r, err := program.Restore(ctx, c, from)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "restored as of %s: %d dossiers, %d audit entries, %d documents\n", r.Manifest.At.In(dossier.Zone).Format("2006-01-02 15:04:05"), r.Counts.Dossiers, r.Counts.Entries, r.Counts.Documents)
	fmt.Fprintf(s.out, "%d workflows are to be started anew: start Temporal with an empty namespace, run `hoso migrate`, then start API and worker\n", r.Starts)
	if r.Root > 0 {
		fmt.Fprintf(s.out, "root %d is signed with word of the restore; roots that were given out after the backup are not in the register any more\n", r.Root)
	}
	for _, digest := range r.Manifest.Damaged {
		fmt.Fprintf(s.out, "the file with digest %s was missing or damaged when the backup was made\n", digest)
	}
	if names := c.Elsewhere(); len(names) > 0 {
		fmt.Fprintf(s.out, "not restored, because they lie elsewhere: what %s name\n", strings.Join(names, ", "))
	}
	return nil
}
