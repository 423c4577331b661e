package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// ErrSuperseded means that another run of the workflow is ahead of this one.
var ErrSuperseded = errors.New("store: another run of the dossier's workflow is ahead")

// Plan is what the calendar says about a transition.
type Plan struct {
	Until *time.Time   // limit of the wait it begins
	Clock *ClockChange // what it does to the legal term; nil for nothing
}

// Record writes one step of a dossier: its new position, the audit entry, what
// became of messages and commands, tasks, papers. It does so once per step; the
// same step again gives the same answer.
func (s *Store) Record(ctx context.Context, t register.Transition, p Plan) (register.Recorded, error) {
	return s.record(ctx, t, p, func(*batch, *Dossier) {})
}

// RecordDone is Record for the step that follows from an outside act, with the
// act's end in the same transaction.
func (s *Store) RecordDone(ctx context.Context, done Done, t register.Transition, p Plan) (register.Recorded, error) {
	return s.record(ctx, t, p, func(b *batch, d *Dossier) { s.conclude(b, done, d) })
}

// record is Record; first adds what else is written, under the dossier's lock.
func (s *Store) record(ctx context.Context, t register.Transition, p Plan, first func(*batch, *Dossier)) (out register.Recorded, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		st := step{Transition: t, plan: p}
		if err := st.lock(tx); err != nil {
			return err
		}
		d := &st.dossier
		b := byHand(tx)
		first(b, d)
		if t.Step <= d.Step {
			out, err = recorded(tx, *d, t)
			return err
		}
		if t.Step != d.Step+1 {
			return fmt.Errorf("%w: step %d after %d", ErrSuperseded, t.Step, d.Step)
		}
		before := *d
		if out, err = s.apply(tx, &st); err != nil {
			return err
		}
		if err := s.tell(tx, before, *d, t.Kind, t.Data); err != nil {
			return err
		}
		if err := s.order(tx, before, *d, t.Kind); err != nil {
			return err
		}
		save(b, d)
		return b.leave()
	})
	return out, err
}

// step is a step in the making: the transition, and what the register holds of
// its dossier under the lock.
type step struct {
	register.Transition
	plan    Plan
	dossier Dossier
	papers  []Paper
	moved   bool // the papers, by this step
	taken   bool // the official number that it brings, by another dossier
}

// lock takes the dossier's lock and reads what most steps need, in one trip.
func (st *step) lock(tx *gorm.DB) error {
	var there bool
	b := byHand(tx)
	take(b, &st.dossier, &there, "WHERE code = ?"+b.forUpdate(), st.Code)
	findPapers(b, &st.papers, st.Code)
	if number := st.After.PortalCode; number != "" {
		numberTaken(b, number, st.Code, &st.taken)
	}
	return foundIf(there, b.send())
}

// now are the dossier's papers as they are by now.
func (st *step) now(tx *gorm.DB) (rows []Paper, err error) {
	if st.moved {
		st.papers, err = papersIn(tx, st.Code)
		st.moved = err != nil
	}
	return st.papers, err
}

// recorded answers a step that has been recorded before.
func recorded(tx *gorm.DB, d Dossier, t register.Transition) (register.Recorded, error) {
	var e AuditEntry
	err := tx.Where("dossier_code = ? AND step = ? AND step > 0", d.Code, t.Step).Take(&e).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return register.Recorded{}, fmt.Errorf("%w: no step %d", ErrSuperseded, t.Step)
	} else if err != nil {
		return register.Recorded{}, err
	}
	if !same(e, t) {
		return register.Recorded{}, fmt.Errorf("%w: step %d is %s", ErrSuperseded, t.Step, e.Kind)
	}
	papers, err := bundle(tx, d.Code)
	return answer(d, t, e.Seq, papers), err
}

// same says whether an entry records this very step: what happened, where it led
// and all that was said of it. Another run's step under the same number is not
// the same for being of the same kind.
func same(e AuditEntry, t register.Transition) bool {
	var data map[string]string
	if json.Unmarshal([]byte(e.Data), &data) != nil {
		return false
	}
	for k, v := range t.Data {
		if data[k] != v {
			return false
		}
	}
	return e.Kind == t.Kind && data["stage"] == string(t.After.Stage) && data["status"] == t.After.Status.Name()
}

func answer(d Dossier, t register.Transition, revision int64, papers register.Papers) register.Recorded {
	r := register.Recorded{Revision: revision, Until: d.WaitingUntil, DueAt: d.DueAt, Papers: papers, Fees: d.Fees()}
	if t.Clock != nil {
		r.Clock = &d.Clock
	}
	if d.PortalCode != nil {
		r.PortalCode = *d.PortalCode
	}
	return r
}

