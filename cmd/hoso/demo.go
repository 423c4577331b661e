package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/courier"
	"hoso/internal/demo"
	"hoso/internal/dossier"
	"hoso/internal/embedded"
	"hoso/internal/identity"
	"hoso/internal/program"
	"hoso/internal/register"
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

// show files what is missing, follows all to their end and tells how they were
// delivered.
func show(ctx context.Context, con *console, d *demo.Demo, s *store.Store, state demo.State) error {
	if err := registerCast(ctx, s); err != nil {
		return err
	}
	if state.Resumed() {
		con.Line("\nSample dossiers of an earlier run, gone on with\n")
	} else {
		con.Line("\nSample dossiers: online (Vietnam Post), paper (Viettel Post), supplement (FPT Shop)\n")
	}
	began := time.Now()
	con.Begin(1, "drawing and filing")
	err := d.File(ctx, &state)
	con.End()
	if err != nil {
		return err
	}
	con.heading()
	con.Begin(len(state.Codes)*(len(dossier.Stages())-1), "stages")
	filed, err := d.Follow(ctx, state)
	con.End()
	if err != nil {
		return err
	}
	con.Line("")
	for _, f := range filed {
		con.Line("  %-10s  %s  %d %s  %s", f.Sample, f.Code, f.Status.Code, f.Status.Label, proofWords(ctx, s, f.Code))
	}
	if !state.Resumed() {
		con.Line("\n%d dossiers from the counter to the citizen's hand in %.1f s.", len(filed), time.Since(began).Seconds())
	}
	return nil
}

// proofWords says how the result reached the citizen.
func proofWords(ctx context.Context, s *store.Store, code string) string {
	shipments, err := s.ShipmentsOf(ctx, code)
	if err != nil {
		return ""
	}
	for _, sh := range slices.Backward(shipments) {
		var p courier.Proof
		if sh.Leg != string(register.LegHome) || json.Unmarshal([]byte(sh.Proof), &p) != nil {
			continue
		}
		return fmt.Sprintf("delivered %s by %s %s, proof: %s, received by %s", moment(sh.Since), sh.Carrier, sh.TrackingNumber, p.Method, cmp.Or(p.Relation, "the citizen"))
	}
	return ""
}

// columns of the demonstration's lines.
const demoLine = "%-8s  %-10s  %-20s  %-13s  %-26s  %s"

func (c *console) heading() {
	c.Line(demoLine, "time", "sample", "code", "stage", "status", "what happened -> who is waited for")
}

// board tells how the samples move, and how far they all are.
type board struct {
	con *console

	mu     sync.Mutex
	stages map[string]int // by code
}

// movement tells one change of a sample.
func (b *board) movement(m demo.Movement) {
	what := m.Event
	if m.Waiting != "" {
		what += " -> " + m.Waiting
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.con.Line("%s", fmt.Sprintf(demoLine, m.At.In(dossier.Zone).Format(time.TimeOnly), m.Sample, m.Code, m.Stage, m.Status, what))
	b.stages[m.Code] = stageNumber(m.Stage)
	done := 0
	for _, n := range b.stages {
		done += n
	}
	b.con.Step(done, "")
}

// whatNext says what to try.
func (c *console) whatNext(u *embedded.Up, code string) {
	c.Line("\nWhat to try next")
	c.Line("  the API's page         %s/docs", u.API)
	c.Line("  dossiers in Temporal   %s/namespaces/default/workflows", u.TemporalUI)
	c.Line("  as a clerk             TOKEN=$(bin/hoso token --role clerk --office VNPHKI)")
	c.Line("                         curl -H \"Authorization: Bearer $TOKEN\" %s/v1/dossiers", u.API)
	if code != "" {
		c.Line("  one dossier's way      bin/hoso dossier timeline %s --as clerk-vnphki", code)
	}
	c.Line("  three more samples     bin/hoso demo")
	c.Line("\nServing. Ctrl-C stops everything.")
}

// demoKnobs are the simulators' rules for the demonstration.
func demoKnobs() (portal, courier []byte) { return demo.PortalRules(), demo.CourierRules() }
