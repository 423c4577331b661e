package workflows_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"

	"hoso/internal/calendar"
	"hoso/internal/catalogue"
	"hoso/internal/clock"
	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// The register in memory. It keeps to the rules of the one in package store: a
// step counts once, a wait's limit follows from the policy, papers move as a
// bundle, parcels are the fold of their events.

func (w *world) LoadDossier(string) (workflows.Loaded, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Loads++
	if w.script.register != nil {
		if err := w.script.register(w, "LoadDossier"); err != nil {
			return workflows.Loaded{}, err
		}
	}
	r := w.Row
	s := register.Snapshot{Facts: w.Facts, Position: r.Position, Clock: r.Clock, Step: r.Step, Revision: r.Revision, Papers: w.bundle(),
		Out: w.newest(register.LegOut), Home: w.newest(register.LegHome)}
	s.Position.Waiting.Passed = 0 // not kept
	for _, m := range w.Inbox {
		if m.Kind == "portal" && m.State == "signalled" {
			s.Portal = append(s.Portal, *m.Portal)
		}
		if m.Kind == "papers" && m.State == "signalled" {
			s.Bagged = append(s.Bagged, *m.Papers)
		}
	}
	out := workflows.Loaded{Snapshot: s}
	if r.Stage == dossier.StageIntake {
		checked := w.Check
		out.Checked = &checked
	}
	return out, nil
}

func (w *world) newest(leg register.Leg) register.Parcel {
	for _, sh := range slices.Backward(w.Shipments) {
		if sh.Leg == leg {
			return register.Parcel{Shipment: sh.ID, Attempt: sh.Attempt, Carrier: sh.Carrier, Booked: sh.Tracking != "", State: sh.State, Contradicted: sh.Contradicted}
		}
	}
	return register.Parcel{}
}

func (w *world) CheckDigitization(string) (workflows.Checked, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Check, nil
}

func (w *world) RecordTransition(t register.Transition) (register.Recorded, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.script.register != nil {
		if err := w.script.register(w, t.Kind); err != nil {
			return register.Recorded{}, err
		}
	}
	if t.Step <= w.Row.Step {
		for _, s := range w.Steps {
			if s.Step == t.Step && s.Kind == t.Kind && s.After.Stage == t.After.Stage && s.After.Status == t.After.Status && maps.Equal(s.Data, t.Data) {
				return w.recorded(t, s.Revision), nil
			}
		}
		return register.Recorded{}, superseded()
	}
	if t.Step != w.Row.Step+1 {
		return register.Recorded{}, superseded()
	}
	if t.Operation != "" && w.operation(t.Operation).State != "pending" {
		return register.Recorded{}, superseded() // another run carried it out
	}
	if w.superseded(t) {
		return register.Recorded{}, superseded()
	}
	before := w.Row.Position
	w.judge(before, t)
	w.settle(t)
	w.place(t)
	w.wind(t)
	w.Row.Revision++
	w.Steps = append(w.Steps, step{t, w.now(), w.Row.Waiting.Until, w.Row.Revision})
	w.judgeAfter(t)
	if len(w.Steps) >= maxSteps {
		w.theatre.stop()
	}
	w.react(before, w.Row.Position)
	w.keep(fmt.Sprintf("step %d %s", t.Step, t.Kind))
	if w.loseAnswers {
		return register.Recorded{}, temporal.NewApplicationError("connection reset", "RegisterUnavailable")
	}
	return w.recorded(t, w.Row.Revision), nil
}

// maxSteps ends a story that goes round in circles.
const maxSteps = 300

func superseded() error {
	return temporal.NewNonRetryableApplicationError("another run is ahead", workflows.SupersededType, nil)
}

func (w *world) recorded(t register.Transition, revision int64) register.Recorded {
	r := register.Recorded{Revision: revision, Until: w.Row.Waiting.Until, DueAt: w.Row.DueAt, PortalCode: w.Row.PortalCode, Papers: w.bundle(), Fees: w.Row.Fees}
	if t.Clock != nil {
		r.Clock = &w.Row.Clock
	}
	return r
}

// rules are the standard clock of the story's day and a term of five working
// days, unless the story has others.
func (w *world) rules() clock.Rules {
	k, ok := standard.Clock(catalogue.StandardClock, dossier.LocalDay(w.begin))
	if !ok {
		w.wrong("no standard clock on %s", w.begin)
	}
	r := clock.Rules{ID: k.ID, Version: k.Version, From: k.Validity.From, ClockRules: k.Rules, Term: dossier.Limit{N: 5, Unit: "working_day"}, Calendar: calendar.Default()}
	if w.script.rules != nil {
		w.script.rules(&r)
	}
	if w.script.calendar != nil {
		r.Calendar = w.script.calendar(w.now())
	}
	return r
}

