package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

func newMigrate(set *settings) *cobra.Command {
	var await time.Duration
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring database and Temporal up to this program",
		Long: `Brings the database up to this program, loads the built-in catalogue into an
empty register, and registers the search attributes and the daily lists where Temporal can be reached.
Doing it again changes nothing.

Temporal being away is no failure, unless --await-temporal says for how long to
wait for it: workers refuse to start without the search attributes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if await < 0 {
				return errors.New("--await-temporal must be a length of time such as 90s")
			}
			c, err := set.config()
			if err != nil {
				return err
			}
			return set.migrate(cmd.Context(), c, await)
		},
	}
	c.Flags().DurationVar(&await, "await-temporal", 0, "wait so `long` for Temporal, and fail without it")
	return c
}

func (s *settings) migrate(ctx context.Context, c program.Config, await time.Duration) error {
	register, err := c.OpenRegister()
	if err != nil {
		return err
	}
	defer register.Close() //nolint:errcheck // everything is committed
	done, err := program.Migrate(ctx, register)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, "database:  migrated")
	if done.Loaded > 0 {
		fmt.Fprintf(s.out, "catalogue: built-in set loaded, %d entries\n", done.Loaded)
	} else {
		fmt.Fprintln(s.out, "catalogue: kept as it is")
	}
	prepared, err := c.PrepareTemporal(ctx, await)
	var wrong *program.AttributeError
	switch {
	case err == nil:
		fmt.Fprintln(s.out, "Temporal: ", preparedWords(prepared))
		return nil
	case errors.As(err, &wrong):
		return err
	case await > 0:
		return fmt.Errorf("the database is migrated, but Temporal could not be prepared within %s (%s): run `hoso migrate` again when it can", await, program.Short(err))
	}
	fmt.Fprintf(s.out, "Temporal:  not reached; run `hoso migrate` again when it is there (%s)\n", program.Short(err))
	return nil
}

func preparedWords(p program.Prepared) string {
	words := "search attributes are in order"
	if p.Attributes > 0 {
		words = fmt.Sprintf("%d search attributes registered", p.Attributes)
	}
	words += ", daily lists and the nightly proofs are scheduled"
	if p.Scheduled {
		words += " from now on"
	}
	return words
}
