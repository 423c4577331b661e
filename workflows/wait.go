package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// await listens until done, or until the dossier turns back. Everything that
// can happen meanwhile is handled here: reports, commands, limits passing.
func (d *run) await(ctx workflow.Context, done func() bool) error {
	for {
		if err := d.pump(ctx); err != nil {
			return err
		}
		if done() || d.turned() {
			d.stopWatching(ctx)
			return nil
		}
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() && workflow.AllHandlersFinished(ctx) && !d.mail() {
			return errAnew
		}
		d.publish(ctx)
		d.arm(ctx)
		if err := workflow.Await(ctx, func() bool { return d.mail() || d.alarm.rings() || d.watching.ready() }); err != nil {
			return err
		}
		if err := d.ring(ctx); err != nil {
			return err
		}
	}
}

// mail says whether somebody has sent something.
func (d *run) mail() bool {
	return len(d.queue) > 0 || d.portal.Len() > 0 || d.parcel.Len() > 0 || d.bags.Len() > 0 || d.reports.Len() > 0
}

// pump handles all that has come, one thing at a time: first what the outside
// reported, then what staff ask.
func (d *run) pump(ctx workflow.Context) error {
	for d.mail() {
		if err := d.drain(func(r register.Report) error { return d.hear(ctx, r) }); err != nil {
			return err
		}
		for len(d.queue) > 0 {
			a := d.queue[0]
			d.queue = d.queue[1:]
			if err := d.execute(a.onto(ctx), a); err != nil {
				return err
			}
		}
	}
	return d.hearWatch(ctx)
}

// drain takes all reports that have come, in their order; those of former relays
// kind by kind.
func (d *run) drain(take func(register.Report) error) error {
	if err := drainOf(d.portal, func(r register.PortalReport) error { return take(register.Report{Portal: &r}) }); err != nil {
		return err
	}
	if err := drainOf(d.parcel, func(r register.ParcelReport) error { return take(register.Report{Parcel: &r}) }); err != nil {
		return err
	}
	if err := drainOf(d.bags, func(r register.PapersReport) error { return take(register.Report{Papers: &r}) }); err != nil {
		return err
	}
	return drainOf(d.reports, func(several []register.Report) error {
		for _, r := range several {
			if err := take(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func drainOf[T any](channel workflow.ReceiveChannel, take func(T) error) error {
	for {
		var r T // each its own: decoding leaves alone what is not said
		if !channel.ReceiveAsync(&r) {
			return nil
		}
		if err := take(r); err != nil {
			return err
		}
	}
}

// hear takes a report in.
func (d *run) hear(ctx workflow.Context, r register.Report) error {
	switch {
	case r.Portal != nil:
		return d.hearPortal(ctx, *r.Portal)
	case r.Parcel != nil:
		return d.hearParcel(ctx, *r.Parcel)
	case r.Papers != nil:
		return d.hearPapers(ctx, *r.Papers)
	default:
		return nil // of a kind that this program does not know; it stays open in the register
	}
}

// alarm is the one timer of a dossier.
type alarm struct {
	at     time.Time
	timer  workflow.Future
	cancel workflow.CancelFunc
}

func (a *alarm) rings() bool { return a != nil && a.timer.IsReady() }

// arm sets the timer to the nearest thing that time alone brings. A timer that
// is set for earlier is left alone: ringing for nothing once is cheaper than a
// cancellation at every step.
func (d *run) arm(ctx workflow.Context) {
	at, summary := d.nearest(ctx)
	if at.IsZero() || d.alarm != nil && !d.alarm.at.After(at) {
		return
	}
	if d.alarm != nil {
		d.alarm.cancel()
	}
	tctx, cancel := workflow.WithCancel(ctx)
	left := max(at.Sub(workflow.Now(ctx)), time.Millisecond)
	d.alarm = &alarm{at: at, cancel: cancel, timer: workflow.NewTimerWithOptions(tctx, left, workflow.TimerOptions{Summary: summary})}
}

// nearest is the next moment at which something is to be done without anybody's word.
func (d *run) nearest(workflow.Context) (time.Time, string) {
	var at time.Time
	var summary string
	consider := func(t time.Time, why string) {
		if at.IsZero() || t.Before(at) {
			at, summary = t, why
		}
	}
	if d.Waiting.Until != nil {
		consider(*d.Waiting.Until, "Hạn "+d.Waiting.What.Label())
	}
	if d.mayBecomeOverdue() {
		consider(*d.DueAt, "Hạn trả kết quả")
	}
	if m, ok := d.nextMark(); ok {
		consider(m.At, "Mốc nhắc hạn trả kết quả")
	}
	if d.earlyToAskFor() {
		consider(d.heardAt.Add(dossier.Waits.EarlyReport), "Chờ tin còn thiếu từ Cổng")
	}
	if d.watchable() && d.watching == nil {
		consider(d.heardAt.Add(dossier.Waits.CatchUp), "Hỏi lại nếu chưa có tin")
	}
	return at, summary
}

func (d *run) earlyToAskFor() bool { return len(d.Early) > 0 && !d.EarlyTold }

// ring does what the time has come for, if the timer has rung.
func (d *run) ring(ctx workflow.Context) error {
	if !d.alarm.rings() {
		return nil
	}
	d.alarm = nil
	now := workflow.Now(ctx)
	if m, ok := d.nextMark(); ok && !now.Before(m.At) {
		if err := d.markPassed(ctx, now); err != nil {
			return err
		}
	}
	if d.mayBecomeOverdue() && !now.Before(*d.DueAt) {
		d.Overdue = true
		if err := d.record(ctx, register.Transition{Kind: "overdue"}); err != nil {
			return err
		}
	}
	if until := d.Waiting.Until; until != nil && !now.Before(*until) {
		if err := d.limitPassed(ctx); err != nil {
			return err
		}
	}
	if d.earlyToAskFor() && !now.Before(d.heardAt.Add(dossier.Waits.EarlyReport)) {
		return d.askForMissing(ctx)
	}
	if d.watchable() && d.watching == nil && !now.Before(d.heardAt.Add(dossier.Waits.CatchUp)) {
		d.startWatching(ctx)
	}
	return nil
}

// limitPassed marks that a limit has gone by, tells whose turn it is, and goes
// on waiting until the next reminder.
func (d *run) limitPassed(ctx workflow.Context) error {
	d.Waiting.Passed++
	d.Waiting.Until = nil
	t := register.Transition{Kind: "limit_passed", Task: "limit_passed", TaskCause: string(d.Waiting.What), Data: map[string]string{"who": string(d.Waiting.Who), "what": string(d.Waiting.What)}}
	if d.Waiting.What == dossier.WhatSupplement && d.Waiting.Passed == 1 {
		// The citizen's time is over: what follows is for the authority to say.
		t.Kind, t.Task, t.TaskCause, t.TaskOwner = "supplement_not_given", "supplement_not_given", "", dossier.WhoAuthority
	}
	return d.record(ctx, t)
}
