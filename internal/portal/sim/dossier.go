package sim

import (
	"fmt"
	"slices"
	"time"

	"hoso/internal/portal"
	"hoso/internal/simulator"
)

// The acts, as rules and ledger call them.
const (
	actSubmit     = "submit"
	actSupplement = "supplement"
	actPayment    = "payment"
	actWithdraw   = "withdraw"
	actLookup     = "lookup"
	actEvents     = "events"
)

// filing is what a submission leaves in the ledger: nothing about the person.
type filing struct {
	Authority string                 `json:"authority"`
	Office    string                 `json:"office"`
	Network   string                 `json:"network"`
	Procedure string                 `json:"procedure"`
	Documents []string               `json:"documents"` // digests
	Plan      simulator.Plan[Script] `json:"plan"`
}

// dossier is what the portal knows of one dossier.
type dossier struct {
	filing
	code     string
	turns    []turn // the officer's part
	done     int    // how many of them are said
	status   int
	events   []portal.Event
	thread   simulator.Thread
	released int // the number of the turn last let go

	supplements int // handed in
	payments    int
	withdrawn   bool // at the citizen's wish, told or not
}

func newDossier(code string, f filing, at time.Time) *dossier {
	return &dossier{
		filing: f, code: code, turns: f.Plan.Script.turns(), status: registered,
		thread: simulator.Thread{Telling: f.Plan.Callbacks, Delay: f.Plan.Script.StepDelay, Last: at},
	}
}

// next is what the officer would say now; false when it is not her turn.
func (d *dossier) next() (turn, bool) {
	if d.withdrawn {
		return turn{status: withdrawn}, d.status != withdrawn
	}
	if d.done == len(d.turns) {
		return turn{}, false
	}
	t := d.turns[d.done]
	ready := d.supplements >= t.supplements && d.payments >= t.payments
	return t, ready && !d.held()
}

// held says whether the next turn waits for a release.
func (d *dossier) held() bool {
	if d.withdrawn || d.done == len(d.turns) || d.released == d.done+1 {
		return false
	}
	s := d.Plan.Script
	return s.Hold && s.HoldBefore == 0 && d.done == 0 || s.HoldBefore == d.turns[d.done].status
}

// asked counts the dossier's events of a status.
func (d *dossier) asked(status int) int {
	n := 0
	for _, e := range d.events {
		if e.Status == status {
			n++
		}
	}
	return n
}

// refusal says why an act cannot take place now; "" if it can.
func (d *dossier) refusal(act string, round int, amount int64) string {
	switch act {
	case actSupplement:
		asked := d.asked(supplementRequired)
		if d.status != supplementRequired || d.supplements >= asked {
			return "not_asked"
		}
		if round != asked {
			return "wrong_round"
		}
	case actPayment:
		if d.status != paymentRequired || d.payments >= d.asked(paymentRequired) {
			return "not_asked"
		}
		if amount != d.events[len(d.events)-1].FeeAmount {
			return "wrong_amount"
		}
	case actWithdraw:
		if slices.Contains([]int{refused, stopped, resolved, returned}, d.status) {
			return "already_decided"
		}
		if d.withdrawn {
			return "already_withdrawn"
		}
	}
	return ""
}

// event writes down what the officer says. Ids count a dossier's events, so
// that a portal restarted before it could note one says the same again.
func (d *dossier) event(t turn, now time.Time, number func(time.Time) string) portal.Event {
	s := d.Plan.Script
	e := portal.Event{
		ID: fmt.Sprintf("%s-%d", d.code, len(d.events)+1), Code: d.code, Status: t.status,
		OccurredAt: d.thread.Moment(now),
	}
	switch t.status {
	case accepted:
		due := dueAt(e.OccurredAt, max(s.DueAfterDays, 1))
		e.DueAt, e.PortalCode = &due, s.PortalCode
		if e.PortalCode == "" {
			e.PortalCode = number(e.OccurredAt)
		}
	case refused:
		e.Text = s.RefuseReception
	case stopped:
		e.Text = s.Stop
	case supplementRequired:
		if s.AskSupplement != nil {
			e.Text, e.Components, e.Asked = s.AskSupplement.Text, s.AskSupplement.Components, s.AskSupplement.Asked
		}
	case paymentRequired:
		if s.AskFee != nil {
			e.Text, e.FeeAmount = s.AskFee.Text, s.AskFee.Amount
		}
	case resolved:
		if e.Result = s.Result; e.Result == nil {
			e.Result = &portal.Result{Paper: true}
		}
	}
	return e
}

// eventEntry is an event's line in the ledger; its data is the callback's body.
func eventEntry(e portal.Event) simulator.Entry {
	return simulator.Entry{At: e.OccurredAt, Kind: simulator.KindEvent, Code: e.Code, EventID: e.ID, Data: simulator.Pack(e)}
}

// dueAt is closing time, so many days after; nobody is asked to come on a weekend.
func dueAt(t time.Time, days int) time.Time {
	y, m, d := t.In(simulator.Zone).Date()
	due := time.Date(y, m, d+days, 17, 0, 0, 0, simulator.Zone)
	for due.Weekday() == time.Saturday || due.Weekday() == time.Sunday {
		due = due.AddDate(0, 0, 1)
	}
	return due
}
