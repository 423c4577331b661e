package workflows

import (
	"errors"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// BagType is the workflow type's name; the workflow's id is the bag's number.
const BagType = "Bag"

// The commands that a bag takes, as Temporal Updates.
const (
	BagHandover = "bag_handover" // an offer or a take
	BagOpen     = "bag_open"     // its office opens it again before it has left
	BagRetry    = "bag_retry"    // somebody has looked into what was wrong
	BagLost     = "bag_lost"     // it is gone with all that is in it
)

// BagCommands lists them in a fixed order.
func BagCommands() []string { return []string{BagHandover, BagOpen, BagRetry, BagLost} }

// BagStart begins a bag's workflow. State is set when it continues as new.
type BagStart struct {
	Number string    `json:"number"`
	State  *BagState `json:"state,omitempty"`
}

// BagState is all that a bag's run knows and its successor needs.
type BagState struct {
	register.BagSnapshot
	Seen []string `json:"seen,omitempty"` // commands carried out
}

// BagCommand is a command on a bag. Words and people stand in the register under
// the operation's id.
type BagCommand struct {
	Operation string        `json:"operation"`
	Kind      string        `json:"kind"`
	Role      string        `json:"role"`
	TextID    string        `json:"text_id,omitempty"`
	Hand      *Hand         `json:"hand,omitempty"` // with bag_handover; with bag_open, By
	Count     custody.Count `json:"count,omitzero"` // with a take
	// Lost says, with bag_retry, that what was missing is lost.
	Lost bool `json:"lost,omitempty"`
	// Step is how far the register was when the command was sent. A run that knows
	// less begins anew before it judges.
	Step int64 `json:"step,omitempty"`
}

// Bag follows a sealed bag with the papers of many dossiers from the counter to
// the authority. It has no outside effects: it waits for the people who hand the
// bag on, notes who is late, and the register tells the dossiers.
func Bag(ctx workflow.Context, start BagStart) error {
	b := &bag{number: start.Number}
	if start.State != nil {
		b.BagState, b.loaded = *start.State, true
	}
	if err := b.listen(ctx); err != nil {
		return err
	}
	err := b.follow(ctx)
	if errors.Is(err, errAnew) {
		next := BagStart{Number: b.number}
		if b.loaded {
			next.State = &b.BagState
		}
		return workflow.NewContinueAsNewError(ctx, BagType, next)
	}
	if err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// bag is one execution of the workflow.
type bag struct {
	BagState
	number string
	loaded bool
	queue  []*askedOfBag
	alarm  *alarm
}

type askedOfBag struct {
	BagCommand
	trail
	done   bool
	result Answer
	err    error
}

func (b *bag) listen(ctx workflow.Context) error {
	for _, name := range BagCommands() {
		err := workflow.SetUpdateHandlerWithOptions(ctx, name, b.ask, workflow.UpdateHandlerOptions{Validator: b.validate, Description: describeBagCommand(name)})
		if err != nil {
			return err
		}
	}
	return workflow.SetQueryHandlerWithOptions(ctx, QueryState, func() (BagState, error) { return b.BagState, nil },
		workflow.QueryHandlerOptions{Description: "Trạng thái đầy đủ của túi"})
}

func (b *bag) ask(ctx workflow.Context, c BagCommand) (Answer, error) {
	a := &askedOfBag{BagCommand: c, trail: trailOf(ctx)}
	b.queue = append(b.queue, a)
	if err := workflow.Await(ctx, func() bool { return a.done }); err != nil {
		return Answer{}, err
	}
	return a.result, a.err
}

func (b *bag) validate(c BagCommand) error {
	if !b.loaded || c.Step > b.Step {
		return nil
	}
	if _, r := b.judge(c); r != nil {
		return r.asError()
	}
	return nil
}

// judge computes where the bag is after a command, or why it is not carried out.
func (b *bag) judge(c BagCommand) (custody.Bag, *Refusal) {
	if slices.Contains(b.Seen, c.Operation) {
		return b.Bag, nil
	}
	return c.Apply(b.Bag)
}

// Apply computes where a bag is after the command, or why the rules refuse it.
func (c BagCommand) Apply(b custody.Bag) (custody.Bag, *Refusal) {
	after, err := b, error(&custody.Error{Rule: "unknown_act", Holder: b.Holder})
	switch {
	case c.Kind == BagRetry:
		after, err = b.Clear(c.Lost)
	case c.Kind == BagLost:
		after, err = b.Lose()
	case c.Hand == nil:
	case c.Kind == BagOpen:
		after, err = b.Open(c.Hand.By)
	case c.Kind == BagHandover && c.Hand.Act == "offer":
		after, err = b.Offer(c.Hand.By, c.Hand.To)
	case c.Kind == BagHandover && c.Hand.Act == "take":
		after, err = b.Take(c.Hand.By, c.Count)
	}
	if e := new(custody.Error); errors.As(err, &e) {
		return b, &Refusal{Rule: e.Rule, Holder: e.Holder.String()}
	}
	return after, nil
}

// StepOf is the bag's step that the command makes of it.
func (c BagCommand) StepOf(before, after custody.Bag) register.BagStep {
	t := register.BagStep{Kind: c.stepKind(after), Actor: c.Role, After: after, Waiting: turnOfBag(after), Operation: c.Operation, TextID: c.TextID}
	switch {
	case after.Trouble != "":
		t.Count = c.Count
	case c.Lost:
		t.Count.Missing = before.Found.Missing
	}
	return t
}

// follow waits for one thing after another until the bag is opened.
func (b *bag) follow(ctx workflow.Context) error {
	if !b.loaded {
		s, err := loadBag(ctx, b.number)
		if err != nil {
			return err
		}
		b.BagState, b.loaded = BagState{BagSnapshot: s}, true
	}
	for {
		for len(b.queue) > 0 {
			a := b.queue[0]
			b.queue = b.queue[1:]
			if err := b.execute(a.onto(ctx), a); err != nil {
				return err
			}
		}
		workflow.SetCurrentDetails(ctx, b.details())
		if b.Bag.Opened {
			return nil
		}
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() && workflow.AllHandlersFinished(ctx) {
			return errAnew
		}
		b.arm(ctx)
		if err := workflow.Await(ctx, func() bool { return len(b.queue) > 0 || b.alarm.rings() }); err != nil {
			return err
		}
		if err := b.ring(ctx); err != nil {
			return err
		}
	}
}

func (b *bag) execute(ctx workflow.Context, a *askedOfBag) error {
	if a.BagCommand.Step > b.Step {
		b.loaded = false // the command is sent again to the next run
		return errAnew
	}
	after, r := b.judge(a.BagCommand)
	switch {
	case r != nil:
		a.err, a.done = r.asError(), true
		return nil
	case slices.Contains(b.Seen, a.Operation):
		a.result, a.done = Answer{Revision: b.Step}, true
		return nil
	}
	if err := b.record(ctx, a.StepOf(b.Bag, after)); err != nil {
		return err
	}
	b.Seen = append(b.Seen, a.Operation)
	a.result, a.done = Answer{Revision: b.Step}, true
	return nil
}

func (c BagCommand) stepKind(after custody.Bag) string {
	switch {
	case c.Kind == BagRetry:
		return "bag_cleared"
	case c.Kind == BagOpen:
		return "bag_opened"
	case c.Kind == BagLost:
		return "bag_lost"
	case after.Trouble != "":
		return "bag_trouble"
	case c.Hand.Act == "take":
		return "bag_taken"
	default:
		return "bag_offered"
	}
}

// record writes the bag's next step. The wait that it begins has a limit; one
// that goes on after its limit has the next reminder.
func (b *bag) record(ctx workflow.Context, t register.BagStep) error {
	t.Step = b.Step + 1
	if t.Waiting.Who == b.Waiting.Who && t.Waiting.What == b.Waiting.What && t.Kind != "bag_late" {
		t.Waiting, t.Late = b.Waiting, b.Late // the same wait goes on, whatever was offered to whom again
	}
	got, err := recordBag(ctx, t)
	if app := new(temporal.ApplicationError); errors.As(err, &app) && app.Type() == SupersededType {
		b.loaded = false // another run is ahead: begin anew from the register
		return errAnew
	}
	if err != nil {
		return err
	}
	b.Step, b.Bag, b.Waiting, b.Late = t.Step, t.After, t.Waiting, t.Late
	b.Waiting.Until = got.Until
	return nil
}

// turnOfBag says who brings a bag further.
func turnOfBag(b custody.Bag) register.Waiting {
	switch {
	case b.Opened:
		return register.Waiting{Who: dossier.WhoNobody, What: dossier.WhatNothing}
	case b.Trouble != "":
		return register.Waiting{Who: dossier.WhoManager, What: dossier.WhatRetry}
	case b.Offered == b.To:
		return register.Waiting{Who: dossier.WhoAuthority, What: dossier.WhatTake}
	case b.Offered == b.From:
		return register.Waiting{Who: dossier.WhoClerk, What: dossier.WhatTake}
	case b.Holder == b.From && b.Offered.None():
		return register.Waiting{Who: dossier.WhoClerk, What: dossier.WhatHandover}
	default:
		return register.Waiting{Who: dossier.WhoCourier, What: dossier.WhatCarriage}
	}
}

// arm sets the dead man's timer: who holds the bag and does nothing is late.
func (b *bag) arm(ctx workflow.Context) {
	until := b.Waiting.Until
	if until == nil || b.alarm != nil && !b.alarm.at.After(*until) {
		return
	}
	if b.alarm != nil {
		b.alarm.cancel()
	}
	tctx, cancel := workflow.WithCancel(ctx)
	left := max(until.Sub(workflow.Now(ctx)), time.Millisecond)
	b.alarm = &alarm{at: *until, cancel: cancel, timer: workflow.NewTimerWithOptions(tctx, left, workflow.TimerOptions{Summary: "Hạn " + b.Waiting.What.Label()})}
}

// ring marks the bag as late, if it is, and waits on until the next reminder.
func (b *bag) ring(ctx workflow.Context) error {
	if !b.alarm.rings() {
		return nil
	}
	b.alarm = nil
	if until := b.Waiting.Until; until == nil || workflow.Now(ctx).Before(*until) {
		return nil
	}
	late := register.BagStep{Kind: "bag_late", Actor: "system", After: b.Bag, Waiting: b.Waiting, Late: true}
	late.Waiting.Passed++
	late.Waiting.Until = nil
	return b.record(ctx, late)
}

func loadBag(ctx workflow.Context, number string) (register.BagSnapshot, error) {
	var s register.BagSnapshot
	err := workflow.ExecuteLocalActivity(atRegister(ctx, "Đọc túi giấy tờ từ sổ"), actLoadBag, number).Get(ctx, &s)
	return s, err
}

func recordBag(ctx workflow.Context, t register.BagStep) (register.BagRecorded, error) {
	var r register.BagRecorded
	err := workflow.ExecuteLocalActivity(atRegister(ctx, "Ghi sổ: "+t.Kind), actRecordBag, t).Get(ctx, &r)
	return r, err
}
