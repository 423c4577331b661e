package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/calendar"
	"hoso/internal/clock"
	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// monday is when the stories begin: a working morning.
var monday = time.Date(2025, 2, 10, 8, 0, 0, 0, dossier.Zone)

// theatre is where a story is played: the time-skipping environment, or a
// server with a worker.
type theatre interface {
	Now() time.Time
	// After calls f later, by the story's clock.
	After(d time.Duration, f func())
	// Signal passes a message on. A quiet one comes together with the next.
	Signal(name string, payload any, quiet bool)
	// Ask sends a command; done is called once, with the answer or the refusal.
	Ask(c workflows.Command, done func(workflows.Answer, error))
	// stop ends a story that will not end by itself.
	stop()
}

// script is how everybody around a dossier behaves. Functions see the world with
// its lock held and must read nothing but its ledger, so that a story goes on the
// same from any moment.
type script struct {
	facts  func(*register.Facts)
	check  workflows.Checked // online by default
	papers int
	fee    int64 // what the catalogue makes us expect
	rules  func(*clock.Rules)
	// calendar is the one in force at a time; the usual one by default.
	calendar func(now time.Time) *calendar.Calendar

	// portal is what the portal says after it has done an act.
	portal func(w *world, act string, e workflows.Effect) []event
	// carrier is what happens to a parcel that was booked.
	carrier func(w *world, b *act) []event
	// staff is what people do once it is their turn.
	staff func(w *world, before, after register.Position) []ask
	// fault spoils a call: the try-th call of an act under a key.
	fault func(act, key string, try int) fault
	// lookup spoils a question.
	lookup func(key string, try int) error
	// register spoils a call to our own database.
	register func(w *world, what string) error
	// opening is what is going to happen anyway, from the story's begin.
	opening []event
	// asks are commands that are sent at a time, whatever the state.
	asks []timedAsk
	// gather is how long messages wait for others, to be passed on together; 0 passes
	// each on by itself.
	gather time.Duration
	// apart passes the last of them on by itself, before the dossier has heard the rest.
	apart bool
	// anewAt suggests to continue as new after the given numbers of steps.
	anewAt []int
	// limit ends the story, which counts as stuck unless it may be endless; 120
	// days by default.
	limit   time.Duration
	endless bool
}

type ask struct {
	after time.Duration
	op    operation
}

type timedAsk struct {
	at time.Duration
	op operation
}

// fault is how a call goes wrong.
type fault struct {
	refuse     string        // the code of a refusal
	later      time.Duration // not done, come back after
	notDone    bool          // not done; may be tried later
	answerLost bool          // done, but nobody hears of it
	callLost   bool          // not done, and nobody knows
}

// world is one dossier and all around it.
type world struct {
	*ledger
	t      reporter
	script script
	begin  time.Time
	mu     sync.Mutex

	theatre theatre
	Starts  []started
	faults  []string // what must not have happened
	moments []moment // where a run could have died
	answers map[string]answer
	Loads   int // of the register
	Runs    int // of the workflow, by continuation as new
	cancels map[string]bool
	noKeep  bool
	// program is the workflow of the n-th run, the one of today by default; prefer
	// the version that it takes where it has a choice, the highest by default.
	program func(run int) func(workflow.Context, workflows.Start) error
	prefer  func(changeID string) workflow.Version
	// loseAnswers lets every step be written and its answer get lost once.
	loseAnswers bool
	Questions   int                // put to the portal
	Along       int                // steps recorded with the act that they follow from
	orders      []workflows.Effect // with a step that follows, as they came
	finished    bool
	gathered    []*message // waiting to be passed on together
	together    int        // the most that were
}

// started is the start of a successor, after so many steps.
type started struct {
	steps int
	input *commonpb.Payloads
}

// moment is a state of everything outside the workflow, to go on from.
type moment struct {
	name   string
	at     time.Time
	ledger *ledger
}

type answer struct {
	workflows.Answer
	refusal *workflows.Refusal
	err     error
}

// The secrets stand in the register and travel to the portal and the carriers.
// They must be in nothing that Temporal sees.
var secrets = []string{"Nguyễn Thị Bí Mật", "001190009999", "0912999888", "số 9 ngõ Kín", "xin rút vì chuyện riêng"}

func newWorld(t reporter, s script) *world { return newWorldAt(t, s, monday) }

