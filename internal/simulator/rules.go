package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
)

// Rules are the knobs in force together with what has been drawn from them. The
// caller guards them with its own lock.
type Rules[S any] struct {
	words  []string
	check  func(S) error
	knobs  Knobs[S]
	dice   Dice
	digest []byte // of the knobs that the counts belong to
}

// NewRules knows no knobs yet. Words are the conditions a rule may have, check
// judges a rule's script.
func NewRules[S any](words []string, check func(S) error) *Rules[S] {
	return &Rules[S]{words: words, check: check}
}

// Replay takes an entry's part in the counts; every entry goes through it, when
// it is written and when it is read back.
func (r *Rules[S]) Replay(e Entry) error {
	r.dice.Replay(e)
	if e.Kind == KindKnobs {
		return e.Unpack(&r.digest)
	}
	return nil
}

// Use puts knobs in force. If their counts begin anew, because the knobs are
// others than those of the ledger or because it is wished, it gives the entry
// that says so, to be appended and replayed.
func (r *Rules[S]) Use(k Knobs[S], anew bool) (entry *Entry, err error) {
	if err := k.Check(r.words, r.check); err != nil {
		return nil, err
	}
	r.knobs = k
	raw, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	if !anew && bytes.Equal(sum[:], r.digest) {
		return nil, nil
	}
	return &Entry{Kind: KindKnobs, Data: Pack(sum[:])}, nil
}

// Knobs gives the knobs in force.
func (r *Rules[S]) Knobs() Knobs[S] { return r.knobs }

// Call draws what goes wrong with a call, and gives the entry that says so, or
// nil if no rule applies. To ignore keys is a trait, not an incident: by itself
// it is not written down.
func (r *Rules[S]) Call(s Subject) (Faults, *Entry) {
	f, names := r.knobs.Faults(&r.dice, s)
	if len(names) == 0 || f == (Faults{IgnoreKeys: true}) {
		return f, nil
	}
	return f, &Entry{Kind: KindFault, Act: s["act"], Party: s["carrier"], Key: s["key"], Code: s["code"], Rules: names}
}

// Plan draws what will happen to a dossier or parcel, and names the rules.
func (r *Rules[S]) Plan(s Subject) (Plan[S], []string) { return r.knobs.Plan(&r.dice, s) }
