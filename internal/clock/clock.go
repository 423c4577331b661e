package clock

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"hoso/internal/calendar"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// ErrNotNow means that an event does not fit the clock as it stands, such as an
// extension of a term that does not run.
var ErrNotNow = errors.New("clock: the term does not take this now")

// Rules are what a clock goes by.
type Rules struct {
	ID, Version, From string
	dossier.ClockRules
	// Term is the procedure's, for the dossier's case; a zero Term means that the
	// procedure has none.
	Term     dossier.Limit
	Calendar *calendar.Calendar
}

// Date is a new version of a dossier's due date.
type Date struct {
	DueAt time.Time
	// Kind says what moved it: received, resume, extend, move or recompute.
	Kind string
	// StartedAt and Term are what it was counted from; zero where somebody named it.
	StartedAt time.Time
	Term      dossier.Limit
	// Derivation explains it; nil where somebody named it and there is no term.
	Derivation *calendar.Derivation
}

// Change is what an event did.
type Change struct {
	Clock register.Clock
	// Date is the new version of the due date; nil when it stays.
	Date *Date
	// Began and Ended are a pause that the event opened or closed.
	Began, Ended *register.Pause
}

// Begin tells a clock its rules, before anything has happened to it.
func Begin(r Rules) register.Clock {
	var c register.Clock
	r.tell(&c)
	return c
}

// tell writes into the clock what the rules allow.
func (r Rules) tell(c *register.Clock) {
	c.ID, c.Version, c.From = r.ID, r.Version, r.From
	c.Supplements, c.SupplementsMost, c.Extensions = r.Supplements, r.SupplementsMost, r.Extensions
}

// Apply lets an event happen to a clock. An event that says nothing new changes
// nothing. The error is ErrNotNow, which changes nothing either, or a
// *calendar.ReachError: then what happened is noted all the same, and only the
// date is missing.
func Apply(c register.Clock, e register.ClockEvent, r Rules) (Change, error) {
	a := application{Change: Change{Clock: clone(c)}, rules: r, event: e}
	err := a.apply()
	if err != nil {
		err = fmt.Errorf("clock: %s: %w", e.Kind, err)
	}
	if err != nil && !errors.Is(err, calendar.ErrOutOfReach) {
		return Change{Clock: c}, err
	}
	a.Clock = plain(a.Clock)
	return a.Change, err
}

// plain writes every moment as the register gives it back: UTC, in microseconds.
func plain(c register.Clock) register.Clock {
	for _, t := range []**time.Time{&c.ReceivedAt, &c.HandedOverAt, &c.FeeAt, &c.StartedAt, &c.Fixed, &c.FixedAt, &c.ExtendUntil} {
		if *t != nil {
			u := micros(**t)
			*t = &u
		}
	}
	for i, p := range c.Pauses {
		c.Pauses[i].From, c.Pauses[i].To = micros(p.From), micros(p.To)
	}
	if c.Paused != nil {
		c.Paused = &register.Pause{From: micros(c.Paused.From), Reason: c.Paused.Reason}
	}
	for i, m := range c.Marks {
		c.Marks[i].At = micros(m.At)
	}
	if len(c.Marks) == 0 {
		c.Marks = nil
	}
	return c
}

