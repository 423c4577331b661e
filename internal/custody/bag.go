package custody

import "slices"

// Bag is a sealed bag on its way from an agent office to an authority. It holds
// the paper originals of many dossiers and changes hands like a paper does; the
// papers in it have its holder.
type Bag struct {
	Number  string `json:"number"`
	From    Holder `json:"from"` // the office that sealed it
	To      Holder `json:"to"`   // the authority that opens it
	Holder  Holder `json:"holder"`
	Offered Holder `json:"offered,omitzero"` // None when no offer is open
	// Opened says that its way is over: the authority has counted what is in it,
	// or it is back at its office.
	Opened bool `json:"opened,omitempty"`
	// Trouble is what was found at the last take and stops the bag until somebody
	// has looked: one of the troubles, "" for none. Found is all that was found.
	Trouble string `json:"trouble,omitempty"`
	Found   Count  `json:"found,omitzero"`
	// Settled is what somebody has looked into: it stops no further take.
	Settled Count `json:"settled,omitzero"`
}

// The troubles at a take.
const (
	PaperMissing = "paper_missing"
	PaperExtra   = "paper_extra"
	SealBroken   = "seal_broken"
)

// Count is what the taker found.
type Count struct {
	SealBroken bool `json:"seal_broken,omitempty"`
	// Missing are the components that were not there, of a dossier's own papers,
	// or of a bag's as "<dossier> <component>".
	Missing []string `json:"missing,omitempty"`
	// Extra counts the papers that nobody has listed.
	Extra int `json:"extra,omitempty"`
}

// None says whether all was as it should be.
func (c Count) None() bool { return c.Trouble() == "" }

// beyond is what was found and has not been settled before.
func (c Count) beyond(settled Count) Count {
	c.SealBroken = c.SealBroken && !settled.SealBroken
	c.Missing = slices.DeleteFunc(slices.Clone(c.Missing), func(m string) bool { return slices.Contains(settled.Missing, m) })
	if c.Extra <= settled.Extra {
		c.Extra = 0
	}
	return c
}

// settle adds what was looked into. Papers that were missing and are found again
// must be there at the next count; those that are lost need not.
func (c Count) settle(found Count, lost bool) Count {
	c.SealBroken = c.SealBroken || found.SealBroken
	c.Extra = max(c.Extra, found.Extra)
	if lost {
		c.Missing = append(slices.Clone(c.Missing), found.Missing...)
	}
	return c
}

// Trouble is the worst of what was found, "" when all is as it should be.
func (c Count) Trouble() string {
	switch {
	case len(c.Missing) > 0:
		return PaperMissing
	case c.SealBroken:
		return SealBroken
	case c.Extra > 0:
		return PaperExtra
	}
	return ""
}

// Seal makes a bag of an office's papers for an authority.
func Seal(number string, from, to Holder) (Bag, error) {
	switch {
	case number == "" || !from.named() || from.Kind != Office:
		return Bag{}, &Error{Rule: "unknown_holder", Holder: from}
	case !to.named() || to.Kind != Authority:
		return Bag{}, &Error{Rule: "unknown_holder", Holder: from}
	}
	return Bag{Number: number, From: from, To: to, Holder: from}, nil
}

// Place is where the papers in the bag are.
func (b Bag) Place() Place {
	p := Place{Holder: b.Holder, Offered: b.Offered, Bag: b.Number}
	if b.Opened {
		p.Bag = ""
	}
	return p
}

// Offer opens an offer from the holder: to a carrier, to the authority that the
// bag is for, or back to the office it comes from.
func (b Bag) Offer(from, to Holder) (Bag, error) {
	if err := b.stopped(); err != nil {
		return b, err
	}
	switch {
	case !to.named(), to.Kind != Carrier && to != b.To && to != b.From:
		return b, &Error{Rule: "unknown_holder", Holder: b.Holder}
	case b.Holder != from:
		return b, &Error{Rule: "not_holder", Holder: b.Holder}
	case from == to:
		return b, &Error{Rule: "offer_to_self", Holder: b.Holder}
	}
	b.Offered = to
	return b, nil
}

// Take closes an offer: the bag is the taker's, and opened where its way ends.
// Where the taker found trouble it stays with who offered it, and stops.
func (b Bag) Take(by Holder, c Count) (Bag, error) {
	if err := b.stopped(); err != nil {
		return b, err
	}
	switch {
	case !by.named():
		return b, &Error{Rule: "unknown_holder", Holder: b.Holder}
	case b.Holder == by:
		return b, &Error{Rule: "already_holder", Holder: b.Holder}
	case b.Offered != by:
		return b, &Error{Rule: "not_offered_to_you", Holder: b.Holder}
	}
	if c = c.beyond(b.Settled); !c.None() {
		b.Trouble, b.Found = c.Trouble(), c
		return b, nil
	}
	b.Holder, b.Offered = by, Holder{}
	b.Opened = by == b.To || by == b.From
	return b, nil
}

// Open ends the way of a bag that has not left its office.
func (b Bag) Open(by Holder) (Bag, error) {
	if err := b.stopped(); err != nil {
		return b, err
	}
	if b.Holder != by || by != b.From {
		return b, &Error{Rule: "not_holder", Holder: b.Holder}
	}
	b.Offered, b.Opened = Holder{}, true
	return b, nil
}

// Clear lets a stopped bag go on: somebody has looked. The offer stands and the
// taker counts again; a broken seal or a paper too many that was looked into
// stops it no more. Papers that were missing have been found, or with lost are
// out of the bag: lost while its holder had them.
func (b Bag) Clear(lost bool) (Bag, error) {
	if b.Trouble == "" || b.Opened || lost && len(b.Found.Missing) == 0 {
		return b, &Error{Rule: "nothing_to_clear", Holder: b.Holder}
	}
	b.Settled = b.Settled.settle(b.Found, lost)
	b.Trouble, b.Found = "", Count{}
	return b, nil
}

// Lose ends the way of a bag that is gone with all that is in it: lost while its
// holder had it, who answers for it.
func (b Bag) Lose() (Bag, error) {
	if b.Number == "" || b.Opened {
		return b, &Error{Rule: "bag_opened", Holder: b.Holder}
	}
	b.Offered, b.Opened, b.Trouble, b.Found = Holder{}, true, "", Count{}
	return b, nil
}

func (b Bag) stopped() error {
	switch {
	case b.Number == "":
		return &Error{Rule: "no_papers", Holder: b.Holder}
	case b.Opened:
		return &Error{Rule: "bag_opened", Holder: b.Holder}
	case b.Trouble != "":
		return &Error{Rule: "discrepancy_open", Holder: b.Holder}
	}
	return nil
}
