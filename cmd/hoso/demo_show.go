package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"hoso/internal/courier"
	"hoso/internal/demo"
	"hoso/internal/dossier"
	"hoso/internal/embedded"
	"hoso/internal/register"
	"hoso/internal/store"
)

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
		c.Line("  its slip and receipt   bin/hoso dossier forms %s --save papers", code)
	}
	c.Line("  three more samples     bin/hoso demo")
	c.Line("\nServing. Ctrl-C stops everything.")
}
