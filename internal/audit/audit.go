// Package audit is the ledger of changes: one hash chain per dossier, so that a
// changed, deleted or reordered entry shows. It is pure; the store keeps the rows.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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

// Verify walks a dossier's chain from its first entry and reports the first
// place where it does not hold. head is the hash the register keeps of the last
// entry, so that a chain cut short shows as well.
func Verify(chain []Link, head string) error {
	prev := ""
	for i, l := range chain {
		switch {
		case l.Seq != int64(i+1):
			return fmt.Errorf("audit: entry %d is missing: found %d in its place", i+1, l.Seq)
		case l.Prev != prev:
			return fmt.Errorf("audit: entry %d does not follow the one before it", l.Seq)
		case l.Entry.Hash() != l.Hash:
			return fmt.Errorf("audit: entry %d was changed", l.Seq)
		}
		prev = l.Hash
	}
	if prev != head {
		return fmt.Errorf("audit: the chain ends at entry %d, which is not the end that the register knows", len(chain))
	}
	return nil
}
