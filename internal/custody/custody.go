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
}

// Error is an act that the rules refuse. It names who holds the papers.
type Error struct {
	Rule   string // a stable word, e.g. not_holder
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
// otherwise nobody could take what is offered to nobody.
func (p Papers) Take(by Holder) (Papers, error) {
	switch {
	case p.Count == 0:
		return p, &Error{Rule: "no_papers", Holder: p.Holder}
	case p.Bag != "":
		return p, &Error{Rule: "in_bag", Holder: p.Holder}
	case !by.named():
		return p, &Error{Rule: "unknown_holder", Holder: p.Holder}
	case p.Holder == by:
		return p, &Error{Rule: "already_holder", Holder: p.Holder}
	case p.Offered != by:
		return p, &Error{Rule: "not_offered_to_you", Holder: p.Holder}
	}
	return Papers{Count: p.Count, Holder: by}, nil
}
