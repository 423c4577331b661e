package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/identity"
	"hoso/internal/program"
)

// subjectFlags name who somebody is and what they may do.
type subjectFlags struct {
	role, office, network, authority, carrier string
}

func (f *subjectFlags) define(c *cobra.Command) {
	c.Flags().StringVar(&f.role, "role", "", "clerk, supervisor, centre, manager, courier, auditor or admin")
	c.Flags().StringVar(&f.office, "office", "", "agent office, for a clerk (VNPHKI)")
	c.Flags().StringVar(&f.network, "network", "", "network, for a supervisor (vnpost)")
	c.Flags().StringVar(&f.authority, "authority", "", "authority, for an officer (H26.12.03)")
	c.Flags().StringVar(&f.carrier, "carrier", "", "carrier, for a courier (viettelpost)")
	c.MarkFlagRequired("role") //nolint:errcheck // the flag is defined above
}

func (f *subjectFlags) subject(id string) identity.Subject {
	return identity.Subject{ID: id, Role: identity.Role(f.role), Office: f.office, Network: f.network, Authority: f.authority, Carrier: f.carrier}
}

func newToken(set *settings) *cobra.Command {
	var f subjectFlags
	var id string
	var valid time.Duration
	c := &cobra.Command{
		Use:   "token",
		Short: "Make a development token",
		Long: `Registers a subject with role and scope if it is new, and prints a token signed
with the development key as its last line. Installations with an issuer of their
own (HOSO_AUTH_KEYS) have no such key.`,
		Example: "  hoso token --role clerk --office VNPHKI\n  hoso token --role centre --authority H26.12.03",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			who := f.subject(id)
			if id == "" {
				who.ID = defaultSubject(who)
			}
			return set.token(cmd.Context(), who, valid)
		},
	}
	f.define(c)
	c.Flags().StringVar(&id, "subject", "", "who (default: made from role and scope)")
	c.Flags().DurationVar(&valid, "valid", 24*time.Hour, "how long the token is good")
	return c
}

// defaultSubject names a subject after role and scope: "clerk-vnphki".
func defaultSubject(who identity.Subject) string {
	parts := []string{string(who.Role)}
	for _, scope := range []string{who.Office, who.Authority, who.Carrier} {
		if scope != "" {
			parts = append(parts, strings.ToLower(scope))
		}
	}
	if who.Role == identity.Supervisor {
		parts = append(parts, who.Network)
	}
	return strings.Join(parts, "-")
}

func (s *settings) token(ctx context.Context, who identity.Subject, valid time.Duration) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	if valid <= 0 {
		return fmt.Errorf("--valid must be positive")
	}
	register, err := c.OpenSafeRegister(ctx)
	if err != nil {
		return err
	}
	defer register.Close() //nolint:errcheck // everything is committed
	key, err := c.DevKey()
	if err != nil {
		return err
	}
	who, isNew, err := program.AddSubject(ctx, register, who)
	if err != nil {
		return err
	}
	token, err := identity.Mint(key, who.ID, valid)
	if err != nil {
		return err
	}
	word := "known"
	if isNew {
		word = "registered"
	}
	fmt.Fprintf(s.err, "%s: %s (%s)\n", who.ID, word, program.Scope(who))
	_, err = fmt.Fprintln(s.out, token)
	return err
}
