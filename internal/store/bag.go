package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// KindBag is the outbox row that starts a bag's workflow.
const KindBag = "bag"

// Bag is a sealed bag with the papers of many dossiers.
type Bag struct {
	Number       string `gorm:"primaryKey"`
	Office       string
	Network      string
	Authority    string
	Seal         string
	HolderKind   string
	HolderID     string
	OfferedKind  string
	OfferedID    string
	Opened       bool
	Trouble      string
	Counted      string // JSON of what was found and settled at takes, "" for nothing
	WaitingWho   dossier.Who
	WaitingWhat  dossier.What
	WaitingUntil *time.Time
	Late         bool
	Step         int64
	SealedBy     string
	SealedAt     time.Time
	HandedOverAt *time.Time // when the authority signed for what is in it
	UpdatedAt    time.Time
}

// BagPaper says that a paper lies, or lay, in a bag.
type BagPaper struct {
	Bag         string `gorm:"primaryKey"`
	PaperID     string `gorm:"primaryKey"`
	DossierCode string
}

// BagStep is a row of a bag's history.
type BagStep struct {
	Bag         string `gorm:"primaryKey"`
	Step        int64  `gorm:"primaryKey;autoIncrement:false"`
	At          time.Time
	Kind        string
	Subject     string
	Role        string
	OperationID string
	Data        string // JSON: holder, offered, trouble and what the taker found
	TextID      string
}

// Custody is the bag as the rules see it.
func (b Bag) Custody() custody.Bag {
	c := countedOf(b.Counted)
	return custody.Bag{Found: c.Found, Settled: c.Settled, Number: b.Number, From: custody.Holder{Kind: custody.Office, ID: b.Office}, To: custody.Holder{Kind: custody.Authority, ID: b.Authority},
		Holder: custody.Holder{Kind: b.HolderKind, ID: b.HolderID}, Offered: custody.Holder{Kind: b.OfferedKind, ID: b.OfferedID}, Opened: b.Opened, Trouble: b.Trouble}
}

func (b *Bag) put(c custody.Bag) {
	b.HolderKind, b.HolderID, b.OfferedKind, b.OfferedID = c.Holder.Kind, c.Holder.ID, c.Offered.Kind, c.Offered.ID
	b.Opened, b.Trouble, b.Counted = c.Opened, c.Trouble, counted{Found: c.Found, Settled: c.Settled}.text()
}

// counted is what takers found, and what of it somebody has looked into.
type counted struct {
	Trouble string        `json:"trouble,omitempty"` // of papers without a bag
	Found   custody.Count `json:"found,omitzero"`
	Settled custody.Count `json:"settled,omitzero"`
}

// text is "" where nothing was ever wrong.
func (c counted) text() string {
	if c.Trouble == "" && c.Found.None() && c.Settled.None() {
		return ""
	}
	raw, err := json.Marshal(c)
	if err != nil { // strings and numbers always marshal
		panic("store: " + err.Error())
	}
	return string(raw)
}

func countedOf(text string) (c counted) {
	_ = json.Unmarshal([]byte(text), &c) // the zero value where there is none
	return c
}

// NewBag is what a clerk wants to seal.
type NewBag struct {
	Office    string
	Network   string
	Authority string
	Seal      string // the number on the physical seal
	Dossiers  []string
	Until     *time.Time // by when the bag should be handed on
}

// BagOrder is the payload of a command on a bag.
type BagOrder struct {
	Act   string         `json:"act,omitempty"` // offer or take
	By    custody.Holder `json:"by,omitzero"`
	To    custody.Holder `json:"to,omitzero"`
	Count custody.Count  `json:"count,omitzero"`
	Lost  bool           `json:"lost,omitempty"` // with a retry: what was missing is lost
}

// BagRefusal says why a dossier's papers cannot go into a bag.
type BagRefusal struct {
	Index int // in NewBag.Dossiers
	Rule  string
}

