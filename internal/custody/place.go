package custody

// Place is where one paper original is: who holds it, to whom it is offered, in
// which bag it lies. The zero value is a paper that nobody has handed in yet.
type Place struct {
	Holder  Holder
	Offered Holder // None when no offer is open
	Bag     string // number of the bag it lies in, "" for none
}

// Act is one kind of thing that befalls a paper original.
type Act string

// The acts. Only Taken changes a holder, and only to whom the paper was offered.
const (
	Entered   Act = "entered"   // the citizen has handed it in; To holds it
	Offered   Act = "offered"   // the holder offers it to To
	Withdrawn Act = "withdrawn" // the holder takes the offer back
	Taken     Act = "taken"     // To has received it
	Bagged    Act = "bagged"    // the holder has put it into a bag
	Unbagged  Act = "unbagged"  // the bag was opened, and it was in there
	Missing   Act = "missing"   // counted, and not found
)

// Acts lists them in a fixed order.
func Acts() []Act { return []Act{Entered, Offered, Withdrawn, Taken, Bagged, Unbagged, Missing} }

// Step is an act with what it needs to be understood.
type Step struct {
	Act Act
	To  Holder // whom it is offered to, or who holds it now
	Bag string // which bag it went into or came out of
}

// After is where a paper is after a step, or the rule by which the step could
// not have happened.
func (p Place) After(s Step) (Place, error) {
	refuse := func(rule string) (Place, error) { return p, &Error{Rule: rule, Holder: p.Holder} }
	switch {
	case s.Act != Entered && p.Holder.None():
		return refuse("not_entered")
	case s.Bag != "" && s.Act != Bagged && s.Act != Unbagged, s.To != Holder{} && (s.Act == Withdrawn || s.Act == Bagged || s.Act == Unbagged || s.Act == Missing):
		return refuse("unknown_act")
	}
	switch s.Act {
	case Entered:
		if !p.Holder.None() {
			return refuse("entered_twice")
		}
		if !s.To.named() {
			return refuse("unknown_holder")
		}
		return Place{Holder: s.To}, nil
	case Offered:
		if !s.To.named() {
			return refuse("unknown_holder")
		}
		if s.To == p.Holder {
			return refuse("offer_to_self")
		}
		p.Offered = s.To
	case Withdrawn:
		if p.Offered.None() {
			return refuse("not_offered")
		}
		p.Offered = Holder{}
	case Taken:
		if p.Offered.None() || p.Offered != s.To {
			return refuse("not_offered_to_you")
		}
		p.Holder, p.Offered = s.To, Holder{}
	case Bagged:
		if p.Bag != "" || !p.Offered.None() || s.Bag == "" {
			return refuse("not_free")
		}
		p.Bag = s.Bag
	case Unbagged:
		if p.Bag == "" || p.Bag != s.Bag {
			return refuse("not_in_bag")
		}
		p.Bag = ""
	case Missing:
	default:
		return refuse("unknown_act")
	}
	return p, nil
}

// Way gives the steps that lead from one place to another, so that whatever moved
// a paper, be it a carrier's word or a clerk's, the ledger tells it as offers and
// takes. There are none where the places are the same.
func Way(from, to Place) []Step {
	var steps []Step
	if from.Holder.None() && !to.Holder.None() {
		steps = append(steps, Step{Act: Entered, To: to.Holder})
		from = Place{Holder: to.Holder}
	}
	if from.Holder != to.Holder {
		if from.Offered != to.Holder {
			steps = append(steps, Step{Act: Offered, To: to.Holder})
		}
		steps = append(steps, Step{Act: Taken, To: to.Holder})
		from.Holder, from.Offered = to.Holder, Holder{}
	}
	if from.Bag != to.Bag && !from.Offered.None() {
		steps = append(steps, Step{Act: Withdrawn})
		from.Offered = Holder{}
	}
	if from.Bag != to.Bag && from.Bag != "" {
		steps = append(steps, Step{Act: Unbagged, Bag: from.Bag})
	}
	if from.Bag != to.Bag && to.Bag != "" {
		steps = append(steps, Step{Act: Bagged, Bag: to.Bag})
	}
	switch {
	case from.Offered == to.Offered:
	case to.Offered.None():
		steps = append(steps, Step{Act: Withdrawn})
	default:
		steps = append(steps, Step{Act: Offered, To: to.Offered})
	}
	return steps
}
