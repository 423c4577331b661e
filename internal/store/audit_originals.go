package store

import (
	"gorm.io/gorm"

	"hoso/internal/audit"
)

// custodyLedger names the ledger of paper originals in faults.
const custodyLedger = "custody"

// custodyWalk follows the ledger of a dossier's originals. Whether its steps are
// lawful is for the proof of custody; here it is the chain alone.
type custodyWalk struct {
	seq    int64
	head   string
	broken bool
}

const custodyOf = `SELECT dossier_code, seq, at, paper_id, act, to_kind, to_id, bag, subject, prev, hash FROM custody_entries
	WHERE dossier_code > ? AND dossier_code <= ? ORDER BY dossier_code, seq`

// originals walks the ledgers of paper originals.
func (p *prover) originals(tx *gorm.DB, after, to string, all map[string]*ends) error {
	rows, err := tx.Raw(custodyOf, after, to).Rows()
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err below says what went wrong
	for rows.Next() {
		var r CustodyEntry
		if err := rows.Scan(&r.DossierCode, &r.Seq, &r.At, &r.PaperID, &r.Act, &r.ToKind, &r.ToID, &r.Bag, &r.Subject, &r.Prev, &r.Hash); err != nil {
			return err
		}
		e, there := all[r.DossierCode]
		if !there || e.cust.broken || p.base > 0 && r.Seq <= e.base.CustodySeq {
			continue
		}
		p.original(e, r)
	}
	return rows.Err()
}

// original takes the next entry of the ledger of a dossier's originals.
func (p *prover) original(e *ends, r CustodyEntry) {
	fault := func(rule string) {
		e.cust.broken = true
		p.fault(audit.Fault{Dossier: e.Dossier, Ledger: custodyLedger, Seq: e.cust.seq + 1, Rule: rule})
	}
	switch {
	case r.Seq != e.cust.seq+1:
		fault(audit.EntryMissing)
		return
	case r.Prev != e.cust.head:
		fault(audit.DoesNotFollow)
		return
	case r.Link().Entry.Hash() != r.Hash:
		fault(audit.EntryChanged)
		return
	}
	e.cust.seq, e.cust.head = r.Seq, r.Hash
	proved := e.base.CustodySeq
	for _, h := range e.roots {
		if h.CustodySeq == r.Seq && h.CustodyHash != r.Hash {
			e.cust.broken = true
			p.fault(audit.Fault{Dossier: e.Dossier, Ledger: custodyLedger, From: proved + 1, Seq: r.Seq, Root: h.Root, Rule: audit.OtherThanRoot})
			return
		}
		proved = max(proved, min(h.CustodySeq, r.Seq))
	}
}

func (p *prover) closeOriginals(e *ends) {
	if e.cust.broken {
		return
	}
	if e.cust.seq != e.CustodySeq || e.cust.head != e.CustodyHash {
		e.cust.broken = true
		p.fault(audit.Fault{Dossier: e.Dossier, Ledger: custodyLedger, Seq: e.cust.seq, Rule: audit.CutShort})
		return
	}
	for _, h := range e.roots {
		if h.CustodySeq > e.cust.seq {
			p.fault(audit.Fault{Dossier: e.Dossier, Ledger: custodyLedger, From: e.cust.seq + 1, Seq: h.CustodySeq, Root: h.Root, Rule: audit.EntryMissing})
			return
		}
	}
}