func newWorldAt(t reporter, s script, begin time.Time) *world {
	w := &world{t: t, script: s, begin: begin, answers: map[string]answer{}, cancels: map[string]bool{}}
	w.ledger = &ledger{
		Facts: register.Facts{Code: "VNPHKI-250210-0001-0", Office: "VNPHKI", Network: "vnpost", Authority: "H26.12.03", Procedure: "2.000635",
			ProcedureVersion: "163/QĐ-BTP", Method: dossier.ByCourier, Carrier: "viettelpost"},
		Row: row{Position: register.Position{Stage: dossier.StageIntake, Status: dossier.Registered,
			Waiting: register.Waiting{Who: dossier.WhoNobody, What: dossier.WhatWork}, Fees: dossier.Fees{Due: s.fee}}, Revision: 1, Delivery: dossier.DeliveryNone},
		Check: s.check, Effects: map[string]*effect{},
	}
	if w.Check.Route == "" {
		w.Check.Route = dossier.RouteOnline
	}
	if s.facts != nil {
		s.facts(&w.Facts)
	}
	w.Row.Clock = clock.Begin(w.rules())
	for range s.papers {
		w.Papers = append(w.Papers, &paper{Holder: custody.Holder{Kind: custody.Office, ID: w.Facts.Office}})
	}
	for i, e := range s.opening {
		e.ID, e.At = fmt.Sprintf("opening-%d", i), begin.Add(e.At.Sub(time.Time{}))
		w.Agenda = append(w.Agenda, &e)
	}
	for _, a := range s.asks {
		w.Ops = append(w.Ops, w.prepare(a.op))
		w.Agenda = append(w.Agenda, &event{ID: w.id("ev"), At: begin.Add(a.at), Asks: w.Ops[len(w.Ops)-1].Operation})
	}
	return w
}

// restore gives the world as it was at a moment, for another run.
func (w *world) restore(t reporter, m moment) *world {
	return &world{t: t, script: w.script, begin: w.begin, ledger: m.ledger.clone(), answers: map[string]answer{}, cancels: map[string]bool{}, noKeep: true}
}

func (w *world) id(kind string) string {
	w.Ids++
	return fmt.Sprintf("%s-%d", kind, w.Ids)
}

func (w *world) now() time.Time {
	if w.theatre == nil {
		return w.begin
	}
	return w.theatre.Now()
}

func (w *world) wrong(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// keep remembers the moment as one at which a run may die.
func (w *world) keep(name string) {
	if !w.noKeep {
		w.moments = append(w.moments, moment{name, w.now(), w.ledger.clone()})
	}
}

// open puts what is going to happen onto the theatre's clock, and does again
// what a dead run has left undone: the relay sends pending commands anew.
func (w *world) open(th theatre) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.theatre = th
	for _, o := range w.Ops {
		if o.Sent && o.State == "pending" {
			w.Agenda = append(w.Agenda, &event{ID: w.id("ev"), At: w.now(), Asks: o.Operation})
		}
	}
	for _, m := range w.Inbox {
		if m.State == "pending" {
			th.After(time.Second, func() { w.relay(m) })
		}
	}
	for _, e := range w.Agenda {
		if !e.Done {
			th.After(max(e.At.Sub(w.now()), 0), func() { w.fire(e) })
		}
	}
}

// plan puts something onto the agenda.
func (w *world) plan(e event) {
	if e.ID == "" {
		e.ID = w.id("ev")
	}
	w.Agenda = append(w.Agenda, &e)
	w.theatre.After(max(e.At.Sub(w.now()), 0), func() { w.fire(&e) })
}

// fire lets something happen.
func (w *world) fire(e *event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.happen(e)
}

func (w *world) happen(e *event) {
	if e.Done {
		return
	}
	e.Done = true
	var m *message
	switch {
	case e.Says != nil:
		w.Portal.Said = append(w.Portal.Said, e)
		if !e.Untold {
			m = w.acceptReport(e.ID, *e.Says)
		}
	case e.Parcel != nil:
		if a := w.Carrier.act(e.Parcel.Key); a != nil && a.Undone && e.Parcel.State != dossier.DeliveryCancelled {
			return // called off: nobody comes
		}
		w.Carrier.Said = append(w.Carrier.Said, e)
		if !e.Untold {
			m = w.acceptParcel(e.ID, *e.Parcel)
		}
	case e.Bag != nil:
		m = w.acceptBag(e.ID, *e.Bag)
	default:
		w.send(w.operation(e.Asks))
		return
	}
	if m != nil {
		w.signal(m, e.Quiet)
	}
}

