package store

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/audit"
)

// AuditCheck says what the audit ledger is held against.
type AuditCheck struct {
	// Keys verify roots, by their ids.
	Keys map[string]ed25519.PublicKey
	// Given are roots that were given out, in any order.
	Given []audit.Given
	// Since takes as it is what a root made by then has told of; zero for all.
	Since time.Time
	// Beat is told of progress now and then; it may be nil.
	Beat func()
}

// AuditProof is what came of holding every ledger against its rules, its head and
// the signed roots.
type AuditProof struct {
	At       time.Time
	Dossiers int64
	Entries  int64
	Roots    int64
	// Newest is the number of the newest signed root, RootAt when it was made; 0
	// when there is none, and whatever was deleted as a whole does not show.
	Newest int64
	RootAt time.Time
	// Unrooted counts dossiers that no root tells of yet.
	Unrooted int64
	// Lost are numbers of roots that were given out after the backup from which the
	// register was restored: it cannot have them.
	Lost   []int64
	Faults []audit.Fault
}

// prover gathers what several hands find.
type prover struct {
	*Store
	check AuditCheck
	base  int64 // roots up to this one are taken as they are

	mu    sync.Mutex
	proof AuditProof
}

func (p *prover) fault(f audit.Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.proof.Faults) < mostFaults {
		p.proof.Faults = append(p.proof.Faults, f)
	}
}

func (p *prover) beat() {
	if p.check.Beat != nil {
		p.check.Beat()
	}
}

// ProveAudit walks every dossier's ledgers and every signed root. It reads a part
// at a time, each as of one moment, and holds nobody up.
func (s *Store) ProveAudit(ctx context.Context, c AuditCheck) (AuditProof, error) {
	p := &prover{Store: s, check: c}
	p.proof.At, p.proof.Faults = s.now(), []audit.Fault{}
	for _, step := range []func(context.Context) error{p.roots, p.dossiers, p.astray, p.numbers} {
		if err := step(ctx); err != nil {
			return p.proof, err
		}
	}
	slices.SortFunc(p.proof.Faults, func(a, b audit.Fault) int {
		return cmp.Or(cmp.Compare(a.Dossier, b.Dossier), cmp.Compare(a.Ledger, b.Ledger), cmp.Compare(a.Root, b.Root), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Rule, b.Rule))
	})
	return p.proof, nil
}

// provedTogether is how many dossiers are proved as of one moment.
const provedTogether = 500

// dossiers proves every dossier, several parts at once.
func (p *prover) dossiers(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(min(4, runtime.GOMAXPROCS(0)))
	var failed error
	for after, more := "", true; more; {
		var codes []string
		if failed = p.with(ctx).Model(&Dossier{}).Where("code > ?", after).Order("code").Limit(provedTogether).Pluck("code", &codes).Error; failed != nil || len(codes) == 0 {
			break
		}
		from, to := after, codes[len(codes)-1]
		after, more = to, len(codes) == provedTogether
		g.Go(func() error { return p.part(ctx, from, to) })
		p.beat()
	}
	return cmp.Or(g.Wait(), failed)
}

// ends are where a dossier's ledgers end by the register.
type ends struct {
	audit.Head
	roots  []AuditHead // oldest first
	walk   audit.Walk
	broken bool // a fault was told, and more would only repeat it
	cust   custodyWalk
	base   AuditHead // the last that is taken as it is
}