// Error gives the place and the rule.
func (e *BagRefusal) Error() string {
	return fmt.Sprintf("store: bag: dossier %d: %s", e.Index, e.Rule)
}

// SealBag puts the free papers of dossiers into a new bag, all or none, in one
// transaction with the order to start the bag's workflow. The error is a
// *BagRefusal where a dossier's papers cannot go.
func (s *Store) SealBag(ctx context.Context, req Request, n NewBag, render func(Bag, []BagPaper) (Answer, error)) (Answer, error) {
	return s.once(ctx, req, func(tx *gorm.DB) (Answer, error) {
		dossiers, err := s.lockFree(tx, n)
		if err != nil {
			return Answer{}, err
		}
		now := s.now()
		number, err := next(tx, "bag:"+n.Office, dossier.LocalDay(now))
		if err != nil {
			return Answer{}, err
		}
		b := Bag{Office: n.Office, Network: n.Network, Authority: n.Authority, Seal: n.Seal, SealedBy: req.Subject, SealedAt: now, UpdatedAt: now,
			WaitingWho: dossier.WhoClerk, WaitingWhat: dossier.WhatHandover, WaitingUntil: utc(n.Until)}
		if b.Number, err = dossier.BagNumber(n.Office, now, number); err != nil {
			return Answer{}, err
		}
		sealed, err := custody.Seal(b.Number, custody.Holder{Kind: custody.Office, ID: n.Office}, custody.Holder{Kind: custody.Authority, ID: n.Authority})
		if err != nil {
			return Answer{}, err
		}
		b.put(sealed)
		papers, err := s.fill(tx, b, dossiers, req)
		if err != nil {
			return Answer{}, err
		}
		start := Outbox{ID: newID(), Kind: KindBag, DossierCode: b.Number, State: "pending", NextAt: now.Add(relayDelay), CreatedAt: now}
		if err := tx.Create(&start).Error; err != nil {
			return Answer{}, err
		}
		a, err := render(b, papers)
		a.Location = b.Number
		return a, err
	})
}

// lockFree locks the dossiers, in one order for everybody, and wants each to have
// papers that lie free at the office.
func (s *Store) lockFree(tx *gorm.DB, n NewBag) (map[string]Dossier, error) {
	out := map[string]Dossier{}
	for _, code := range slices.Sorted(slices.Values(n.Dossiers)) {
		refuse := func(rule string) error { return &BagRefusal{Index: slices.Index(n.Dossiers, code), Rule: rule} }
		d, err := lockDossier(tx, code)
		switch {
		case errors.Is(err, ErrNotFound) || err == nil && d.Office != n.Office:
			return nil, refuse("dossier_unknown")
		case err != nil:
			return nil, err
		case d.Authority != n.Authority:
			return nil, refuse("other_authority")
		case d.Stage != dossier.StageSubmission && d.Stage != dossier.StageDecision, d.Status.Decided(), d.Status == dossier.Withdrawn:
			return nil, refuse("papers_not_going_out")
		}
		rows, err := papersIn(tx, code)
		if err != nil {
			return nil, err
		}
		rows = outward(rows)
		if len(rows) == 0 {
			return nil, refuse("no_papers")
		}
		if rows[0].Place() != atOffice(d) {
			return nil, refuse("papers_not_free")
		}
		out[code] = d
	}
	return out, nil
}

