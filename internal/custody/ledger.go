package custody

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Entry is one step of one paper original, in the ledger of its dossier. Entries
// of a dossier form one chain, whatever paper they are about: a changed, deleted,
// inserted or reordered one shows.
type Entry struct {
	Dossier string    `json:"dossier"`
	Seq     int64     `json:"seq"` // 1 for the first, then without gaps
	At      time.Time `json:"at"`
	Paper   string    `json:"paper"` // id of the original
	Act     Act       `json:"act"`
	To      Holder    `json:"to"`
	Bag     string    `json:"bag"`
	By      string    `json:"by"`   // subject id, or "courier" or "system" where no person of ours acted
	Prev    string    `json:"prev"` // hash of the entry before, "" for the first
}

// Step is the entry without its circumstances.
func (e Entry) Step() Step { return Step{Act: e.Act, To: e.To, Bag: e.Bag} }

// Hash is the SHA-256, in hex, of the entry's JSON with the time, last, as UTC
// with at most microseconds.
func (e Entry) Hash() string {
	raw, err := json.Marshal(struct {
		Entry
		At string `json:"at"` // stands for the entry's own, which would not take every year
	}{e, e.At.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)})
	if err != nil { // strings and a number always marshal
		panic("custody: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Link is an entry with the hash it was stored under.
type Link struct {
	Entry
	Hash string
}

// Fault is a place at which a dossier's ledger, or what stands beside it, does
// not hold.
type Fault struct {
	Dossier string `json:"dossier,omitempty"`
	Seq     int64  `json:"seq,omitempty"`   // of the entry, 0 where it is none's
	Paper   string `json:"paper,omitempty"` // id of the original
	Bag     string `json:"bag,omitempty"`
	Rule    string `json:"rule"`
}

// Error names the place and the rule.
func (f Fault) Error() string {
	at := f.Dossier
	if f.Seq > 0 {
		at += fmt.Sprintf(" entry %d", f.Seq)
	}
	if f.Paper != "" {
		at += " paper " + f.Paper
	}
	if f.Bag != "" {
		at += " bag " + f.Bag
	}
	return fmt.Sprintf("custody: %s: %s", at, f.Rule)
}

// Prove walks a dossier's ledger from its first entry, holding each step against
// the rules, and gives where every original is in the end. head is the hash that
// the register keeps of the last entry, so that a ledger cut short shows as well.
// The error is a Fault at the first place that does not hold.
func Prove(dossier string, chain []Link, head string) (map[string]Place, error) {
	places := map[string]Place{}
	prev := ""
	for i, l := range chain {
		fault := func(rule string) error { return Fault{Dossier: dossier, Seq: int64(i + 1), Paper: l.Paper, Rule: rule} }
		switch {
		case l.Seq != int64(i+1):
			return nil, fault("entry_missing")
		case l.Prev != prev:
			return nil, fault("does_not_follow")
		case l.Dossier != dossier, l.Entry.Hash() != l.Hash:
			return nil, fault("entry_changed")
		}
		after, err := places[l.Paper].After(l.Step())
		if err != nil {
			return nil, fault("unlawful_" + string(l.Act))
		}
		places[l.Paper], prev = after, l.Hash
	}
	if prev != head {
		return nil, Fault{Dossier: dossier, Seq: int64(len(chain)), Rule: "cut_short"}
	}
	return places, nil
}

// Chain is the end of a dossier's ledger, where the next entry goes.
type Chain struct {
	Dossier string
	Seq     int64  // of the last entry, 0 for none
	Head    string // hash of the last entry, "" for none
}

// Append makes the next entry and moves the end along.
func (c *Chain) Append(at time.Time, paper string, s Step, by string) Link {
	e := Entry{Dossier: c.Dossier, Seq: c.Seq + 1, At: at, Paper: paper, Act: s.Act, To: s.To, Bag: s.Bag, By: by, Prev: c.Head}
	c.Seq, c.Head = e.Seq, e.Hash()
	return Link{Entry: e, Hash: c.Head}
}
