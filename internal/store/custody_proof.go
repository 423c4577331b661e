package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/custody"
)

// CustodyProof is what came of holding every original against its ledger.
type CustodyProof struct {
	At       time.Time
	Dossiers int64 // that have, or had, originals with us
	Papers   int64
	Bags     int64
	// BeforeLedger counts papers of dossiers that were filed before there was a
	// ledger and have not moved since.
	BeforeLedger int64
	Faults       []custody.Fault

	first time.Time // when the oldest entry of any ledger was made
}

// mostFaults bounds a proof's list: a register in which more is wrong than this
// has been tampered with as a whole.
const mostFaults = 1000

func (p *CustodyProof) fault(f custody.Fault) {
	if len(p.Faults) < mostFaults {
		p.Faults = append(p.Faults, f)
	}
}

// ProveCustody holds each dossier's ledger against the rules, and the papers and
// bags against the ledgers: each original has exactly one holder, each bag what
// lies in it. beat is told of progress now and then; it may be nil.
func (s *Store) ProveCustody(ctx context.Context, beat func()) (CustodyProof, error) {
	p := CustodyProof{At: s.now(), Faults: []custody.Fault{}}
	var oldest CustodyEntry
	if err := s.with(ctx).Order("at").Limit(1).Find(&oldest).Error; err != nil {
		return p, err
	}
	p.first = oldest.At
	for after, more := "", true; more; {
		var err error
		if after, more, err = s.proveSome(ctx, &p, after); err != nil {
			return p, err
		}
		if beat != nil {
			beat()
		}
	}
	return p, s.proveRest(ctx, &p)
}

// proveRest wants each bag that is under way to have papers in it, and each
// ledger to be some dossier's.
func (s *Store) proveRest(ctx context.Context, p *CustodyProof) error {
	if err := s.with(ctx).Model(&Bag{}).Count(&p.Bags).Error; err != nil {
		return err
	}
	var empty []string
	err := s.with(ctx).Model(&Bag{}).Where("NOT opened AND NOT EXISTS (SELECT 1 FROM papers WHERE papers.bag = bags.number)").
		Where("EXISTS (SELECT 1 FROM bag_papers JOIN papers ON papers.id = bag_papers.paper_id WHERE bag_papers.bag = bags.number AND NOT papers.lost)").Order("number").Pluck("number", &empty).Error
	if err != nil {
		return err
	}
	for _, number := range empty {
		p.fault(custody.Fault{Bag: number, Rule: "bag_empty"})
	}
	var astray []string
	err = s.with(ctx).Model(&CustodyEntry{}).Distinct("dossier_code").
		Where("NOT EXISTS (SELECT 1 FROM dossiers WHERE dossiers.code = custody_entries.dossier_code)").Order("dossier_code").Limit(mostFaults).Pluck("dossier_code", &astray).Error
	for _, code := range astray {
		p.fault(custody.Fault{Dossier: code, Rule: "dossier_missing"})
	}
	return err
}

