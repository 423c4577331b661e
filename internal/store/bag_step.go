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
	"hoso/internal/register"
	"hoso/internal/trail"
)

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
		State: InboxPending, ReceivedAt: s.now(), NextAt: s.now(), Trail: trail.From(tx.Statement.Context)}
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
