// Package audit is the ledger of changes: one hash chain per dossier, so that a
// changed, deleted or reordered entry shows. It is pure; the store keeps the rows.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Entry is one change of one dossier. Data is JSON of codes, ids and times; free
// text and personal data are named by id and never stand in an entry.
type Entry struct {
	Dossier string    `json:"dossier"`
	Seq     int64     `json:"seq"` // 1 for the filing, then without gaps
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Actor   string    `json:"actor"` // subject id, or "system", "portal", "courier"
	Role    string    `json:"role"`
	Data    string    `json:"data"`
	TextID  string    `json:"text_id"`
	Prev    string    `json:"prev"` // hash of the entry before, "" for the first
}

// Hash is the SHA-256 of the entry's canonical form, in hex: its JSON, the fields
// in their order but the time last, as UTC with at most microseconds, which is
// the resolution that every store keeps.
func (e Entry) Hash() string {
	raw, err := json.Marshal(struct {
		Entry
		At string `json:"at"` // stands for the entry's own, which would not take every year
	}{e, e.At.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)})
	if err != nil { // strings and a number always marshal
		panic("audit: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Link is an entry with the hash it was stored under.
type Link struct {
	Entry
	Hash string
}

// Walk follows one dossier's chain, entry by entry, so that a chain need not lie
// in memory. The zero value stands before the first entry; see [Walk.From].
type Walk struct {
	seq  int64
	head string
}

// From is a walk that stands after an entry which has been proved before.
func From(seq int64, hash string) Walk { return Walk{seq, hash} }

// Next takes the next entry. The error is a Fault.
func (w *Walk) Next(l Link) error {
	fault := func(rule string) error { return Fault{Dossier: l.Dossier, Seq: w.seq + 1, Rule: rule} }
	switch {
	case l.Seq != w.seq+1:
		return fault(EntryMissing)
	case l.Prev != w.head:
		return fault(DoesNotFollow)
	case l.Entry.Hash() != l.Hash:
		return fault(EntryChanged)
	}
	w.seq, w.head = l.Seq, l.Hash
	return nil
}

// At says after which entry the walk stands, and that entry's hash.
func (w *Walk) At() (seq int64, hash string) { return w.seq, w.head }

// End holds the chain's end against what the register keeps of it.
func (w *Walk) End(dossier, head string) error {
	if w.head != head {
		return Fault{Dossier: dossier, Seq: w.seq, Rule: CutShort}
	}
	return nil
}

// Verify walks a dossier's chain from its first entry and reports the first
// place where it does not hold. head is the hash the register keeps of the last
// entry, so that a chain cut short shows as well.
func Verify(chain []Link, head string) error {
	var w Walk
	for _, l := range chain {
		if err := w.Next(l); err != nil {
			return err
		}
	}
	return w.End("", head)
}
