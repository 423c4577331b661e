package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/apiclient"
	"hoso/internal/dossier"
)

func newWatch(f *callFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "watch CODE",
		Short: "Show a dossier's stages live, until its way has ended",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return f.watch(cmd.Context(), args[0]) },
	}
}

// watchEvery is how often a watched dossier is looked at.
const watchEvery = 300 * time.Millisecond

// watch prints each change as it comes. On a terminal a bar shows how far the
// dossier is on its way through the stages.
func (f *callFlags) watch(ctx context.Context, code string) error {
	c, err := f.reader(ctx)
	if err != nil {
		return err
	}
	con := newConsole(f.out)
	if !f.json {
		con.Begin(len(dossier.Stages()), code)
		defer con.End()
	}
	w := watcher{client: c, code: code, con: con, json: f.json, out: f}
	for {
		closed, err := w.look(ctx)
		if closed || err != nil {
			if ctx.Err() != nil {
				return nil // stopped by whoever watches
			}
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchEvery):
		}
	}
}

type watcher struct {
	client *apiclient.Client
	code   string
	con    *console
	out    *callFlags
	json   bool
	seen   int64
	stage  string // of the last event
}

// look tells what is new and says whether the way has ended.
func (w *watcher) look(ctx context.Context) (closed bool, err error) {
	d, err := w.client.Dossier(ctx, w.code)
	if err != nil {
		return false, err
	}
	if d.Revision > w.seen {
		if err := w.events(ctx); err != nil {
			return false, err
		}
	}
	w.con.Step(stageNumber(d.Stage), stageWords(d.Stage)+" · "+d.WaitingFor.Label)
	return d.Closed(), nil
}

func (w *watcher) events(ctx context.Context) error {
	events, err := w.client.Timeline(ctx, w.code)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Seq <= w.seen {
			continue
		}
		w.seen, w.stage = e.Seq, cmp.Or(e.Data["stage"], w.stage)
		if !w.json {
			w.con.Line("%s", eventLine(e, w.stage))
			continue
		}
		raw, err := json.Marshal(e)
		if err != nil {
			return err
		}
		fmt.Fprintln(w.out.out, string(raw))
	}
	return nil
}

func stageNumber(stage string) int {
	for i, s := range dossier.Stages() {
		if string(s) == stage {
			return i
		}
	}
	return 0
}