// signal passes a message on, every time it comes; a repetition is told again.
func (w *world) signal(m *message, quiet bool) {
	switch {
	case w.finished:
		if m.State == "pending" || m.State == "signalled" {
			m.State = "late"
		}
		return
	case m.State == "applied" && m.Kind == "parcel":
		return // nothing that the workflow acts upon
	case w.script.gather > 0:
		if w.gathered = append(w.gathered, m); len(w.gathered) == 1 {
			w.theatre.After(w.script.gather, w.passGathered)
		}
		return
	}
	w.pass(quiet, m)
}

// pass passes messages on: those that wait for others as the relay does, all by one
// signal; the rest as former relays did, each by that of its kind.
func (w *world) pass(quiet bool, messages ...*message) {
	w.together = max(w.together, len(messages))
	reports := make([]register.Report, len(messages))
	for i, m := range messages {
		reports[i] = register.Report{Portal: m.Portal, Parcel: m.Parcel, Papers: m.Papers}
		if m.State == "pending" {
			m.State = "signalled"
		}
	}
	switch r := reports[0]; {
	case w.script.gather > 0:
		w.theatre.Signal(workflows.SignalReports, reports, quiet)
	case r.Portal != nil:
		w.theatre.Signal(workflows.SignalPortal, *r.Portal, quiet)
	case r.Papers != nil:
		w.theatre.Signal(workflows.SignalPapers, *r.Papers, quiet)
	default:
		w.theatre.Signal(workflows.SignalParcel, *r.Parcel, quiet)
	}
}

func (w *world) passGathered() {
	w.mu.Lock()
	defer w.mu.Unlock()
	messages := w.gathered
	w.gathered = nil
	if w.finished {
		for _, m := range messages {
			w.signal(m, false)
		}
		return
	}
	if last := len(messages) - 1; w.script.apart && last > 0 {
		w.pass(true, messages[:last]...)
		messages = messages[last:]
	}
	w.pass(false, messages...)
}

func (w *world) relay(m *message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.signal(m, false)
}

// prepare gives a command an id, as the API does when it stores it. A decision is
// this world's own: a story is played by several at the same time.
func (w *world) prepare(o operation) *operation {
	if o.Decision != nil {
		own := *o.Decision
		o.Decision = &own
	}
	o.Operation, o.State, o.Role = w.id("op"), "pending", string(o.Kind)+"er"
	return &o
}

func (w *world) send(o *operation) {
	o.Sent = true
	if w.finished {
		w.answered(o, workflows.Answer{}, errors.New("closed"))
		return
	}
	if o.Decision != nil && o.Decision.At.IsZero() {
		o.Decision.At = w.now()
	}
	o.Step = w.Row.Step
	w.theatre.Ask(o.Command, func(a workflows.Answer, err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.answered(o, a, err)
	})
}

func (w *world) answered(o *operation, a workflows.Answer, err error) {
	got := answer{Answer: a, err: err}
	if app := new(temporal.ApplicationError); errors.As(err, &app) && app.Type() == workflows.RefusedType {
		got.refusal = new(workflows.Refusal)
		if derr := app.Details(got.refusal); derr != nil {
			w.wrong("a refusal without details: %v", derr)
		}
		o.Refused = got.refusal
		if o.State == "pending" {
			o.State = "refused"
		}
	}
	if err == nil && o.State != "applied" {
		w.wrong("command %s (%s) was answered and not recorded", o.Operation, o.Kind)
	}
	if err == nil && a.Revision > w.Row.Revision {
		w.wrong("command %s: revision %d is not to be read yet", o.Kind, a.Revision)
	}
	w.answers[o.Operation] = got
}

// react lets people do their part when their turn has come.
func (w *world) react(before, after register.Position) {
	if w.script.staff == nil || before.Waiting.Who == after.Waiting.Who && before.Waiting.What == after.Waiting.What && before.Parked == after.Parked &&
		slices.Equal(before.Asked, after.Asked) {
		return
	}
	for _, a := range w.script.staff(w, before, after) {
		o := w.prepare(a.op)
		w.Ops = append(w.Ops, o)
		w.plan(event{At: w.now().Add(a.after), Asks: o.Operation})
	}
}

