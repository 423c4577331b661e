package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

func newMigrate(set *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring database and Temporal up to this program",
		Long: `Brings the database up to this program, loads the built-in catalogue into an
empty register, and registers the search attributes and the daily lists where Temporal can be reached.
Doing it again changes nothing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := set.config()
			if err != nil {
				return err
			}
			return set.migrate(cmd.Context(), c)
		},
	}
}

func (s *settings) migrate(ctx context.Context, c program.Config) error {
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
	fmt.Fprintln(s.out, "Temporal: ", s.migrateTemporal(ctx, c))
	return nil
}

// temporalWithin is how long a command tries to reach Temporal.
const temporalWithin = 5 * time.Second

// migrateTemporal says in words what became of the search attributes. Temporal
// being away is no failure: it is asked again at the next time.
func (s *settings) migrateTemporal(ctx context.Context, c program.Config) string {
	ctx, cancel := context.WithTimeout(ctx, temporalWithin)
	defer cancel()
	t, namespace, err := c.Dial(slog.New(slog.DiscardHandler))
	if err != nil {
		return err.Error()
	}
	defer t.Close()
	added, err := program.RegisterAttributes(ctx, t, namespace)
	isNew := false
	if err == nil {
		isNew, err = program.Schedule(ctx, t)
	}
	lists := ", daily lists and the nightly proofs are scheduled"
	if isNew {
		lists = ", daily lists and the nightly proofs are scheduled from now on"
	}
	switch {
	case err != nil:
		return "not reached; run `hoso migrate` again when it is there (" + program.Short(err) + ")"
	case len(added) == 0:
		return "search attributes are in order" + lists
	default:
		return fmt.Sprintf("%d search attributes registered", len(added)) + lists
	}
}