// apply applies a step to the locked row.
func (s *Store) apply(tx *gorm.DB, st *step) (register.Recorded, error) {
	t, p, d := st.Transition, st.plan, &st.dossier
	data := maps.Clone(t.Data)
	if data == nil {
		data = map[string]string{}
	}
	data["stage"], data["status"] = string(t.After.Stage), t.After.Status.Name()
	if err := s.settleInbox(tx, t); err != nil {
		return register.Recorded{}, err
	}
	op, err := s.settleOperation(tx, d, t, data)
	if err != nil {
		return register.Recorded{}, err
	}
	st.moved = op.ID != "" // a command may have brought papers
	s.place(d, t, p)
	wind(d, p.Clock, s.now(), data)
	if err := s.number(tx, st, data); err != nil {
		return register.Recorded{}, err
	}
	if err := s.movesOf(tx, st, cmp.Or(op.Subject, t.Actor)); err != nil {
		return register.Recorded{}, err
	}
	if err := s.markAsked(tx, *d, t, data); err != nil {
		return register.Recorded{}, err
	}
	if err := s.tasksOf(tx, d, t); err != nil {
		return register.Recorded{}, err
	}
	c := change{kind: t.Kind, actor: t.Actor, role: t.Actor, data: data, textID: t.TextID, step: t.Step}
	if op.ID != "" {
		c.actor, c.role = op.Subject, op.Role
		if c.textID == "" {
			c.textID = op.TextID
		}
	}
	if data["bag_step"] != "" {
		if c.actor, err = handedOnBy(tx, data["bag"], data["bag_step"], c.actor); err != nil {
			return register.Recorded{}, err
		}
	}
	if t.At != nil {
		data["occurred_at"] = t.At.In(dossier.Zone).Format(time.RFC3339)
	}
	if err := s.append(tx, d, c); err != nil {
		return register.Recorded{}, err
	}
	if err := s.noteRoute(tx, *d, c); err != nil {
		return register.Recorded{}, err
	}
	d.Step = t.Step
	if err := s.ledge(tx, *d, p.Clock, c); err != nil {
		return register.Recorded{}, err
	}
	if op.ID != "" {
		if err := s.finish(tx, op.ID, d.Revision); err != nil {
			return register.Recorded{}, err
		}
	}
	papers, err := st.now(tx)
	return answer(*d, t, d.Revision, bundleOf(papers)), err
}

// place writes the position into the row.
func (s *Store) place(d *Dossier, t register.Transition, p Plan) {
	a := t.After
	d.Stage, d.Status, d.Route, d.Parked, d.Overdue = a.Stage, a.Status, a.Route, a.Parked, a.Overdue
	d.WaitingWho, d.WaitingWhat, d.WaitingUntil = a.Waiting.Who, a.Waiting.What, utc(p.Until)
	d.ReceivedAt, d.DueAt = utc(a.ReceivedAt), utc(a.DueAt)
	d.SubmitAttempt, d.Submitted, d.Rounds, d.Given = a.SubmitAttempt, a.Submitted, a.Rounds, a.Given
	d.Asked = append([]string{}, a.Asked...) // the column holds a list, empty or not, and never NULL
	d.AskedParts = append([]register.Part{}, a.Parts...)
	d.FeeDue, d.FeePaid, d.FeeRefunded, d.FeeAsked = a.Fees.Due, a.Fees.Paid, a.Fees.Refunded, a.Fee
	d.ResultKnown, d.ResultPaper = a.Result.Known, a.Result.Paper
	if !a.LastReport.IsZero() {
		d.LastReport = utc(&a.LastReport)
	}
	if t.Delivery != "" {
		d.DeliveryState = t.Delivery
	}
	if a.Stage == dossier.StageClosed && d.ClosedAt == nil {
		now := s.now()
		d.ClosedAt = &now
	}
}

// number writes the official number. One that another dossier has is not
// believed: it stays empty and somebody must look. An acceptance by hand that
// brings none draws the authority's next.
func (s *Store) number(tx *gorm.DB, st *step, data map[string]string) error {
	d, t := &st.dossier, st.Transition
	if d.PortalCode != nil {
		return nil
	}
	code := t.After.PortalCode
	if code == "" && t.After.Status == dossier.Accepted {
		return s.draw(tx, d, data)
	}
	if code == "" {
		return nil
	}
	if st.taken {
		data["portal_code_taken"] = code
		return s.open(tx, d, "portal_code_taken", "portal_code_taken", dossier.WhoManager)
	}
	d.PortalCode = &code
	data["portal_code"] = code
	return nil
}

