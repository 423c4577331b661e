package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/calendar"
	"hoso/internal/program"
	"hoso/internal/store"
)

// dueFlags ask when a term ends.
type dueFlags struct {
	received, unit, authority, language string
	n                                   int
}

func newCalendarDue(set *settings) *cobra.Command {
	var f dueFlags
	c := &cobra.Command{
		Use:     "due",
		Short:   "Say when a term ends by the calendars in force, and why",
		Example: "  hoso calendar due --received 2025-04-24T09:30:00+07:00 --n 5 --unit working_day",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return set.calendarDue(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.received, "received", "", "when it was received, as RFC 3339 `time`")
	c.Flags().IntVar(&f.n, "n", 0, "how many")
	c.Flags().StringVar(&f.unit, "unit", "working_day", "hour, working_day, day, month or same_day")
	c.Flags().StringVar(&f.authority, "authority", "H26", "whose calendar counts")
	c.Flags().StringVar(&f.language, "lang", "vi", "language, vi or en")
	for _, name := range []string{"received", "n"} {
		c.MarkFlagRequired(name) //nolint:errcheck // the flag is defined above
	}
	return c
}

func (s *settings) calendarDue(ctx context.Context, f dueFlags) error {
	received, err := time.Parse(time.RFC3339, f.received)
	if err != nil {
		return fmt.Errorf("--received must be a time such as 2025-04-24T09:30:00+07:00")
	}
	return s.withRegister(ctx, func(ctx context.Context, r *store.Store) error {
		book, err := program.CalendarBook(ctx, r)
		if err != nil {
			return err
		}
		cal, err := book.ForAuthority(f.authority, received)
		if err != nil {
			return err
		}
		d, err := cal.Derive(received, calendar.Term{N: f.n, Unit: calendar.Unit(f.unit)})
		if err != nil {
			return err
		}
		for _, sentence := range d.Sentences(calendar.Language(cmp.Or(f.language, "vi"))) {
			fmt.Fprintln(s.out, sentence)
		}
		return nil
	})
}