// fill writes the bag's first step and what is in it.
func (s *Store) fill(tx *gorm.DB, b Bag, dossiers map[string]Dossier, req Request) ([]BagPaper, error) {
	if err := tx.Create(&b).Error; err != nil {
		return nil, err
	}
	first := BagStep{Bag: b.Number, At: b.SealedAt, Kind: "bag_sealed", Subject: req.Subject, Role: req.Role, Data: bagData(b.Custody(), custody.Count{})}
	if err := tx.Create(&first).Error; err != nil {
		return nil, err
	}
	var all []BagPaper
	for _, code := range slices.Sorted(maps.Keys(dossiers)) {
		d := dossiers[code]
		rows, err := papersIn(tx, code)
		if err != nil {
			return nil, err
		}
		rows = outward(rows)
		for _, p := range rows {
			all = append(all, BagPaper{Bag: b.Number, PaperID: p.ID, DossierCode: code})
		}
		if err := s.moveWithBag(tx, &d, b, rows, bagNews{kind: "papers_bagged", step: 0, role: req.Role, subject: req.Subject, at: b.SealedAt, by: b.Custody().From}); err != nil {
			return nil, err
		}
	}
	return all, tx.Create(&all).Error
}

// bagNews is what a step of a bag means for one dossier.
type bagNews struct {
	kind, role, subject string
	step                int64
	at                  time.Time
	by, to              custody.Holder
	trouble             string
	missing             []string // components of the dossier that were not there
	lost                bool     // and are lost: the bag goes on without them
	all                 bool     // all that lies in the bag is missing
}

// moveWithBag brings a dossier's papers where their bag is, and leaves word of it
// for the dossier's workflow. The word goes by the inbox and not straight from
// the bag's workflow, so that a dossier whose own workflow is away hears it too.
func (s *Store) moveWithBag(tx *gorm.DB, d *Dossier, b Bag, rows []Paper, n bagNews) error {
	place := b.Custody().Place()
	if err := s.settle(tx, d, rows, func(Paper) custody.Place { return place }, n.subject); err != nil {
		return err
	}
	gone := slices.DeleteFunc(slices.Clone(rows), func(p Paper) bool { return !n.all && !slices.Contains(n.missing, p.Component) })
	switch {
	case len(gone) == 0:
	case n.lost:
		if err := s.lose(tx, d, gone, n.subject); err != nil {
			return err
		}
		n.kind = "papers_missing"
	default:
		if err := s.note(tx, d, gone, custody.Step{Act: custody.Missing}, n.subject); err != nil {
			return err
		}
	}
	papers, err := bundle(tx, d.Code)
	if err != nil {
		return err
	}
	m := Inbox{ID: newID(), Source: "bag:" + b.Number, EventID: fmt.Sprintf("%s/%d", d.Code, n.step), Kind: KindPapers, DossierCode: d.Code,
		State: InboxPending, ReceivedAt: s.now(), NextAt: s.now()}
	raw, err := json.Marshal(register.PapersReport{Inbox: m.ID, Bag: b.Number, Step: n.step, Kind: n.kind, Actor: n.role, At: n.at, By: n.by, To: n.to, Papers: papers, Trouble: n.trouble})
	if err != nil {
		return err
	}
	m.Payload = string(raw)
	return tx.Create(&m).Error
}

func bagData(b custody.Bag, c custody.Count) string {
	raw, err := json.Marshal(struct {
		Holder  custody.Holder `json:"holder"`
		Offered custody.Holder `json:"offered,omitzero"`
		Trouble string         `json:"trouble,omitempty"`
		custody.Count
	}{b.Holder, b.Offered, b.Trouble, c})
	if err != nil { // strings and numbers always marshal
		panic("store: " + err.Error())
	}
	return string(raw)
}

// BagSnapshot reads all that a bag's workflow needs to begin, or to begin anew.
func (s *Store) BagSnapshot(ctx context.Context, number string) (register.BagSnapshot, error) {
	var b Bag
	if err := s.with(ctx).Where("number = ?", number).Take(&b).Error; err != nil {
		return register.BagSnapshot{}, found(err)
	}
	return register.BagSnapshot{Bag: b.Custody(), Network: b.Network, Late: b.Late, Step: b.Step,
		Waiting: register.Waiting{Who: b.WaitingWho, What: b.WaitingWhat, Until: b.WaitingUntil}}, nil
}