var standard = func() *catalogue.Catalogue {
	c, err := catalogue.Default()
	if err != nil {
		panic(err)
	}
	return c
}()

// wind lets a step act upon the legal term, as the register's activity does.
func (w *world) wind(t register.Transition) {
	if t.Clock == nil {
		return
	}
	got, err := clock.Apply(w.Row.Clock, *t.Clock, w.rules())
	if err != nil {
		w.wrong("%s: %v", t.Kind, err)
	}
	w.Row.Clock = got.Clock
	if got.Date != nil {
		due := got.Date.DueAt
		w.Row.DueAt, w.Row.Overdue = &due, w.Row.Overdue && !due.After(w.now())
		w.Dates = append(w.Dates, date{Kind: got.Date.Kind, At: w.now(), Due: due})
	}
}

// judge holds a transition against what must hold for every one.
func (w *world) judge(before register.Position, t register.Transition) {
	if before.Stage == dossier.StageClosed && t.After.Stage != dossier.StageClosed {
		w.wrong("%s: a closed dossier was opened again", t.Kind)
	}
	if before.Status == t.After.Status {
		return
	}
	by := dossier.ByAuthority
	switch {
	case t.After.Status == dossier.Withdrawn:
		by = dossier.ByCitizen
	case t.Kind == "override":
		by = dossier.ByManager
	case t.After.Stage == dossier.StageClosed:
		by = dossier.ByDelivery
	}
	if err := dossier.CanMove(before.Status, t.After.Status, by); err != nil {
		w.wrong("%s: %v", t.Kind, err)
	}
}

// judgeAfter looks for nobody's ball: every open dossier has somebody whose turn
// it is until a moment, and what is parked has a task with an owner.
func (w *world) judgeAfter(t register.Transition) {
	a := w.Row.Position
	if a.Stage == dossier.StageClosed {
		if a.Waiting.What != dossier.WhatNothing || a.Parked != "" {
			w.wrong("%s: a closed dossier waits for %s, parked %q", t.Kind, a.Waiting.What, a.Parked)
		}
		return
	}
	switch {
	case !a.Waiting.Who.Valid():
		w.wrong("%s: nobody in particular is waited for: %q", t.Kind, a.Waiting.Who)
	case a.Waiting.Until == nil || a.Waiting.Until.Before(w.now()): // at the same moment it may be about to pass
		w.wrong("%s: the wait for %s has no end to come: %v", t.Kind, a.Waiting.What, a.Waiting.Until)
	case (a.Waiting.Who == dossier.WhoNobody) != (a.Waiting.What == dossier.WhatWork):
		w.wrong("%s: %s is waited for to do %s", t.Kind, a.Waiting.Who, a.Waiting.What)
	case (a.Parked != "") != (a.Waiting.What == dossier.WhatRetry):
		w.wrong("%s: parked %q, yet %s is waited for", t.Kind, a.Parked, a.Waiting.What)
	case a.Parked != "" && !w.openTask(a.Parked):
		w.wrong("%s: parked without a task: %s", t.Kind, a.Parked)
	}
}

func (w *world) openTask(kind string) bool {
	return slices.ContainsFunc(w.Tasks, func(t task) bool { return t.Open && t.Kind == kind && t.Owner.Valid() && !t.Due.IsZero() })
}

func (w *world) settle(t register.Transition) {
	state := t.Outcome
	if state == "" {
		state = "applied"
	}
	for _, m := range w.Inbox {
		if slices.Contains(t.Inbox, m.ID) {
			m.State = state
		}
	}
	if t.Operation == "" {
		return
	}
	op := w.operation(t.Operation)
	op.State = "applied"
	if op.Times++; op.Times > 1 {
		w.wrong("%s: command %s was carried out twice", t.Kind, op.Operation)
	}
	for range op.Papers {
		w.Papers = append(w.Papers, &paper{Holder: custody.Holder{Kind: custody.Office, ID: w.Facts.Office}})
	}
	if op.Check != nil {
		w.Check = *op.Check
	}
}

