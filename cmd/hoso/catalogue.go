package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"hoso/internal/catalogue"
	"hoso/internal/store"
)

func newCatalogue(set *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "catalogue",
		Short: "Check and load procedures, offices and authorities",
	}
	c.AddCommand(
		&cobra.Command{
			Use:   "check DIR",
			Short: "Check a folder of catalogue files; names every fault with file and line",
			Args:  cobra.ExactArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				cat, err := set.readCatalogue(args)
				if err == nil {
					set.countCatalogue(cat)
				}
				return err
			},
		},
		&cobra.Command{
			Use:   "load [DIR]",
			Short: "Load a folder of catalogue files into the register; without one, the built-in set",
			Args:  cobra.MaximumNArgs(1),
			RunE:  func(cmd *cobra.Command, args []string) error { return set.loadCatalogue(cmd.Context(), args) },
		},
	)
	return c
}

// readCatalogue reads and checks a folder, or the built-in set. What is wrong
// with a folder is told line by line.
func (s *settings) readCatalogue(args []string) (*catalogue.Catalogue, error) {
	if len(args) == 0 {
		return catalogue.Default()
	}
	if _, err := os.Stat(args[0]); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %s", args[0])
	}
	cat, err := catalogue.Load(os.DirFS(args[0]))
	var problems catalogue.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			fmt.Fprintln(s.err, p)
		}
		fmt.Fprintf(s.err, "%d faults; nothing was loaded\n", len(problems))
		return nil, errTold
	}
	return cat, err
}

func (s *settings) countCatalogue(c *catalogue.Catalogue) {
	fmt.Fprintf(s.out, "%d procedures, %d networks, %d carriers, %d offices, %d authorities, %d areas: in order\n",
		len(c.Procedures), len(c.Networks), len(c.Carriers), len(c.Offices), len(c.Authorities), len(c.Areas))
}

func (s *settings) loadCatalogue(ctx context.Context, args []string) error {
	cat, err := s.readCatalogue(args)
	if err != nil {
		return err
	}
	s.countCatalogue(cat)
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		changed, err := r.LoadCatalogue(ctx, cat)
		if err == nil {
			fmt.Fprintf(s.out, "%d entries new or changed\n", changed)
		}
		return err
	})
}