// RecordBag writes one step of a bag: where it is, what became of its papers and
// of the command, and the word to their dossiers. It does so once per step; until
// is the limit of the wait that the step begins.
func (s *Store) RecordBag(ctx context.Context, t register.BagStep, until *time.Time) (register.BagRecorded, error) {
	var out register.BagRecorded
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var b Bag
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("number = ?", t.After.Number).Take(&b).Error; err != nil {
			return found(err)
		}
		if t.Step <= b.Step {
			var known BagStep
			if err := tx.Where("bag = ? AND step = ?", b.Number, t.Step).Take(&known).Error; err != nil {
				return err
			}
			if known.Kind != t.Kind || known.OperationID != t.Operation {
				return fmt.Errorf("%w: step %d of the bag is %s", ErrSuperseded, t.Step, known.Kind)
			}
			out.Until = b.WaitingUntil
			return nil
		}
		if t.Step != b.Step+1 {
			return fmt.Errorf("%w: step %d of the bag after %d", ErrSuperseded, t.Step, b.Step)
		}
		out.Until = utc(until)
		return s.takeBag(tx, b, t, out.Until)
	})
	return out, err
}

// takeBag applies a step to the locked row.
func (s *Store) takeBag(tx *gorm.DB, b Bag, t register.BagStep, until *time.Time) error {
	now, before := s.now(), b.Custody()
	row := BagStep{Bag: b.Number, Step: t.Step, At: now, Kind: t.Kind, Subject: systemSubject, Role: t.Actor, OperationID: t.Operation, TextID: t.TextID, Data: bagData(t.After, t.Count)}
	if t.Operation != "" {
		var op Operation
		if err := tx.Where("id = ? AND dossier_code = ?", t.Operation, b.Number).Take(&op).Error; err != nil {
			return fmt.Errorf("%w: %w", errNoOperation, err)
		}
		if op.State != OperationPending {
			return fmt.Errorf("%w: operation %s is %s", ErrSuperseded, op.ID, op.State)
		}
		row.Subject, row.Role = op.Subject, op.Role
		if err := s.finish(tx, op.ID, t.Step); err != nil {
			return err
		}
	}
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	b.put(t.After)
	b.Step, b.Late, b.UpdatedAt = t.Step, t.Late, now
	b.WaitingWho, b.WaitingWhat, b.WaitingUntil = t.Waiting.Who, t.Waiting.What, until
	if t.After.Holder == t.After.To && b.HandedOverAt == nil {
		b.HandedOverAt = &now
	}
	if kind := paperKind(t.Kind); kind != "" {
		n := bagNews{kind: kind, step: t.Step, role: row.Role, subject: row.Subject, at: now, by: before.Holder, to: t.After.Offered, trouble: t.After.Trouble}
		if t.Kind == "bag_taken" {
			n.by, n.to = t.After.Holder, custody.Holder{}
		}
		n.lost, n.all = t.Kind == "bag_cleared" || t.Kind == "bag_lost", t.Kind == "bag_lost"
		if err := s.moveAll(tx, b, n, t.Count.Missing); err != nil {
			return err
		}
	}
	return tx.Model(&b).Select("*").Omit("number").Updates(&b).Error
}

// handedOnBy is who took a step of a bag; otherwise where there is no such step.
// Who it was does not travel through the workflow.
func handedOnBy(tx *gorm.DB, bag, step, otherwise string) (string, error) {
	n, err := strconv.ParseInt(step, 10, 64)
	if err != nil {
		return otherwise, nil //nolint:nilerr // no bag's step has that name
	}
	var row BagStep
	err = tx.Where("bag = ? AND step = ?", bag, n).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return otherwise, nil
	}
	return row.Subject, err
}

// paperKind is what a bag's step is for the dossiers in it, "" for no news.
func paperKind(kind string) string {
	return map[string]string{"bag_offered": "papers_offer", "bag_taken": "papers_take", "bag_opened": "papers_unbagged",
		"bag_trouble": "papers_discrepancy", "bag_cleared": "papers_cleared", "bag_lost": "papers_missing"}[kind]
}