// The outside acts, with the same care as the real ones: the key is stored first,
// a second try asks first, a refusal is final for its key.

func (w *world) once(ctx context.Context, party *outside, name string, e workflows.Effect, do func(a *act)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !activity.GetInfo(ctx).IsLocalActivity && w.cancels[activity.GetInfo(ctx).ActivityID] {
		return refused("gone")
	}
	row, again := w.Effects[e.Key]
	if !again {
		row = &effect{State: "pending"}
		w.Effects[e.Key] = row
	}
	switch row.State {
	case "done":
		return nil
	case "refused":
		return refused(row.Cause)
	}
	a := party.act(e.Key)
	if a == nil {
		a = &act{Key: e.Key, Act: name, Carrier: e.Carrier, Attempt: e.Attempt, Before: e.Refused, Amount: e.Amount}
		party.Acts = append(party.Acts, a)
	}
	if again {
		a.Asked++
		if w.script.lookup != nil {
			if err := w.script.lookup(e.Key, a.Asked); err != nil {
				return err
			}
		}
		if a.Done > 0 {
			row.State = "done"
			return nil
		}
	}
	a.Tries++
	f := fault{}
	if w.script.fault != nil {
		f = w.script.fault(name, e.Key, a.Tries)
	}
	switch {
	case f.refuse != "":
		row.State, row.Cause, a.Refused = "refused", f.refuse, f.refuse
		return refused(f.refuse)
	case f.notDone || f.later > 0:
		return temporal.NewApplicationErrorWithOptions("rate_limited", workflows.EffectLaterType, temporal.ApplicationErrorOptions{NextRetryDelay: f.later})
	case f.callLost:
		return temporal.NewApplicationError("timed_out", workflows.EffectUnknownType)
	}
	if a.Done++; a.Done > 1 {
		w.wrong("%s was done %d times", e.Key, a.Done)
	}
	do(a)
	w.keep("done " + strings.TrimPrefix(e.Key, e.Code+"/"))
	if f.answerLost {
		return temporal.NewApplicationError("answer_lost", workflows.EffectUnknownType)
	}
	row.State = "done"
	return nil
}

func refused(code string) error {
	return temporal.NewNonRetryableApplicationError(code, workflows.EffectRefusedType, nil)
}

func (w *world) atPortal(name string) func(context.Context, workflows.Effect) error {
	return func(ctx context.Context, e workflows.Effect) error {
		return w.once(ctx, &w.Portal, name, e, func(*act) {
			if w.script.portal == nil {
				return
			}
			for _, s := range w.script.portal(w, name, e) {
				w.plan(s)
			}
		})
	}
}

// WithdrawFromPortal has nothing to do where nothing was submitted.
func (w *world) WithdrawFromPortal(ctx context.Context, e workflows.Effect) error {
	w.mu.Lock()
	submitted := w.Portal.act(e.Of)
	nothing := submitted == nil || submitted.Done == 0
	if nothing && w.Effects[e.Key] == nil {
		w.Effects[e.Key] = &effect{State: "done"}
	}
	w.mu.Unlock()
	return w.atPortal("withdraw")(ctx, e)
}

func (w *world) BookCourier(ctx context.Context, e workflows.Effect) (workflows.Performed, error) {
	w.mu.Lock()
	i := slices.IndexFunc(w.Shipments, func(sh *shipment) bool { return sh.Key == e.Key })
	if i < 0 {
		i = len(w.Shipments)
		w.Shipments = append(w.Shipments, &shipment{ID: w.id("sh"), Key: e.Key, Leg: e.Leg, Attempt: e.Attempt, Carrier: e.Carrier, State: dossier.DeliveryNone})
	}
	sh := w.Shipments[i]
	if e.Leg == register.LegHome && w.Row.Shipment != sh.ID {
		w.Row.Shipment, w.Row.Delivery = sh.ID, sh.State
	}
	w.mu.Unlock()
	err := w.once(ctx, &w.Carrier, "book_"+string(e.Leg), e, func(a *act) {
		if w.script.carrier == nil {
			return
		}
		for _, s := range w.script.carrier(w, a) {
			w.plan(s)
		}
	})
	if err != nil {
		return workflows.Performed{}, err
	}
	w.mu.Lock()
	sh.Tracking = "VTP" + sh.ID
	if sh.State == dossier.DeliveryNone {
		sh.State = dossier.DeliveryBooked
	}
	w.mu.Unlock()
	return w.then(e, sh.ID), nil
}

