package sim

import (
	"errors"
	"slices"

	"hoso/internal/portal"
	"hoso/internal/simulator"
)

// The statuses of the national portal's list, as far as the officer uses them.
const (
	registered         = 1
	accepted           = 2
	refused            = 3
	processing         = 4
	supplementRequired = 5
	paymentRequired    = 6
	withdrawn          = 7
	stopped            = 8
	resolved           = 9
	returned           = 10
)

// Knobs are the portal's rules. Conditions may name act (submit, supplement,
// payment, withdraw, lookup, events), key, code, office, network, procedure and
// authority. Of a key that the portal does not know, code and office are read
// off the key itself ("<code>/submit/1").
type Knobs = simulator.Knobs[Script]

// ParseKnobs reads rules from JSON.
func ParseKnobs(raw []byte) (Knobs, error) { return simulator.ParseKnobs[Script](raw) }

var ruleWords = []string{"act", "key", "code", "office", "network", "procedure", "authority"}

// Script is what an officer does with a dossier other than to accept, process
// and resolve it at once.
type Script struct {
	// StepDelay passes before each of the officer's steps.
	StepDelay simulator.Duration `json:"step_delay,omitempty"`
	// DueAfterDays sets the appointment so many days after acceptance, 17:00; 0 means 1.
	DueAfterDays int `json:"due_after_days,omitempty"`
	// AskSupplement asks for papers.
	AskSupplement *SupplementWish `json:"ask_supplement,omitempty"`
	// AskFee asks for money.
	AskFee *FeeWish `json:"ask_fee,omitempty"`
	// RefuseReception refuses the dossier (3) with this reason.
	RefuseReception string `json:"refuse_reception,omitempty"`
	// Stop stops processing (8) with this reason.
	Stop string `json:"stop,omitempty"`
	// Result is what resolving yields; left out, a paper result.
	Result *portal.Result `json:"result,omitempty"`
	// PortalCode is given to every dossier instead of the next number: the
	// portal that gives one number twice.
	PortalCode string `json:"portal_code,omitempty"`
	// Hold keeps the officer from doing anything until released.
	Hold bool `json:"hold,omitempty"`
	// HoldBefore keeps the officer from giving this status until released.
	HoldBefore int `json:"hold_before,omitempty"`
	// Then are statuses told after the end, lawful or not: the portal that
	// contradicts itself.
	Then []int `json:"then,omitempty"`
}

// SupplementWish is what an officer finds missing.
type SupplementWish struct {
	Components []string `json:"components,omitempty"`
	// Asked says the same page by page.
	Asked []portal.Asked `json:"asked,omitempty"`
	Text  string         `json:"text,omitempty"`
	// Rounds is how often each dossier is asked; 0 means once.
	Rounds int `json:"rounds,omitempty"`
	// After is the status in which it is asked: 1, 2 or 4; 0 means 2.
	After int `json:"after,omitempty"`
}

// FeeWish is what an officer wants paid.
type FeeWish struct {
	Amount int64  `json:"amount,omitempty"` // whole đồng
	Text   string `json:"text,omitempty"`
	// After is the status in which it is asked: 1, 2 or 4; 0 means 2.
	After int `json:"after,omitempty"`
}

func (s Script) check() error {
	askable := []int{0, registered, accepted, processing}
	switch {
	case s.DueAfterDays < 0:
		return errors.New("due_after_days must not be negative")
	case s.AskSupplement != nil && (!slices.Contains(askable, s.AskSupplement.After) || s.AskSupplement.Rounds < 0 || s.AskSupplement.Rounds > 100):
		return errors.New("ask_supplement: after must be 1, 2 or 4, rounds between 0 and 100")
	case s.AskFee != nil && (!slices.Contains(askable, s.AskFee.After) || s.AskFee.Amount <= 0):
		return errors.New("ask_fee: after must be 1, 2 or 4, amount positive")
	case s.HoldBefore < 0 || s.HoldBefore > returned:
		return errors.New("hold_before must be a status from 1 to 10")
	case slices.ContainsFunc(s.Then, func(status int) bool { return status < registered || status > returned }):
		return errors.New("then: a status lies between 1 and 10")
	}
	return nil
}

// turn is one thing the officer says, once the citizen has done his part:
// handed in so many supplements, paid so many fees.
type turn struct {
	status      int
	supplements int
	payments    int
}

// turns writes the officer's part out in full.
func (s Script) turns() []turn {
	p := part{at: registered}
	p.ask(s, registered)
	if s.RefuseReception != "" {
		p.say(refused)
		return p.contradict(s.Then)
	}
	p.say(accepted)
	p.ask(s, accepted)
	p.say(processing)
	p.ask(s, processing)
	if s.Stop != "" {
		p.say(stopped)
	} else {
		p.say(resolved)
	}
	return p.contradict(s.Then)
}

// part is an officer's part being written.
type part struct {
	at       int // the status so far
	accepted bool
	next     turn // what the next turn waits for
	turns    []turn
}

// lawful are the steps between statuses that an officer may take.
var lawful = map[int][]int{
	registered:         {accepted, refused, supplementRequired, paymentRequired},
	accepted:           {processing, refused, supplementRequired, paymentRequired, stopped},
	processing:         {supplementRequired, paymentRequired, stopped, resolved},
	supplementRequired: {registered, accepted, refused, processing, stopped},
	paymentRequired:    {accepted, processing, stopped},
}

// say appends a turn, with one between where the law knows no direct way.
func (p *part) say(status int) {
	if !slices.Contains(lawful[p.at], status) {
		p.append(p.between(status))
	}
	p.append(status)
}

// between is the status through which the way to another leads. Once accepted,
// a dossier does not go back to being registered, and before, not on to
// processing.
func (p *part) between(status int) int {
	for _, b := range []int{registered, processing, accepted} {
		possible := b == accepted || (b == processing) == p.accepted
		if possible && slices.Contains(lawful[p.at], b) && slices.Contains(lawful[b], status) {
			return b
		}
	}
	return processing
}

func (p *part) append(status int) {
	p.next.status = status
	p.turns = append(p.turns, p.next)
	p.at = status
	p.accepted = p.accepted || status == accepted
}

// ask puts in what the script wants asked in a status.
func (p *part) ask(s Script, in int) {
	if wish := s.AskSupplement; wish != nil && orAccepted(wish.After) == in {
		for range max(wish.Rounds, 1) {
			p.say(supplementRequired)
			p.next.supplements++
		}
	}
	if wish := s.AskFee; wish != nil && orAccepted(wish.After) == in {
		p.say(paymentRequired)
		p.next.payments++
	}
}

func orAccepted(status int) int {
	if status == 0 {
		return accepted
	}
	return status
}

func (p *part) contradict(then []int) []turn {
	for _, status := range then {
		p.append(status)
	}
	return p.turns
}