// moveAll brings every paper in a bag where the bag is. missing names components
// as "<dossier> <component>".
func (s *Store) moveAll(tx *gorm.DB, b Bag, n bagNews, missing []string) error {
	var rows []Paper
	if err := tx.Where("bag = ?", b.Number).Order("dossier_code, component, id").Find(&rows).Error; err != nil {
		return err
	}
	byDossier := map[string][]Paper{}
	for _, p := range rows {
		byDossier[p.DossierCode] = append(byDossier[p.DossierCode], p)
	}
	for _, code := range slices.Sorted(maps.Keys(byDossier)) {
		d, err := lockDossier(tx, code)
		if err != nil {
			return err
		}
		own := n
		for _, p := range byDossier[code] {
			if slices.Contains(missing, code+" "+p.Component) {
				own.missing = append(own.missing, p.Component)
			}
		}
		if err := s.moveWithBag(tx, &d, b, byDossier[code], own); err != nil {
			return err
		}
	}
	return nil
}

// BagScope is whose bags are wanted; the zero value is nobody's.
type BagScope struct {
	Scope
	Carrier string // those that the carrier holds or is offered
}

func (sc BagScope) narrow(q *gorm.DB) *gorm.DB {
	switch {
	case sc.All:
		return q
	case sc.Office != "":
		return q.Where("office = ?", sc.Office)
	case sc.Network != "":
		return q.Where("network = ?", sc.Network)
	case sc.Authority != "":
		return q.Where("authority = ?", sc.Authority)
	case sc.Carrier != "":
		return q.Where("(holder_kind = ? AND holder_id = ? OR offered_kind = ? AND offered_id = ?)", custody.Carrier, sc.Carrier, custody.Carrier, sc.Carrier)
	default:
		return q.Where("1 = 0")
	}
}

// BagFilter narrows a list of bags.
type BagFilter struct {
	Open, Late bool
	AfterTime  time.Time
	AfterID    string
	Limit      int
}

// Bags lists bags, newest first.
func (s *Store) Bags(ctx context.Context, sc BagScope, f BagFilter) ([]Bag, error) {
	q := sc.narrow(s.with(ctx))
	if f.Open {
		q = q.Where("NOT opened")
	}
	if f.Late {
		q = q.Where("late AND NOT opened")
	}
	if f.AfterID != "" {
		q = q.Where("(sealed_at < ? OR sealed_at = ? AND number < ?)", f.AfterTime, f.AfterTime, f.AfterID)
	}
	var rows []Bag
	err := q.Order("sealed_at DESC, number DESC").Limit(f.Limit).Find(&rows).Error
	return rows, err
}

// Bag finds a bag within a scope; ErrNotFound otherwise.
func (s *Store) Bag(ctx context.Context, sc BagScope, number string) (Bag, error) {
	var b Bag
	err := sc.narrow(s.with(ctx)).Where("number = ?", number).Take(&b).Error
	return b, found(err)
}

// InBag lists what lies, or lay, in a bag, and the bag's history.
func (s *Store) InBag(ctx context.Context, number string) ([]Paper, []BagStep, error) {
	var rows []Paper
	err := s.with(ctx).Where("id IN (?)", s.with(ctx).Model(&BagPaper{}).Select("paper_id").Where("bag = ?", number)).
		Order("dossier_code, component, id").Find(&rows).Error
	if err != nil {
		return nil, nil, err
	}
	var steps []BagStep
	err = s.with(ctx).Where("bag = ?", number).Order("step").Find(&steps).Error
	return rows, steps, err
}

// PapersReport reads the report of a message.
func (m Inbox) PapersReport() (register.PapersReport, error) {
	var r register.PapersReport
	if err := json.Unmarshal([]byte(m.Payload), &r); err != nil {
		return r, fmt.Errorf("store: inbox row %s: %w", m.ID, err)
	}
	return r, nil
}
