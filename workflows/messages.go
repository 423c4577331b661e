package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// SignalReports is what relays pass on from the inbox: the reports that came in a
// row, or the one, as []register.Report. They have one signal, whatever their kind
// and number, because signals of several names are not read in the order they came.
const SignalReports = "reports"

// The signals of former relays, one report each. They are read first: they came
// before.
const (
	SignalPortal = "portal-report" // carries a register.PortalReport
	SignalParcel = "parcel-report" // carries a register.ParcelReport
	SignalPapers = "papers-report" // carries a register.PapersReport
)

// QueryState is the one query, for support and tests; lists are read from the register.
const QueryState = "state"

// Command is a staff command. Its words and people stand in the register under
// the operation's id; only codes travel.
type Command struct {
	Operation string          `json:"operation"`
	Kind      dossier.Command `json:"kind"`
	Role      string          `json:"role"`
	TextID    string          `json:"text_id,omitempty"`
	// Step is how far the register was when the command was sent. A run that knows
	// less has been reset, and begins anew before it judges.
	Step int64 `json:"step,omitempty"`
	// Decision is what an officer decided by hand, with kind decision, or a manager
	// set, with kind override.
	Decision *register.PortalReport `json:"decision,omitempty"`
	// Hand is an act of the papers' way, with kind handover.
	Hand *Hand `json:"hand,omitempty"`
	// DueAt is the new due date, with kinds extend and deadline.
	DueAt *time.Time `json:"due_at,omitempty"`
	// Lost says, with kind retry, that papers which a count did not find are lost.
	Lost bool `json:"lost,omitempty"`
	// Anew recomputes the due date from its own facts, with kind deadline: the
	// calendar has changed.
	Anew bool `json:"anew,omitempty"`
	// Route is the way that somebody has chosen, with kind route; Need lists the
	// components of which the paper must be given for it first.
	Route dossier.Route `json:"route,omitempty"`
	Need  []string      `json:"need,omitempty"`
	// Amount is a paid fee in whole đồng, with kind payment.
	Amount int64 `json:"amount,omitempty"`
}

// Hand is one act of a hand-over.
type Hand struct {
	Act string         `json:"act"` // offer or take
	By  custody.Holder `json:"by"`
	To  custody.Holder `json:"to,omitzero"`
	// Count is what the taker found, with take.
	Count custody.Count `json:"count,omitzero"`
}

// Answer is what a carried-out command answers: the revision that contains it,
// which can be read at once.
type Answer struct {
	Revision int64 `json:"revision"`
}

// Refusal says why a command was not carried out. It travels as the details of
// an application error of type RefusedType.
type Refusal struct {
	Rule    string            `json:"rule"` // wrong_state, or a custody rule, or already_decided …
	Stage   dossier.Stage     `json:"stage"`
	Status  dossier.Status    `json:"status"`
	Allowed []dossier.Command `json:"allowed"`
	Next    []dossier.Status  `json:"next,omitempty"`   // statuses an officer could decide
	Holder  string            `json:"holder,omitempty"` // who has the papers
	// ExtendUntil is the last moment at which the due date can be put off.
	ExtendUntil *time.Time `json:"extend_until,omitempty"`
}

// RefusedType is the type of the error that carries a Refusal.
const RefusedType = "Refused"

// asked is a command waiting for its answer.
type asked struct {
	Command
	trail
	done   bool
	result Answer
	err    error
}

func (a *asked) answer(revision int64) { a.result, a.done = Answer{Revision: revision}, true }

func (a *asked) refuse(r *Refusal) { a.err, a.done = r.asError(), true }

func (r *Refusal) asError() error {
	return temporal.NewNonRetryableApplicationError("refused: "+r.Rule, RefusedType, nil, *r)
}

// listen registers every handler, in a fixed order and before anything blocks.
func listen(ctx workflow.Context, start Start, story []gate) (*run, error) {
	d := &run{code: start.Code, story: story}
	if start.State != nil {
		d.State, d.loaded = *start.State, true
		d.takeOver()
	}
	d.portal = workflow.GetSignalChannelWithOptions(ctx, SignalPortal, workflow.SignalChannelOptions{Description: "Tin từ Cổng dịch vụ công"})
	d.parcel = workflow.GetSignalChannelWithOptions(ctx, SignalParcel, workflow.SignalChannelOptions{Description: "Tin từ đơn vị chuyển phát"})
	for _, c := range dossier.Commands() {
		err := workflow.SetUpdateHandlerWithOptions(ctx, string(c), d.ask, workflow.UpdateHandlerOptions{
			Validator: func(ctx workflow.Context, cmd Command) error { return d.validate(cmd, workflow.Now(ctx)) }, Description: describeCommand(c)})
		if err != nil {
			return nil, err
		}
	}
	d.bags = workflow.GetSignalChannelWithOptions(ctx, SignalPapers, workflow.SignalChannelOptions{Description: "Tin từ túi giấy tờ"})
	d.reports = workflow.GetSignalChannelWithOptions(ctx, SignalReports, workflow.SignalChannelOptions{Description: "Tin đến, theo thứ tự"})
	err := workflow.SetQueryHandlerWithOptions(ctx, QueryState, func() (State, error) { return d.State, nil },
		workflow.QueryHandlerOptions{Description: "Trạng thái đầy đủ của hồ sơ"})
	return d, err
}

