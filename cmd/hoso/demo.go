package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"hoso/internal/demo"
	"hoso/internal/embedded"
	"hoso/internal/identity"
	"hoso/internal/program"
	"hoso/internal/store"
)

func newDemo(set *settings) *cobra.Command {
	var server string
	c := &cobra.Command{
		Use:   "demo",
		Short: "File sample dossiers into a running system and act for their sample people",
		Long: `Files three sample dossiers through the API of a running system and acts for their
sample people until they are delivered. Needs the register and its development
key, as "hoso up" has them; there the portal asks a supplement at FPTHKI if it
was started with --demo.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return set.demo(cmd.Context(), server) },
	}
	c.Flags().StringVar(&server, "server", "", "the API's `address` (default: that of HOSO_ADDR)")
	c.AddCommand(newDemoPage(set))
	return c
}

func newDemoPage(set *settings) *cobra.Command {
	var poor bool
	var pages int
	var blurred []int
	c := &cobra.Command{
		Use:   "page FILE",
		Short: "Draw a sample form as a PDF, to be filed by hand",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if pages < 1 || pages > 50 {
				return errors.New("--pages: 1 to 50")
			}
			if poor {
				for n := range pages {
					blurred = append(blurred, n+1)
				}
			}
			page, err := demo.Pages(pages, blurred...)
			if err != nil {
				return err
			}
			if err := os.WriteFile(args[0], page, 0o600); err != nil {
				return err
			}
			fmt.Fprintf(set.out, "%s: a sample page, %d KB\n", args[0], len(page)>>10)
			return nil
		},
	}
	c.Flags().BoolVar(&poor, "poor", false, "too poor to be read")
	c.Flags().IntVar(&pages, "pages", 1, "how many pages")
	c.Flags().IntSliceVar(&blurred, "blur", nil, "`PAGES` too poor to be read, such as 2 or 2,3")
	return c
}

// demo files fresh samples, whatever the register holds.
func (s *settings) demo(ctx context.Context, server string) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	if server == "" {
		server = program.URLOf(c.Addr)
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
	con := newConsole(s.out)
	return show(ctx, con, newDemonstration(con, server, key), register, demo.Anew())
}

// showDemo shows the demonstration of the embedded mode, new or gone on with.
func (s *settings) showDemo(ctx context.Context, con *console, u *embedded.Up) error {
	if u.Key == nil {
		return errors.New("it signs in with the development key, and HOSO_AUTH_KEYS names another issuer")
	}
	d := newDemonstration(con, u.API, u.Key)
	if err := registerCast(ctx, u.Main.Store); err != nil {
		return err
	}
	state, wanted, err := d.Begin(ctx, u.Main.Config.Data)
	if err != nil {
		return err
	}
	if !wanted {
		con.Line("\nThe register holds dossiers already: no samples are filed. (`hoso demo` files new ones.)")
		con.whatNext(u, "")
		return nil
	}
	if err := show(ctx, con, d, u.Main.Store, state); err != nil {
		return err
	}
	con.whatNext(u, state.Codes["online"])
	return nil
}

func newDemonstration(con *console, server string, key *identity.DevKey) *demo.Demo {
	board := &board{con: con, stages: map[string]int{}}
	return &demo.Demo{
		Server: server,
		Token:  func(subject string) (string, error) { return identity.Mint(key, subject, tokenFor) },
		Tell:   board.movement,
		Note:   func(text string) { con.Line("  (%s)", text) },
	}
}

func registerCast(ctx context.Context, s *store.Store) error {
	return demo.Register(ctx, func(ctx context.Context, who identity.Subject) error {
		_, _, err := program.AddSubject(ctx, s, who)
		return err
	})
}

// demoKnobs are the simulators' rules for the demonstration.
func demoKnobs() (portal, courier []byte) { return demo.PortalRules(), demo.CourierRules() }