// draw gives the authority's next number. The portal counts for itself, so that
// some of them may have been given already; those are passed over.
func (s *Store) draw(tx *gorm.DB, d *Dossier, data map[string]string) error {
	now := s.now()
	for {
		n, err := next(tx, "authority:"+d.Authority, dossier.LocalDay(now))
		if err != nil {
			return err
		}
		code := dossier.PortalCode(d.Authority, now, n)
		var taken bool
		b := byHand(tx)
		numberTaken(b, code, d.Code, &taken)
		if err := b.send(); err != nil {
			return err
		}
		if !taken {
			d.PortalCode = &code
			data["portal_code"] = code
			return nil
		}
	}
}

// numberTaken adds the question whether another dossier has an official number.
func numberTaken(b *batch, number, but string, taken *bool) {
	b.add("SELECT EXISTS (SELECT 1 FROM dossiers WHERE portal_code = ? AND code <> ?)", []any{number, but}, one(taken))
}

func (s *Store) settleInbox(tx *gorm.DB, t register.Transition) error {
	if len(t.Inbox) == 0 {
		return nil
	}
	state := t.Outcome
	if state == "" {
		state = InboxApplied
	}
	b := byHand(tx)
	which, list := b.among("id", t.Inbox)
	b.write(`UPDATE "inbox" SET state = ?, applied_at = ? WHERE `+which, state, s.now(), list)
	return b.leave()
}

// settleOperation carries out what a command changes in the database.
func (s *Store) settleOperation(tx *gorm.DB, d *Dossier, t register.Transition, data map[string]string) (Operation, error) {
	if t.Operation == "" {
		return Operation{}, nil
	}
	var op Operation
	if err := tx.Where("id = ? AND dossier_code = ?", t.Operation, d.Code).Take(&op).Error; err != nil {
		return op, fmt.Errorf("%w: %w", errNoOperation, err)
	}
	if op.State != OperationPending {
		// Another run carried it out or refused it: this one is behind.
		return op, fmt.Errorf("%w: operation %s is %s", ErrSuperseded, op.ID, op.State)
	}
	switch dossier.Command(op.Kind) {
	case dossier.Supplement:
		given, err := s.adopt(tx, d, op.ID, op.Subject)
		if len(given) > 0 {
			data["given"] = strings.Join(given, " ")
		}
		return op, err
	case dossier.Contact:
		var o ContactOrder
		if err := json.Unmarshal([]byte(op.Payload), &o); err != nil {
			return op, err
		}
		return op, correct(tx, d, o)
	case dossier.RecordFee:
		var o PaymentOrder
		if err := json.Unmarshal([]byte(op.Payload), &o); err != nil {
			return op, err
		}
		return op, later(tx).Create(&Payment{ID: newID(), DossierCode: d.Code, OperationID: op.ID, Amount: o.Amount, Method: o.Method,
			Reference: o.Reference, PaidAt: micros(o.PaidAt), Subject: op.Subject}).Error
	}
	return op, nil
}

func (s *Store) finish(tx *gorm.DB, operation string, revision int64) error {
	return later(tx).Model(&Operation{}).Where("id = ? AND state = ?", operation, OperationPending).
		Updates(map[string]any{"state": OperationApplied, "revision": revision, "finished_at": s.now(), "next_at": nil}).Error
}

// movesOf moves the papers that a step moves; by says who did it.
func (s *Store) movesOf(tx *gorm.DB, st *step, by string) error {
	d := &st.dossier
	if st.Papers != nil {
		st.moved = true
		if err := s.movePapers(tx, d, *st.Papers, by); err != nil {
			return err
		}
	}
	if len(st.Missing) > 0 {
		st.moved = true
		if err := s.missing(tx, d, st.Missing, st.Lost, by); err != nil {
			return err
		}
	}
	if st.Found {
		st.moved = true
		if err := s.bringBack(tx, d, by); err != nil {
			return err
		}
	}
	if !st.HomeOffer.None() {
		rows, err := st.now(tx)
		if err != nil {
			return err
		}
		st.moved = len(rows) > 0
		if err := s.offerHome(tx, d, rows, st.HomeOffer, by); err != nil {
			return err
		}
	}
	if st.HomePapers == "" {
		return nil
	}
	rows, err := st.now(tx)
	if err != nil {
		return err
	}
	st.moved = len(rows) > 0
	return s.homePapers(tx, d, rows, []string{custody.Authority, custody.Office, custody.Carrier}, custody.Holder{Kind: st.HomePapers}, by)
}