func (w *world) place(t register.Transition) {
	until := t.After.Waiting.Until
	if until == nil {
		until = w.limit(t.After.Waiting)
	}
	number := w.Row.PortalCode
	w.Row.Position, w.Row.Step = t.After, t.Step
	w.Row.Waiting.Until = until
	if number != "" {
		w.Row.PortalCode = number
	}
	if w.Row.Status == dossier.Accepted {
		if w.Row.PortalCode == "" {
			w.Row.Number++
			w.Row.PortalCode = fmt.Sprintf("H26.12.03-250205-%04d", w.Row.Number)
		}
	}
	if t.Delivery != "" {
		w.Row.Delivery = t.Delivery
	}
	w.movePapers(t)
	if t.HomePapers != "" {
		w.homePapers([]string{custody.Authority, custody.Office, custody.Carrier}, custody.Holder{Kind: t.HomePapers})
	}
	if t.Task != "" {
		w.Tasks = append(w.Tasks, task{Kind: t.Task, Owner: cmp.Or(t.TaskOwner, t.After.Waiting.Who), Due: *or(until, w.now()), Step: t.Step, Open: true})
	} else if t.After.Parked == "" {
		for i := range w.Tasks {
			w.Tasks[i].Open = false
		}
	}
}

func or(t *time.Time, other time.Time) *time.Time {
	if t == nil {
		return &other
	}
	return t
}

// movePapers moves what travels together, and no other.
func (w *world) movePapers(t register.Transition) {
	out := w.outward()
	if t.Papers != nil {
		for _, p := range out {
			p.Holder, p.Offered = t.Papers.Holder, t.Papers.Offered
			p.Counted = custody.Papers{Trouble: t.Papers.Trouble, Found: t.Papers.Found, Settled: t.Papers.Settled}
		}
	}
	if t.Lost {
		for _, p := range out[:len(t.Missing)] {
			p.Lost, p.Offered = true, custody.Holder{}
		}
	}
	for _, p := range w.Papers {
		switch {
		case t.Found && p.Lost:
			p.Lost, p.Holder, p.Offered = false, custody.Holder{Kind: custody.Office, ID: w.Facts.Office}, custody.Holder{}
		case !t.HomeOffer.None() && p.Holder.Kind == custody.Authority:
			p.Offered = t.HomeOffer
		}
	}
}

// superseded says whether a step would move papers that lie in a bag by now, or
// no longer: the run knows less than the register.
func (w *world) superseded(t register.Transition) bool {
	out := w.outward()
	return t.Papers != nil && len(out) > 0 && out[0].Bag != t.Papers.Bag
}

// outward are the papers that travel to the authority together now.
func (w *world) outward() []*paper {
	var out []*paper
	for _, p := range w.Papers {
		if p.Lost || p.Holder.Kind == custody.Authority || p.Holder.Kind == custody.Citizen {
			continue
		}
		switch {
		case len(out) == 0 || progress(*p) < progress(*out[0]):
			out = []*paper{p}
		case p.place() == out[0].place():
			out = append(out, p)
		}
	}
	return out
}

func progress(p paper) int {
	switch {
	case p.Holder.Kind == custody.Carrier:
		return 0
	case p.Bag != "":
		return 1
	case !p.Offered.None():
		return 2
	default:
		return 3
	}
}

func (w *world) bundle() register.Papers {
	var b register.Papers
	for _, p := range w.Papers {
		switch {
		case p.Lost:
			b.Lost++
		case p.Holder.Kind == custody.Authority:
			b.Arrived++
		case p.Holder.Kind == custody.Office && p.Bag == "":
			b.AtOffice++
		}
	}
	for _, p := range w.outward() {
		n := b.Out.Count + 1
		b.Out = p.Counted
		b.Out.Count, b.Out.Holder, b.Out.Offered, b.Out.Bag = n, p.Holder, p.Offered, p.Bag
	}
	return b
}

func (w *world) homePapers(from []string, to custody.Holder) {
	for _, p := range w.Papers {
		if slices.Contains(from, p.Holder.Kind) {
			p.Holder, p.Offered = to, custody.Holder{}
		}
	}
}

// limit is until when a wait may last.
func (w *world) limit(wait register.Waiting) *time.Time {
	l, ok := dossier.Waits.Limit(wait.What)
	if !ok {
		return nil
	}
	if wait.Passed > 0 {
		l = dossier.Waits.Reminder(wait.Passed)
	}
	at := w.now()
	switch l.Unit {
	case "hour":
		at = at.Add(time.Duration(l.N) * time.Hour)
	case "working_day":
		at = addWorkingDays(at, l.N)
	default:
		at = at.AddDate(0, 0, l.N)
	}
	return &at
}

