// Package custody says who holds a dossier's paper originals. A paper has
// exactly one holder at every moment. It changes hands by two acts of two
// people: the holder offers, the receiver takes; the holder changes at the take.
// Papers of many dossiers may travel in one sealed bag, which changes hands in
// their place. Every step of every paper stands in a hash-chained ledger, from
// which Prove tells where each of them is.
//
// The package is pure; the workflows apply its rules and the store keeps the rows.
package custody

import "fmt"

// The kinds of holder.
const (
	Citizen   = "citizen"
	Office    = "office"
	Carrier   = "carrier"
	Authority = "authority"
)

// Holder is somebody who can hold papers: a kind and an id within it (none for
// the citizen, of whom there is one per dossier).
type Holder struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// None says whether nobody is meant.
func (h Holder) None() bool { return h.Kind == "" }

// named says whether it is clear who is meant: a known kind, and which one of it.
func (h Holder) named() bool {
	switch h.Kind {
	case Citizen:
		return h.ID == ""
	case Office, Carrier, Authority:
		return h.ID != ""
	default:
		return false
	}
}

// String gives "carrier viettelpost" or "citizen".
func (h Holder) String() string {
	if h.ID == "" {
		return h.Kind
	}
	return h.Kind + " " + h.ID
}

// Papers is the bundle of a dossier's paper originals, which travel together.
type Papers struct {
	Count   int    `json:"count"`
	Holder  Holder `json:"holder"`
	Offered Holder `json:"offered"` // None when no offer is open
	// Bag is the number of the sealed bag that they lie in; only the bag moves them.
	Bag string `json:"bag,omitempty"`
	// Trouble is what was found at the last take and stops them until somebody has
	// looked, "" for none; Found is all that was found, Settled what was looked into.
	Trouble string `json:"trouble,omitempty"`
	Found   Count  `json:"found,omitzero"`
	Settled Count  `json:"settled,omitzero"`
}

// Error is an act that the rules refuse. It names who holds the papers.
type Error struct {
	// Rule is a stable word: no_papers, unknown_holder, not_holder, offer_to_self,
	// already_holder, not_offered_to_you, in_bag, discrepancy_open, bag_opened,
	// nothing_to_clear; of a ledger's step also not_entered, entered_twice,
	// not_offered, not_free, not_in_bag, unknown_act.
	Rule   string
	Holder Holder
}

// Error gives the rule and the holder.
func (e *Error) Error() string { return fmt.Sprintf("custody: %s: held by %s", e.Rule, e.Holder) }

// Offer opens an offer from the holder to another. Offering again to the same
// one changes nothing; to another one it moves the offer.
func (p Papers) Offer(from, to Holder) (Papers, error) {
	switch {
	case p.Count == 0:
		return p, &Error{Rule: "no_papers", Holder: p.Holder}
	case p.Bag != "":
		return p, &Error{Rule: "in_bag", Holder: p.Holder}
	case p.Trouble != "":
		return p, &Error{Rule: "discrepancy_open", Holder: p.Holder}
	case !to.named():
		return p, &Error{Rule: "unknown_holder", Holder: p.Holder}
	case p.Holder != from:
		return p, &Error{Rule: "not_holder", Holder: p.Holder}
	case from == to:
		return p, &Error{Rule: "offer_to_self", Holder: p.Holder}
	}
	p.Offered = to
	return p, nil
}

// Take closes an offer: the papers are now the taker's, who must be somebody:
// otherwise nobody could take what is offered to nobody. Where the taker found
// trouble they stay with who offered them, and stop.
func (p Papers) Take(by Holder, c Count) (Papers, error) {
	switch {
	case p.Count == 0:
		return p, &Error{Rule: "no_papers", Holder: p.Holder}
	case p.Bag != "":
		return p, &Error{Rule: "in_bag", Holder: p.Holder}
	case p.Trouble != "":
		return p, &Error{Rule: "discrepancy_open", Holder: p.Holder}
	case !by.named():
		return p, &Error{Rule: "unknown_holder", Holder: p.Holder}
	case p.Holder == by:
		return p, &Error{Rule: "already_holder", Holder: p.Holder}
	case p.Offered != by:
		return p, &Error{Rule: "not_offered_to_you", Holder: p.Holder}
	}
	if c = c.beyond(p.Settled); !c.None() {
		p.Trouble, p.Found = c.Trouble(), c
		return p, nil
	}
	return Papers{Count: p.Count, Holder: by}, nil
}

// Clear lets stopped papers go on, as Bag.Clear does: those that are lost leave
// the bundle.
func (p Papers) Clear(lost bool) (Papers, error) {
	if p.Trouble == "" || lost && len(p.Found.Missing) == 0 {
		return p, &Error{Rule: "nothing_to_clear", Holder: p.Holder}
	}
	p.Settled = p.Settled.settle(p.Found, lost)
	if lost {
		p.Count = max(0, p.Count-len(p.Found.Missing))
	}
	p.Trouble, p.Found = "", Count{}
	return p, nil
}
