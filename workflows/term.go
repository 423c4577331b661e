package workflows

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// The legal term as the workflow sees it. What an event does to it is worked out
// where the step is recorded, by the calendar and the procedure's rules; here it
// is said what has happened, and what comes due is waited for.

// clockOf says what a change of the status does to the term.
func (d *run) clockOf(before dossier.Status, r register.PortalReport) *register.ClockEvent {
	asked := before == dossier.SupplementRequired || before == dossier.PaymentRequired
	switch {
	case r.Status == dossier.Accepted && d.Clock.ReceivedAt == nil:
		return &register.ClockEvent{Kind: register.ClockReceived, At: *d.ReceivedAt, DueAt: r.DueAt, FeeOwed: !d.Fees.Settled(), Paper: d.onPaper()}
	case r.Status == dossier.SupplementRequired:
		return &register.ClockEvent{Kind: register.ClockPause, At: r.At, Reason: "supplement"}
	case r.Status == dossier.PaymentRequired:
		return &register.ClockEvent{Kind: register.ClockPause, At: r.At, Reason: "fee"}
	case r.Status.Decided(), r.Status == dossier.Withdrawn:
		return &register.ClockEvent{Kind: register.ClockStop, At: r.At}
	case asked, r.DueAt != nil:
		return &register.ClockEvent{Kind: register.ClockResume, At: r.At, DueAt: r.DueAt}
	default:
		return nil
	}
}

// holdAgainst judges a decision or a request by the moment it was made: what the
// authority did in time was in time, whenever we hear of it, and the other way round.
func (d *run) holdAgainst(e *register.ClockEvent, data map[string]string) {
	if e == nil || e.Kind != register.ClockStop && e.Kind != register.ClockPause || d.DueAt == nil || !d.Clock.Runs() {
		return
	}
	if late := e.At.After(*d.DueAt); late != d.Overdue {
		d.Overdue, data["overdue"] = late, strconv.FormatBool(late)
	}
}

// onPaper says that papers reach the authority, or have reached it.
func (d *run) onPaper() bool { return d.Papers.Out.Count > 0 || d.Papers.Arrived > 0 }

// mayBecomeOverdue says that time counts against the authority.
func (d *run) mayBecomeOverdue() bool {
	return d.DueAt != nil && !d.Overdue && d.Clock.Runs() && !d.Status.Decided() && d.Status != dossier.Withdrawn
}

// nextMark is the next moment of the term at which somebody is told.
func (d *run) nextMark() (register.Mark, bool) {
	if !d.Clock.Runs() || len(d.Clock.Marks) == 0 {
		return register.Mark{}, false
	}
	return d.Clock.Marks[0], true
}

// markPassed tells that moments of the term have come. When it is time for the
// apology, the authority has a task: the draft is theirs to send or to drop.
func (d *run) markPassed(ctx workflow.Context, now time.Time) error {
	var last register.Mark
	kind, owner, task := "warned", dossier.Who(""), ""
	for _, m := range d.Clock.Marks {
		if m.At.After(now) {
			break
		}
		last = m
		if m.Name == dossier.MarkDraft && d.Clock.Extendable() {
			kind, owner, task = "apology_drafted", dossier.WhoAuthority, "apology"
		}
	}
	return d.record(ctx, register.Transition{Kind: kind, Task: task, TaskOwner: owner, Data: map[string]string{"mark": last.Name},
		Clock: &register.ClockEvent{Kind: register.ClockMark, At: now}})
}

// judgeAsking says why a supplement cannot be asked for: neither an officer nor a
// manager asks oftener than is approved (Decree 61/2018/NĐ-CP Art 11(2)(c)).
func (d *run) judgeAsking(r register.PortalReport) *Refusal {
	if r.Status == dossier.SupplementRequired && !d.Clock.MayAsk() {
		return d.refusal("supplement_limit")
	}
	return nil
}

// judgeExtension says why a due date cannot be put off: never a second time, and
// not when the day before it has come (Decree 61/2018/NĐ-CP Art 19(9)).
func (d *run) judgeExtension(c Command, now time.Time) *Refusal {
	switch {
	case c.DueAt == nil:
		return d.refusal("due_at_missing")
	case d.DueAt != nil && !c.DueAt.After(*d.DueAt):
		return d.refusal("extension_not_later")
	case now.After(*d.Clock.ExtendUntil):
		return d.refusal("extension_too_late")
	default:
		return nil
	}
}

// moveDue puts the due date off, or moves it, or has it counted anew.
func (d *run) moveDue(c Command, at time.Time, t *register.Transition) {
	t.Clock = &register.ClockEvent{Kind: register.ClockMove, At: at, DueAt: c.DueAt}
	switch {
	case c.Kind == dossier.Extend:
		t.Clock.Kind = register.ClockExtend
	case c.Anew:
		t.Kind, t.Clock = "due_recomputed", &register.ClockEvent{Kind: register.ClockRecompute, At: at}
	}
}