func micros(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func clone(c register.Clock) register.Clock {
	c.Pauses, c.Marks, c.Told = slices.Clone(c.Pauses), slices.Clone(c.Marks), slices.Clone(c.Told)
	return c
}

// application is an event on its way.
type application struct {
	Change
	rules Rules
	event register.ClockEvent
}

func (a *application) apply() error {
	c, e := &a.Clock, a.event
	switch e.Kind {
	case register.ClockReceived:
		return a.received()
	case register.ClockHandedOver:
		return a.fact(&c.HandedOverAt)
	case register.ClockFeePaid:
		if c.Asking == ReasonFee {
			c.Asking = ""
		}
		return a.fact(&c.FeeAt)
	case register.ClockPause:
		a.pause()
		return nil
	case register.ClockResume:
		return a.resume()
	case register.ClockExtend:
		if !MayExtend(*c, e.At) {
			return ErrNotNow
		}
		c.Extended++
		return a.fix(*e.DueAt)
	case register.ClockMove:
		return a.fix(*e.DueAt)
	case register.ClockRecompute:
		return a.recompute()
	case register.ClockMark:
		a.mark()
		return nil
	case register.ClockApprove:
		c.Approved++
		return nil
	case register.ClockStop:
		a.end(e.At)
		c.Stopped, c.Asking, c.Marks = true, "", nil
		return nil
	default:
		return fmt.Errorf("unknown event %q", e.Kind)
	}
}

// MayExtend says whether the due date may still be put off: the term runs, the
// extensions are not used up, and the last moment for it has not passed.
func MayExtend(c register.Clock, at time.Time) bool {
	return c.Extendable() && !at.After(*c.ExtendUntil)
}

// received is the valid reception. Its day decides by which version of the rules
// the dossier goes on.
func (a *application) received() error {
	c := &a.Clock
	if c.ReceivedAt != nil {
		return nil
	}
	at := a.event.At
	a.rules.tell(c)
	c.ReceivedAt, c.Paper, c.FeeOwed = &at, a.event.Paper, a.event.FeeOwed
	a.answered()
	if a.event.DueAt != nil {
		return a.appointed(at, *a.event.DueAt)
	}
	return a.start()
}

// appointed takes the authority's own appointment in place of the term.
func (a *application) appointed(start, due time.Time) error {
	a.Clock.StartedAt, a.Clock.Term = &start, a.rules.Term
	return a.fix(due)
}

// fact notes the first time that something came which the clock may wait for.
func (a *application) fact(into **time.Time) error {
	if *into != nil {
		return nil
	}
	at := a.event.At
	*into = &at
	return a.start()
}

// start sets the clock going if all it waits for has come.
func (a *application) start() error {
	c := &a.Clock
	if c.StartedAt != nil || c.Stopped {
		return nil
	}
	at, ready := a.rules.Start(dossier.ClockFacts{ReceivedAt: c.ReceivedAt, HandedOverAt: c.HandedOverAt, FeeAt: c.FeeAt, Paper: c.Paper, FeeOwed: c.FeeOwed})
	if !ready {
		return nil
	}
	if cutoff, late := a.rules.Cutoff(); late && c.Paper {
		moved, err := a.rules.Calendar.HandedOver(at, calendar.Clock(cutoff))
		if err != nil {
			return err
		}
		at = moved
	}
	return a.count(at)
}

// count begins the term at a moment, with nothing behind it.
func (a *application) count(start time.Time) error {
	c := &a.Clock
	c.Term, c.Pauses, c.Fixed, c.FixedAt = a.rules.Term, nil, nil, nil
	c.Told, c.Reached = nil, ""
	a.begin(start)
	return a.due()
}

// begin is the first moment of the term. While the citizen has yet to give what
// was asked for before, as papers that come with a supplement, it stands still.
func (a *application) begin(start time.Time) {
	c := &a.Clock
	c.StartedAt = &start
	if c.Asking != "" {
		a.halt(start)
	}
}

// halt stops the term for what the citizen is asked for, where the rules say so.
func (a *application) halt(at time.Time) {
	c := &a.Clock
	if !c.Runs() || a.effect(c.Asking) == dossier.RunsOn {
		return
	}
	c.Paused = &register.Pause{From: later(at, *c.StartedAt), Reason: c.Asking}
	c.Marks = nil
	a.Began = c.Paused
}

// fix takes a date that somebody names in place of the term's.
func (a *application) fix(due time.Time) error {
	c, at := &a.Clock, a.event.At
	if c.StartedAt == nil {
		a.begin(at)
	}
	if c.Paused == nil {
		c.Pauses = nil
	}
	c.Fixed, c.FixedAt, c.Told, c.Reached = &due, &at, nil, ""
	return a.due()
}

// pause notes a request to the citizen. A term that runs stands still for it.
func (a *application) pause() {
	c, e := &a.Clock, a.event
	if e.Reason == ReasonSupplement {
		c.Asked++
	}
	c.Asking = e.Reason
	a.halt(e.At)
}

// answered ends a request. An authority that goes on after it has asked for a fee
// has it, wherever it was paid.
func (a *application) answered() {
	c, at := &a.Clock, a.event.At
	if c.Asking == ReasonFee && c.FeeAt == nil {
		c.FeeAt = &at
	}
	c.Asking = ""
}

// The reasons of a pause.
const (
	ReasonSupplement = "supplement"
	ReasonFee        = "fee"
)

func (a *application) effect(reason string) dossier.ClockEffect {
	if reason == ReasonFee {
		return a.rules.Fee
	}
	return a.rules.Supplement
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// resume goes on: from the start again, or with the pause left out. A term that
// stood still for nothing that the rules know goes on as it was; one that waited
// for a fee may begin.
func (a *application) resume() error {
	c, e := &a.Clock, a.event
	paused := a.end(e.At)
	a.answered()
	switch {
	case e.DueAt != nil && c.ReceivedAt != nil:
		return a.appointed(later(e.At, value(c.StartedAt)), *e.DueAt)
	case paused == nil:
		return a.start()
	case a.effect(paused.Reason) == dossier.Restarts && a.rules.Term != (dossier.Limit{}):
		return a.count(paused.To)
	default:
		c.Pauses = append(c.Pauses, *paused)
		return a.due()
	}
}

func value(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// end closes the pause that lasts, and gives it.
func (a *application) end(at time.Time) *register.Pause {
	p := a.Clock.Paused
	if p == nil {
		return nil
	}
	over := register.Pause{From: p.From, To: later(at, p.From), Reason: p.Reason}
	a.Clock.Paused, a.Ended = nil, &over
	return &over
}

// recompute counts anew, because the calendar has changed.
func (a *application) recompute() error {
	c := &a.Clock
	if c.StartedAt == nil || c.Stopped {
		return nil
	}
	return a.due()
}

// mark notes that a moment of the term has come.
func (a *application) mark() {
	c := &a.Clock
	for len(c.Marks) > 0 && !c.Marks[0].At.After(a.event.At) {
		c.Reached, c.Told, c.Marks = c.Marks[0].Name, append(c.Told, c.Marks[0].Name), c.Marks[1:]
	}
}