// snapshot reads as of one moment.
func (s *Store) snapshot(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if !s.postgres {
		return s.tx(ctx, fn)
	}
	return s.with(ctx).Transaction(fn, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// custodyProof is the row of a day's proof.
type custodyProof struct {
	Day      string `gorm:"primaryKey"`
	At       time.Time
	Dossiers int64
	Papers   int64
	Bags     int64
	// BeforeLedger may only fall.
	BeforeLedger int64
	Faults       string // JSON
}

// TableName is custody_proofs.
func (custodyProof) TableName() string { return "custody_proofs" }

// KeepProof keeps what came of a day's proof; a later one of the day stands in
// its place.
func (s *Store) KeepProof(ctx context.Context, day string, p CustodyProof) error {
	faults, err := json.Marshal(p.Faults)
	if err != nil {
		return err
	}
	row := custodyProof{Day: day, At: micros(p.At), Dossiers: p.Dossiers, Papers: p.Papers, Bags: p.Bags, BeforeLedger: p.BeforeLedger, Faults: string(faults)}
	return s.with(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
}

// LastProof reads the newest proof that was kept; ErrNotFound when there is none.
func (s *Store) LastProof(ctx context.Context) (CustodyProof, error) {
	var row custodyProof
	if err := s.with(ctx).Order("day DESC").Take(&row).Error; err != nil {
		return CustodyProof{}, found(err)
	}
	p := CustodyProof{At: row.At, Dossiers: row.Dossiers, Papers: row.Papers, Bags: row.Bags, BeforeLedger: row.BeforeLedger}
	return p, json.Unmarshal([]byte(row.Faults), &p.Faults)
}

// proveSome proves the next dossiers by their codes, all as of one moment.
func (s *Store) proveSome(ctx context.Context, p *CustodyProof, after string) (last string, more bool, err error) {
	const some = 200
	err = s.snapshot(ctx, func(tx *gorm.DB) error {
		var ds []Dossier
		err := tx.Select("code", "filed_at", "custody_seq", "custody_head").
			Where("code > ? AND (custody_seq > 0 OR EXISTS (SELECT 1 FROM papers WHERE papers.dossier_code = dossiers.code) OR EXISTS (SELECT 1 FROM custody_entries WHERE custody_entries.dossier_code = dossiers.code))", after).
			Order("code").Limit(some).Find(&ds).Error
		if err != nil || len(ds) == 0 {
			return err
		}
		last, more = ds[len(ds)-1].Code, len(ds) == some
		return proveThese(tx, p, ds)
	})
	return last, more, err
}

func proveThese(tx *gorm.DB, p *CustodyProof, ds []Dossier) error {
	codes := make([]string, len(ds))
	for i, d := range ds {
		codes[i] = d.Code
	}
	var papers []Paper
	if err := tx.Where("dossier_code IN ?", codes).Find(&papers).Error; err != nil {
		return err
	}
	var entries []CustodyEntry
	if err := tx.Where("dossier_code IN ?", codes).Order("dossier_code, seq").Find(&entries).Error; err != nil {
		return err
	}
	var inside []BagPaper
	if err := tx.Where("dossier_code IN ?", codes).Find(&inside).Error; err != nil {
		return err
	}
	bags, err := bagsOf(tx, papers, inside)
	if err != nil {
		return err
	}
	for _, d := range ds {
		own := func(code string) bool { return code == d.Code }
		proveOne(p, d, pick(papers, func(r Paper) bool { return own(r.DossierCode) }), pick(entries, func(r CustodyEntry) bool { return own(r.DossierCode) }),
			pick(inside, func(r BagPaper) bool { return own(r.DossierCode) }), bags)
	}
	return nil
}

func pick[T any](all []T, want func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !want(v) })
}

// bagsOf reads the bags in which papers lie, or lay.
func bagsOf(tx *gorm.DB, papers []Paper, inside []BagPaper) (map[string]Bag, error) {
	var numbers []string
	for _, r := range papers {
		numbers = append(numbers, r.Bag)
	}
	for _, r := range inside {
		numbers = append(numbers, r.Bag)
	}
	out := map[string]Bag{}
	if numbers = named(numbers); len(numbers) == 0 {
		return out, nil
	}
	var rows []Bag
	if err := tx.Where("number IN ?", numbers).Find(&rows).Error; err != nil {
		return nil, err
	}
	for _, b := range rows {
		out[b.Number] = b
	}
	return out, nil
}

// proveOne proves a dossier's ledger, then holds its papers and their bags
// against it.
func proveOne(p *CustodyProof, d Dossier, papers []Paper, entries []CustodyEntry, inside []BagPaper, bags map[string]Bag) {
	p.Dossiers++
	p.Papers += int64(len(papers))
	if d.CustodySeq == 0 && len(entries) == 0 {
		if !p.first.IsZero() && d.FiledAt.After(p.first) || len(inside) > 0 {
			p.fault(custody.Fault{Dossier: d.Code, Rule: "no_ledger"})
			return
		}
		p.BeforeLedger += int64(len(papers))
		return
	}
	chain := make([]custody.Link, len(entries))
	for i, e := range entries {
		chain[i] = e.Link()
	}
	places, err := custody.Prove(d.Code, chain, d.CustodyHead)
	var f custody.Fault
	if errors.As(err, &f) {
		p.fault(f)
		return
	}
	if d.CustodySeq != int64(len(chain)) {
		p.fault(custody.Fault{Dossier: d.Code, Seq: int64(len(chain)), Rule: "cut_short"})
	}
	for _, r := range papers {
		at, known := places[r.ID]
		delete(places, r.ID)
		switch {
		case !known:
			p.fault(custody.Fault{Dossier: d.Code, Paper: r.ID, Rule: "not_in_ledger"})
		case at != r.Place():
			p.fault(custody.Fault{Dossier: d.Code, Paper: r.ID, Rule: "elsewhere_than_in_ledger"})
		case r.Bag != "" && bags[r.Bag].Custody().Place() != r.Place():
			p.fault(custody.Fault{Dossier: d.Code, Paper: r.ID, Bag: r.Bag, Rule: "elsewhere_than_its_bag"})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(places)) {
		p.fault(custody.Fault{Dossier: d.Code, Paper: id, Rule: "paper_missing"})
	}
	proveBags(p, d.Code, chain, inside, bags)
}

// proveBags wants what the list of a bag says to stand in the ledger too.
func proveBags(p *CustodyProof, code string, chain []custody.Link, inside []BagPaper, bags map[string]Bag) {
	went := map[BagPaper]bool{}
	for _, l := range chain {
		if l.Act == custody.Bagged {
			went[BagPaper{Bag: l.Bag, PaperID: l.Paper, DossierCode: code}] = true
		}
	}
	for _, r := range inside {
		if _, there := bags[r.Bag]; !there || !went[r] {
			p.fault(custody.Fault{Dossier: code, Paper: r.PaperID, Bag: r.Bag, Rule: "not_bagged_in_ledger"})
		}
		delete(went, r)
	}
	for r := range went {
		p.fault(custody.Fault{Dossier: code, Paper: r.PaperID, Bag: r.Bag, Rule: "not_on_the_bags_list"})
	}
}