// ask is the handler of every command: it queues the command for the main
// coroutine and waits for its answer.
func (d *run) ask(ctx workflow.Context, c Command) (Answer, error) {
	a := &asked{Command: c, trail: trailOf(ctx)}
	d.queue = append(d.queue, a)
	if err := workflow.Await(ctx, func() bool { return a.done }); err != nil {
		return Answer{}, err
	}
	return a.result, a.err
}

// validate refuses a command before it leaves a trace in the history. A command
// that comes before the register has been read, or from a register that is
// further, is judged when it is executed.
func (d *run) validate(c Command, now time.Time) error {
	if !d.loaded || c.Step > d.Step {
		return nil
	}
	if r := d.judge(c, now); r != nil {
		return r.asError()
	}
	return nil
}

// judge says why a command cannot be carried out where the dossier stands; nil
// when it can.
func (d *run) judge(c Command, now time.Time) *Refusal {
	if d.carriedOut(c.Operation) {
		return nil
	}
	if !d.Standing(d.counter).Takes(c.Kind) || c.Kind == dossier.Withdraw && d.wish != nil {
		return d.refusal("wrong_state")
	}
	switch c.Kind {
	case dossier.Decide:
		if c.Decision == nil {
			return d.refusal("decision_missing")
		}
		if err := dossier.CanMove(d.Status, c.Decision.Status, dossier.ByAuthority); err != nil {
			return d.refusal("wrong_state")
		}
		return d.judgeAsking(*c.Decision)
	case dossier.Override:
		if c.Decision == nil || dossier.CanMove(d.Status, c.Decision.Status, dossier.ByManager) != nil {
			return d.refusal("wrong_state")
		}
		return d.judgeAsking(*c.Decision)
	case dossier.Extend:
		return d.judgeExtension(c, now)
	case dossier.Deadline:
		if c.DueAt == nil && !c.Anew {
			return d.refusal("due_at_missing")
		}
	case dossier.Reroute:
		if rule := d.judgeRoute(c); rule != "" {
			return d.refusal(rule)
		}
		if d.Papers.Out.Bag != "" && len(c.Need) > 0 { // no further sheet gets into it
			return d.inBag()
		}
	case dossier.Retry:
		if d.Parked == taskDiscrepancy && d.Papers.Out.Bag != "" { // it is the bag that somebody must look into
			return d.inBag()
		}
		if c.Lost && len(d.Papers.Out.Found.Missing) == 0 {
			return d.refusal("nothing_to_clear")
		}
	case dossier.Handover:
		if d.Stage == dossier.StageDelivery && d.papersAtOffice() {
			return d.refusal("wrong_state") // they stay there for the citizen
		}
		if _, err := d.handOver(c); err != nil {
			r := d.refusal("wrong_holder")
			if e, ok := err.(*custody.Error); ok { //nolint:errorlint // never wrapped
				r.Rule, r.Holder = e.Rule, e.Holder.String()
			}
			return r
		}
	}
	return nil
}

// judgeRoute holds a chosen route against the papers that are here. What the
// procedure allows was asked before the command was sent.
func (d *run) judgeRoute(c Command) (rule string) {
	here := d.Papers.Out.Count
	switch {
	case !c.Route.Online() && !c.Route.OnPaper():
		return "route_not_a_choice"
	case c.Route.OnPaper() && here == 0 && len(c.Need) == 0:
		return "route_without_paper"
	case !c.Route.OnPaper() && here > 0:
		return "route_leaves_paper"
	}
	return ""
}

func (d *run) refusal(rule string) *Refusal {
	r := &Refusal{Rule: rule, Stage: d.Stage, Status: d.Status, Allowed: d.Standing(d.counter).Allowed()}
	if slices.Contains(r.Allowed, dossier.Decide) {
		r.Next = dossier.Next(d.Status, dossier.ByAuthority)
	}
	r.ExtendUntil = d.Clock.ExtendUntil
	return r
}

// inBag refuses what a sealed bag stands against.
func (d *run) inBag() *Refusal {
	r := d.refusal("in_bag")
	r.Holder = d.Papers.Out.Holder.String()
	return r
}

// handOver computes where the papers are after an act.
func (d *run) handOver(c Command) (custody.Papers, error) {
	if c.Hand == nil {
		return d.Papers.Out, &custody.Error{Rule: "unknown_act", Holder: d.Papers.Out.Holder}
	}
	switch c.Hand.Act {
	case "offer":
		return d.Papers.Out.Offer(c.Hand.By, c.Hand.To)
	case "take":
		return d.Papers.Out.Take(c.Hand.By, c.Hand.Count)
	default:
		return d.Papers.Out, &custody.Error{Rule: "unknown_act", Holder: d.Papers.Out.Holder}
	}
}
