package demo

import (
	"context"
	"time"

	"hoso/internal/apiclient"
)

// Movement is one change of a sample's dossier.
type Movement struct {
	At      time.Time
	Sample  string
	Code    string
	Event   string // what happened, in Vietnamese
	Stage   string // its word
	Status  string // number and label, in Vietnamese
	Waiting string // whose turn it is, in Vietnamese; "" where others followed, or at the end
}

// follower looks after one sample's dossier.
type follower struct {
	demo   *Demo
	sample sample
	code   string
	run    string

	// resumed says that the beginning was told in an earlier run.
	resumed bool

	clerk *apiclient.Client
	told  Movement // the last one
	seen  int64    // the timeline told so far

	complaint string // the last one
}

// follow tells and acts until the dossier's way has ended.
func (f *follower) follow(ctx context.Context) (apiclient.Dossier, error) {
	var err error
	if f.clerk, err = f.demo.as(clerkOf(f.sample.office)); err != nil {
		return apiclient.Dossier{}, err
	}
	var last apiclient.Dossier
	for moved := time.Now(); ; {
		now, err := f.clerk.Dossier(ctx, f.code)
		if err == nil {
			if now.Revision != last.Revision {
				moved = time.Now()
			}
			last = now
			err = f.step(ctx, now)
		}
		if ctx.Err() != nil {
			return last, ctx.Err()
		}
		f.complain(err)
		if err == nil && last.Closed() {
			return last, nil
		}
		pause := lookFast
		if err != nil || time.Since(moved) > lookFastFor {
			pause = lookSlow
		}
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// complain tells what goes wrong, once for as long as it is the same.
func (f *follower) complain(err error) {
	words := ""
	if err != nil {
		words = err.Error()
	}
	if words != f.complaint && words != "" {
		f.demo.Note(f.code + ": " + words)
	}
	f.complaint = words
}

// step tells what is new of a dossier and does what its people would do.
func (f *follower) step(ctx context.Context, d apiclient.Dossier) error {
	if err := f.tell(ctx, d); err != nil {
		return err
	}
	return f.act(ctx, d)
}

// tell tells every change since the last look.
func (f *follower) tell(ctx context.Context, d apiclient.Dossier) error {
	if d.Revision <= f.seen {
		return nil
	}
	events, err := f.clerk.Timeline(ctx, f.code)
	if err != nil {
		return err
	}
	for i, e := range events {
		if e.Seq <= f.seen {
			continue
		}
		f.seen = e.Seq
		m := f.movement(e)
		last := i == len(events)-1
		if last && e.Seq == d.Revision && !d.Closed() {
			m.Waiting = d.WaitingFor.Label
		}
		if f.told = m; last || !f.resumed {
			f.demo.Tell(m)
		}
	}
	f.resumed = false
	return nil
}

// movement is an event with what it leaves as it was.
func (f *follower) movement(e apiclient.Event) Movement {
	m := Movement{At: e.At, Sample: f.sample.name, Code: f.code, Event: e.Label, Stage: e.Data["stage"], Status: statusNamed(e.Data["status"])}
	if m.Stage == "" {
		m.Stage, m.Status = f.told.Stage, f.told.Status
	}
	switch e.Data["leg"] {
	case "out":
		m.Event += " (giấy tờ)"
	case "home":
		m.Event += " (kết quả)"
	}
	return m
}
