package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/program"
	"hoso/internal/store"
)

func newUser(set *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "user",
		Short: "Say who may act, in what role and scope",
	}
	c.AddCommand(newUserAdd(set), newUserList(set), newUserDisable(set))
	return c
}

func newUserAdd(set *settings) *cobra.Command {
	var f subjectFlags
	c := &cobra.Command{
		Use:     "add SUBJECT",
		Short:   "Register a subject; SUBJECT is the sub of its tokens",
		Example: "  hoso user add tran.thi.b --role clerk --office VNPHKI",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return set.withRegister(cmd.Context(), func(ctx context.Context, r *store.Store) error {
				who, isNew, err := program.AddSubject(ctx, r, f.subject(args[0]))
				if err != nil {
					return err
				}
				if !isNew {
					fmt.Fprintf(set.out, "%s is registered already (%s)\n", who.ID, program.Scope(who))
					return nil
				}
				fmt.Fprintf(set.out, "%s registered (%s)\n", who.ID, program.Scope(who))
				return nil
			})
		},
	}
	f.define(c)
	return c
}

// userLine is a subject for machines.
type userLine struct {
	Subject   string    `json:"subject"`
	Role      string    `json:"role"`
	Office    string    `json:"office,omitempty"`
	Network   string    `json:"network,omitempty"`
	Authority string    `json:"authority,omitempty"`
	Carrier   string    `json:"carrier,omitempty"`
	Disabled  bool      `json:"disabled"`
	CreatedAt time.Time `json:"created_at"`
}

func newUserList(set *settings) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List everybody",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return set.withRegister(cmd.Context(), func(ctx context.Context, r *store.Store) error {
				rows, err := r.Subjects(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return set.usersJSON(rows)
				}
				return set.usersTable(rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return c
}

func (s *settings) usersJSON(rows []store.Subject) error {
	lines := make([]userLine, len(rows))
	for i, r := range rows {
		lines[i] = userLine{r.ID, r.Role, r.Office, r.Network, r.Authority, r.Carrier, r.Disabled, r.CreatedAt}
	}
	return json.NewEncoder(s.out).Encode(map[string]any{"items": lines})
}

func (s *settings) usersTable(rows []store.Subject) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SUBJECT\tROLE AND SCOPE\tSTATE")
	for _, r := range rows {
		state := "active"
		if r.Disabled {
			state = "disabled"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.ID, program.Scope(program.SubjectOf(r)), state)
	}
	return w.Flush()
}

func newUserDisable(set *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "disable SUBJECT",
		Short: "Take a subject's rights away; its next request is refused",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return set.withRegister(cmd.Context(), func(ctx context.Context, r *store.Store) error {
				err := r.DisableSubject(ctx, args[0])
				if errors.Is(err, store.ErrNotFound) {
					return fmt.Errorf("there is no subject %s", args[0])
				}
				if err == nil {
					fmt.Fprintf(set.out, "%s disabled\n", args[0])
				}
				return err
			})
		},
	}
}

// withRegister opens the register for one command.
func (s *settings) withRegister(ctx context.Context, do func(context.Context, *store.Store) error) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	r, err := c.OpenSafeRegister(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, r), r.Close())
}
