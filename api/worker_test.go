package api

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"hoso/internal/dossier"
	reg "hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

// worker is a fake relay with a small workflow behind it: what is sent is
// recorded as the dossier's next step, once per operation.
type worker struct {
	store *store.Store
	// send, if set, stands in for the workflow.
	send func(ctx context.Context, op store.Operation) (workflows.Answer, *workflows.Refusal, error)

	mu     sync.Mutex
	sent   []store.Operation
	starts []string
	kicks  int
	done   map[string]workflows.Answer
}

func (w *worker) KickStart(_ context.Context, code string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.starts = append(w.starts, code)
}

func (w *worker) KickMessage(store.Inbox) { w.Kick() }

func (w *worker) Kick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kicks++
}

func (w *worker) Send(ctx context.Context, op store.Operation) (workflows.Answer, *workflows.Refusal, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, op)
	if w.send != nil {
		return w.send(ctx, op)
	}
	if answer, known := w.done[op.ID]; known {
		return answer, nil, nil
	}
	if slices.Contains(workflows.BagCommands(), op.Kind) {
		return w.recordBag(ctx, op)
	}
	answer, err := w.record(ctx, op)
	if err == nil {
		w.done[op.ID] = answer
	}
	return answer, nil, err
}

// recordBag is the bag's workflow: the same rules, without a workflow around them.
func (w *worker) recordBag(ctx context.Context, op store.Operation) (workflows.Answer, *workflows.Refusal, error) {
	s, err := w.store.BagSnapshot(ctx, op.DossierCode)
	if err != nil {
		return workflows.Answer{}, nil, err
	}
	var o store.BagOrder
	if err := json.Unmarshal([]byte(op.Payload), &o); err != nil {
		return workflows.Answer{}, nil, err
	}
	c := workflows.BagCommand{Operation: op.ID, Kind: op.Kind, Role: op.Role, TextID: op.TextID, Count: o.Count, Lost: o.Lost}
	if !o.By.None() {
		c.Hand = &workflows.Hand{Act: o.Act, By: o.By, To: o.To}
	}
	after, refusal := c.Apply(s.Bag)
	if refusal != nil {
		raw, err := json.Marshal(refusal)
		if err != nil {
			return workflows.Answer{}, nil, err
		}
		return workflows.Answer{}, refusal, w.store.Refuse(ctx, op.ID, string(raw))
	}
	t := c.StepOf(s.Bag, after)
	t.Step = s.Step + 1
	_, err = w.store.RecordBag(ctx, t, nil)
	return workflows.Answer{Revision: t.Step}, nil, err
}

func (w *worker) record(ctx context.Context, op store.Operation) (workflows.Answer, error) {
	s, err := w.store.Snapshot(ctx, op.DossierCode)
	if err != nil {
		return workflows.Answer{}, err
	}
	t := reg.Transition{Code: op.DossierCode, Step: s.Step + 1, Kind: op.Kind, Actor: op.Role, Operation: op.ID, After: s.Position}
	switch dossier.Command(op.Kind) {
	case dossier.Decide:
		var r reg.PortalReport
		if err := json.Unmarshal([]byte(op.Payload), &r); err != nil {
			return workflows.Answer{}, err
		}
		t.After.Status = r.Status
		if r.Result != nil {
			t.After.Result = *r.Result
		}
	case dossier.Withdraw:
		t.After.Status, t.Kind = dossier.Withdrawn, "withdrawn"
	case dossier.Supplement:
		t.After.Waiting, t.After.Asked = reg.Waiting{Who: dossier.WhoNobody, What: dossier.WhatWork}, []string{}
	}
	got, err := w.store.Record(ctx, t, store.Plan{})
	return workflows.Answer{Revision: got.Revision}, err
}