// part proves the dossiers whose codes lie between two, as of one moment.
func (p *prover) part(ctx context.Context, after, to string) error {
	return p.snapshot(ctx, func(tx *gorm.DB) error {
		all, order, err := p.ends(tx, after, to)
		if err != nil {
			return err
		}
		entries, err := p.changes(tx, after, to, all)
		if err != nil {
			return err
		}
		if err := p.originals(tx, after, to, all); err != nil {
			return err
		}
		for _, e := range order {
			p.close(e)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.proof.Dossiers += int64(len(order))
		p.proof.Entries += entries
		return nil
	})
}

// ends reads where the ledgers of a part end, and where roots say that they did.
func (p *prover) ends(tx *gorm.DB, after, to string) (map[string]*ends, []*ends, error) {
	var rows []Dossier
	if err := tx.Select("code", "revision", "audit_head", "custody_seq", "custody_head").Where("code > ? AND code <= ?", after, to).Order("code").Find(&rows).Error; err != nil {
		return nil, nil, err
	}
	all, order := make(map[string]*ends, len(rows)), make([]*ends, 0, len(rows))
	for _, d := range rows {
		e := &ends{Head: audit.Head{Dossier: d.Code, Seq: d.Revision, Hash: d.AuditHead, CustodySeq: d.CustodySeq, CustodyHash: d.CustodyHead}}
		all[d.Code], order = e, append(order, e)
	}
	var heads []AuditHead
	if err := tx.Where("dossier_code > ? AND dossier_code <= ?", after, to).Order("dossier_code, root").Find(&heads).Error; err != nil {
		return nil, nil, err
	}
	for _, h := range heads {
		e, there := all[h.DossierCode]
		if !there {
			continue // astray tells of it
		}
		if h.Root <= p.base {
			e.base = h
		} else if h.Root <= p.proof.Newest { // not of one that is being made
			e.roots = append(e.roots, h)
		}
	}
	for _, e := range order {
		e.walk = audit.From(e.base.Seq, e.base.Hash)
		e.cust = custodyWalk{seq: e.base.CustodySeq, head: e.base.CustodyHash}
	}
	return all, order, nil
}

const ledgerOf = `SELECT dossier_code, seq, at, kind, actor, role, data, text_id, step, prev, hash FROM audit_entries
	WHERE dossier_code > ? AND dossier_code <= ? ORDER BY dossier_code, seq`

// changes walks the ledgers of changes. Nothing is read where no dossier of the
// part has changed since what is taken as it is.
func (p *prover) changes(tx *gorm.DB, after, to string, all map[string]*ends) (n int64, err error) {
	if p.base > 0 && !slices.ContainsFunc(slices.Collect(maps.Values(all)), func(e *ends) bool { return e.base.Hash != e.Hash || e.base.Seq != e.Seq }) {
		return 0, nil
	}
	rows, err := tx.Raw(ledgerOf, after, to).Rows()
	if err != nil {
		return 0, err
	}
	defer rows.Close() //nolint:errcheck // Err below says what went wrong
	for rows.Next() {
		var r AuditEntry
		if err := rows.Scan(&r.DossierCode, &r.Seq, &r.At, &r.Kind, &r.Actor, &r.Role, &r.Data, &r.TextID, &r.Step, &r.Prev, &r.Hash); err != nil {
			return n, err
		}
		n++
		e, there := all[r.DossierCode]
		if !there || e.broken || p.base > 0 && r.Seq <= e.base.Seq {
			continue
		}
		p.change(e, r)
	}
	return n, rows.Err()
}

// change takes the next entry of a dossier's ledger.
func (p *prover) change(e *ends, r AuditEntry) {
	err := e.walk.Next(r.link())
	if err == nil && r.Step != hashedStep(r.Data) {
		err = audit.Fault{Dossier: r.DossierCode, Seq: r.Seq, Rule: audit.StepChanged}
	}
	if err != nil {
		p.broken(e, err)
		return
	}
	proved := e.base.Seq
	for _, h := range e.roots {
		if h.Seq == r.Seq && h.Hash != r.Hash {
			p.broken(e, audit.Fault{Dossier: r.DossierCode, From: proved + 1, Seq: r.Seq, Root: h.Root, Rule: audit.OtherThanRoot})
			return
		}
		proved = max(proved, min(h.Seq, r.Seq))
	}
}

func (p *prover) broken(e *ends, err error) {
	e.broken = true
	var f audit.Fault
	if errors.As(err, &f) {
		p.fault(f)
	}
}

// close holds the ends of a dossier's ledgers against register and roots.
func (p *prover) close(e *ends) {
	if len(e.roots) == 0 && e.base.Root == 0 {
		p.mu.Lock()
		p.proof.Unrooted++
		p.mu.Unlock()
	}
	seq, head := e.walk.At()
	if !e.broken && (head != e.Hash || seq != e.Seq) {
		p.broken(e, audit.Fault{Dossier: e.Dossier, Seq: seq, Rule: audit.CutShort})
	}
	for _, h := range e.roots {
		if !e.broken && h.Seq > seq { // head and revision were set back with it
			p.broken(e, audit.Fault{Dossier: e.Dossier, From: seq + 1, Seq: h.Seq, Root: h.Root, Rule: audit.EntryMissing})
		}
	}
	p.closeOriginals(e)
}

// link is the row as the proof reads it.
func (r AuditEntry) link() audit.Link {
	return audit.Link{Hash: r.Hash, Entry: audit.Entry{Dossier: r.DossierCode, Seq: r.Seq, At: r.At, Kind: r.Kind,
		Actor: r.Actor, Role: r.Role, Data: r.Data, TextID: r.TextID, Prev: r.Prev}}
}

// astray finds ledgers and heads whose dossier has no row.
func (p *prover) astray(ctx context.Context) error {
	traces := map[string]string{"audit_entries": "seq", "audit_heads": "seq", "custody_entries": "0"}
	last := map[string]int64{}
	for table, seq := range traces {
		var rows []struct {
			Code string
			Seq  int64
		}
		err := p.with(ctx).Raw(`SELECT t.dossier_code AS code, max(` + seq + `) AS seq FROM ` + table + ` t
			WHERE NOT EXISTS (SELECT 1 FROM dossiers d WHERE d.code = t.dossier_code) GROUP BY t.dossier_code`).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, r := range rows {
			last[r.Code] = max(last[r.Code], r.Seq)
		}
		p.beat()
	}
	for code, seq := range last {
		p.fault(audit.Fault{Dossier: code, Seq: seq, Rule: audit.DossierMissing})
	}
	return nil
}

// auditProof is the row of a day's proof.
type auditProof struct {
	Day      string `gorm:"primaryKey"`
	At       time.Time
	Dossiers int64
	Entries  int64
	Roots    int64
	Faults   string // JSON
}

// TableName is audit_proofs.
func (auditProof) TableName() string { return "audit_proofs" }

// KeepAuditProof keeps what came of a day's proof; a later one of the day stands
// in its place.
func (s *Store) KeepAuditProof(ctx context.Context, day string, p AuditProof) error {
	faults, err := json.Marshal(p.Faults)
	if err != nil {
		return err
	}
	row := auditProof{Day: day, At: micros(p.At), Dossiers: p.Dossiers, Entries: p.Entries, Roots: p.Roots, Faults: string(faults)}
	return s.with(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
}

// LastAuditProof reads the newest proof that was kept; ErrNotFound when there is none.
func (s *Store) LastAuditProof(ctx context.Context) (AuditProof, error) {
	var row auditProof
	if err := s.with(ctx).Order("day DESC").Take(&row).Error; err != nil {
		return AuditProof{}, found(err)
	}
	p := AuditProof{At: row.At, Dossiers: row.Dossiers, Entries: row.Entries, Roots: row.Roots}
	return p, json.Unmarshal([]byte(row.Faults), &p.Faults)
}

// officeOf is the office of a counter's scope, "" for another counter's.
func officeOf(scope string) string {
	office, ok := strings.CutPrefix(scope, "office:")
	if !ok {
		return ""
	}
	return office
}