func (w *world) SubmitDossier(ctx context.Context, e workflows.Effect) (workflows.Performed, error) {
	if err := w.atPortal("submit")(ctx, e); err != nil {
		return workflows.Performed{}, err
	}
	return w.then(e, ""), nil
}

// then records the step that follows from an act, where that goes well.
func (w *world) then(e workflows.Effect, shipment string) workflows.Performed {
	out := workflows.Performed{Shipment: shipment}
	if e.Then == nil {
		return out
	}
	w.orders = append(w.orders, e)
	t := *e.Then
	if shipment != "" {
		t.Data = maps.Clone(t.Data)
		t.Data["shipment"] = shipment
	}
	if got, err := w.RecordTransition(t); err == nil {
		w.Along++
		out.Recorded = &got
	}
	return out
}

func (w *world) CancelCourier(_ context.Context, e workflows.Effect) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.Carrier.act(e.Key)
	if a == nil || a.Done == 0 {
		return nil
	}
	if slices.ContainsFunc(w.Carrier.Said, func(s *event) bool {
		return s.Parcel.Key == e.Key && s.Parcel.State != dossier.DeliveryBooked && s.Parcel.State != dossier.DeliveryCancelled
	}) {
		return refused("already_collected")
	}
	if w.script.fault != nil {
		a.Asked++
		if f := w.script.fault("cancel", e.Key, a.Asked); f.notDone || f.callLost {
			return temporal.NewApplicationError("timed_out", workflows.EffectUnknownType)
		}
	}
	if !a.Undone {
		a.Undone = true
		w.plan(event{At: w.now().Add(time.Minute), Parcel: &parcelSays{Key: e.Key, State: dossier.DeliveryCancelled, At: w.now()}})
		w.keep("called off " + e.Key)
	}
	return nil
}

// The patient questions.

func (w *world) CatchUpPortal(_ context.Context, c workflows.CatchUp) ([]register.PortalReport, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Questions++
	var news []register.PortalReport
	for _, s := range w.Portal.Said {
		if m := w.acceptReport(s.ID, *s.Says); (m.State == "pending" || m.State == "signalled") && !slices.Contains(c.Known, m.ID) {
			m.State = "signalled"
			news = append(news, *m.Portal)
		}
	}
	return news, nothingNew(c, len(news))
}

func (w *world) CatchUpCarrier(_ context.Context, c workflows.CatchUp) ([]register.ParcelReport, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var news []register.ParcelReport
	for _, sh := range w.Shipments {
		if sh.ID != c.Shipment {
			continue
		}
		for _, s := range w.Carrier.Said {
			if s.Parcel.Key != sh.Key {
				continue
			}
			if m := w.acceptParcel(s.ID, *s.Parcel); (m.State == "pending" || m.State == "signalled") && !slices.Contains(c.Known, m.ID) {
				m.State = "signalled"
				news = append(news, *m.Parcel)
			}
		}
	}
	return news, nothingNew(c, len(news))
}

func nothingNew(c workflows.CatchUp, news int) error {
	if !c.Patient || news > 0 {
		return nil
	}
	return temporal.NewApplicationErrorWithOptions("nothing new", workflows.NothingNewType,
		temporal.ApplicationErrorOptions{Category: temporal.ApplicationErrorCategoryBenign})
}

// activities are the world's, under the names that workflows call.
func (w *world) activities() map[string]any {
	return map[string]any{
		"LoadDossier": w.LoadDossier, "CheckDigitization": w.CheckDigitization, "RecordTransition": w.RecordTransition,
		"SubmitDossier": w.SubmitDossier, "SendSupplement": w.atPortal("supplement"), "ConfirmPayment": w.atPortal("payment"),
		"WithdrawFromPortal": w.WithdrawFromPortal, "BookCourier": w.BookCourier, "CancelCourier": w.CancelCourier,
		"CatchUpPortal": w.CatchUpPortal, "CatchUpCarrier": w.CatchUpCarrier,
	}
}

// callsOff refuses in the portal's place what it has decided already.
func (w *world) decided() bool {
	return slices.ContainsFunc(w.Portal.Said, func(s *event) bool { return s.Says.Status.Decided() })
}