// addWorkingDays knows weekends and no holidays.
func addWorkingDays(t time.Time, n int) time.Time {
	t = t.In(dossier.Zone)
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		if t.Weekday() != time.Saturday && t.Weekday() != time.Sunday {
			n--
		}
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 17, 0, 0, 0, dossier.Zone)
}

// acceptReport is the door for what the portal says.
func (w *world) acceptReport(eventID string, r register.PortalReport) *message {
	if m := w.message("portal", eventID); m != nil {
		return m
	}
	m := &message{ID: w.id("in"), Kind: "portal", EventID: eventID, State: "pending"}
	r.Inbox = m.ID
	m.Portal = &r
	w.Inbox = append(w.Inbox, m)
	return m
}

// acceptBag moves the papers with their bag, and leaves word of it.
func (w *world) acceptBag(eventID string, b bagSays) *message {
	if m := w.message("papers", eventID); m != nil {
		return m
	}
	for _, p := range w.Papers {
		if p.Bag != "" || b.Kind == "papers_bagged" {
			p.Holder, p.Offered, p.Bag = b.Place.Holder, b.Place.Offered, b.Place.Bag
			p.Lost = b.Kind == "papers_missing"
		}
	}
	m := &message{ID: w.id("in"), Kind: "papers", EventID: eventID, State: "pending"}
	m.Papers = &register.PapersReport{Inbox: m.ID, Bag: "VNPHKI-250210-B001-X", Step: b.Step, Kind: b.Kind, Actor: "courier", At: w.now(), By: b.By, Papers: w.bundle(), Trouble: b.Trouble}
	w.Inbox = append(w.Inbox, m)
	return m
}

func (w *world) message(kind, eventID string) *message {
	i := slices.IndexFunc(w.Inbox, func(m *message) bool { return m.Kind == kind && m.EventID == eventID })
	if i < 0 {
		return nil
	}
	return w.Inbox[i]
}

// acceptParcel is the door for what a carrier says.
func (w *world) acceptParcel(eventID string, p parcelSays) *message {
	if m := w.message("parcel", eventID); m != nil {
		return m
	}
	i := slices.IndexFunc(w.Shipments, func(sh *shipment) bool { return sh.Key == p.Key })
	if i < 0 {
		w.wrong("a report on a parcel that the register does not know: %s", p.Key)
		return nil
	}
	sh := w.Shipments[i]
	before := sh.State
	sh.Events = append(sh.Events, dossier.ParcelEvent{ID: eventID, Type: p.State, OccurredAt: p.At})
	sum := dossier.Fold(sh.Events)
	sh.State, sh.Since, sh.Contradicted = sum.State, sum.Since, sum.Contradicted
	if sh.Leg == register.LegHome && w.Row.Shipment == sh.ID {
		w.followHome(sh)
	}
	w.Row.Revision++
	m := &message{ID: w.id("in"), Kind: "parcel", EventID: eventID, State: "pending"}
	m.Parcel = &register.ParcelReport{Inbox: m.ID, Shipment: sh.ID, Leg: sh.Leg, Attempt: sh.Attempt, State: sh.State, Contradicted: sh.Contradicted, At: sh.Since}
	if !matters(sh.Leg, sh.State) || sh.State == before && !sh.Contradicted {
		m.State = "applied"
	}
	w.Inbox = append(w.Inbox, m)
	return m
}

func matters(leg register.Leg, s dossier.DeliveryState) bool {
	switch s {
	case dossier.DeliveryBooked:
		return false
	case dossier.DeliveryPickedUp, dossier.DeliveryInTransit, dossier.DeliveryOut, dossier.DeliveryReturning:
		return leg == register.LegOut
	default:
		return true
	}
}

func (w *world) followHome(sh *shipment) {
	w.Row.Delivery = sh.State
	switch sh.State {
	case dossier.DeliveryPickedUp, dossier.DeliveryInTransit, dossier.DeliveryOut:
		w.homePapers([]string{custody.Authority}, custody.Holder{Kind: custody.Carrier, ID: sh.Carrier})
	case dossier.DeliveryDelivered:
		w.homePapers([]string{custody.Authority, custody.Carrier}, custody.Holder{Kind: custody.Citizen})
	case dossier.DeliveryReturned:
		w.homePapers([]string{custody.Carrier}, custody.Holder{Kind: custody.Authority, ID: w.Facts.Authority})
	}
}
