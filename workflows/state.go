package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// State is all that a run knows and its successor needs: one serialisable value.
type State struct {
	Facts             register.Facts `json:"facts"`
	register.Position `json:"position"`
	Step              int64           `json:"step"`
	Revision          int64           `json:"revision"`
	Clock             register.Clock  `json:"clock,omitzero"`
	Papers            register.Papers `json:"papers,omitzero"`
	// Bag is the papers' bag, BagStep its newest step that has been heard of.
	Bag     string          `json:"bag,omitempty"`
	BagStep int64           `json:"bag_step,omitempty"`
	Out     register.Parcel `json:"out,omitzero"`
	Home    register.Parcel `json:"home,omitzero"`
	// Seen are the inbox messages taken in, so that a repetition is nothing new.
	Seen []string `json:"seen,omitempty"`
	// Dealt are messages dealt with but not yet marked so in the register.
	Dealt []string `json:"dealt,omitempty"`
	// Early are reports whose predecessor has not been heard of; EarlyTold says
	// that the portal was asked for it in vain and somebody has been told.
	Early     []register.PortalReport `json:"early,omitempty"`
	EarlyTold bool                    `json:"early_told,omitempty"`
	// Refused counts the refusals of what is being handed on: after each, the next
	// attempt has a key of its own.
	Refused int `json:"refused,omitempty"`
	// Sent says that a supplement was sent and nobody knows whether it was taken;
	// More, that another was given since. The register does not know of these.
	Sent bool `json:"sent,omitempty"`
	More bool `json:"more,omitempty"`
	// Gate is the version at which the stage was entered, where it has several.
	Gate Gate `json:"gate,omitzero"`
}

// Standing is what decides which commands the dossier takes.
func (s *State) Standing(counter bool) dossier.Standing {
	st := dossier.Standing{
		Stage: s.Stage, Status: s.Status, WaitingFor: s.Waiting.What, Parked: s.Parked != "", Route: s.Route, Method: s.Facts.Method,
		Delivery: s.Home.State, HomeBooked: s.Home.Booked, HasPapers: s.Papers.Out.Count > 0 || s.Papers.Arrived > 0, FeeExpected: s.Fees.Due > 0,
		Held: s.Parked == taskHeld, Dated: s.DueAt != nil || s.Clock.StartedAt != nil, Extendable: s.Clock.Extendable(), Approvable: s.Clock.MayApprove(),
		Filed: s.Submitted || s.SubmitAttempt > 0 && s.Parked != taskSubmissionRefused, Rejected: s.Parked == taskSubmissionRefused,
	}
	switch {
	case counter:
		st.Delivery = dossier.DeliveryAtCounter
	case s.Parked == taskDeliveryFailed:
		st.Delivery = dossier.DeliveryReturned
	}
	return st
}

// run is one execution of the workflow: the state, and what cannot be carried over.
type run struct {
	State
	code    string
	story   []gate
	entered entered
	loaded  bool
	checked *Checked // by the load, as long as nothing has happened since
	queue   []*asked // commands not yet looked at
	wish    *asked   // a withdrawal on its way
	given   int      // supplements that came in this run
	counter bool     // the result lies at the counter

	portal  workflow.ReceiveChannel
	parcel  workflow.ReceiveChannel
	bags    workflow.ReceiveChannel
	reports workflow.ReceiveChannel

	alarm     *alarm
	heardAt   time.Time // when the side waited for was last heard of
	watching  *watch
	published published
}

// errAnew asks for a continuation as new at a point where nothing is in flight.
var errAnew = errors.New("continue as new")

// open begins from the state handed over, or from the register.
func (d *run) open(ctx workflow.Context) error {
	d.heardAt = workflow.Now(ctx)
	if !d.loaded {
		s, err := loadDossier(ctx, d.code)
		if err != nil {
			return err
		}
		d.State = State{Facts: s.Facts, Position: s.Position, Step: s.Step, Revision: s.Revision, Clock: s.Clock, Papers: s.Papers, Out: s.Out, Home: s.Home}
		d.Bag, d.BagStep = s.Papers.Out.Bag, -1 // what has not been dealt with is told again
		d.loaded, d.checked = true, s.Checked
		if err := d.catchUp(ctx, s.Portal); err != nil {
			return err
		}
		for _, r := range s.Bagged {
			if err := d.hearPapers(ctx, r); err != nil {
				return err
			}
		}
	}
	d.counter = d.Waiting.What == dossier.WhatPickup
	return nil
}

// catchUp takes in what happened while no run of the workflow listened: what the
// portal reported, and what befell the parcel whose carriage is waited for.
func (d *run) catchUp(ctx workflow.Context, reports []register.PortalReport) error {
	for _, r := range reports {
		if err := d.hearPortal(ctx, r); err != nil {
			return err
		}
	}
	for _, p := range []*register.Parcel{&d.Out, &d.Home} {
		p.Booked = p.Booked || p.State != dossier.DeliveryNone && p.State != "" // its answer was lost, not the parcel
	}
	switch {
	case d.Home.Contradicted && d.Waiting.What == dossier.WhatDelivery:
		return d.doubt(ctx, d.Home)
	case d.Papers.Out.Bag != "": // no parcel carries them
	case d.Waiting.What == dossier.WhatCarriage && d.Out.Booked && d.Out.Contradicted:
		return d.doubt(ctx, d.Out)
	case d.Waiting.What == dossier.WhatCarriage && d.Out.Booked:
		if p, _ := travelled(d.Papers.Out, d.outCarrier(), d.Facts, d.Out.State); moved(p, d.Papers.Out) || d.Out.State == dossier.DeliveryLost {
			return d.papersTravel(ctx)
		}
	}
	return nil
}

// key is the business key of an outside act: the same for every try, another
// for every business attempt.
func (d *run) key(act string, n int) string { return fmt.Sprintf("%s/%s/%d", d.Facts.Code, act, n) }

// keyOn is the key of something handed on: the n-th of its kind, and of that the
// first attempt or, after refusals, a later one.
func (d *run) keyOn(act string, n int) string {
	if d.Refused == 0 {
		return d.key(act, n)
	}
	return fmt.Sprintf("%s.%d", d.key(act, n), d.Refused+1)
}

// endedWithout says whether the dossier ended without a result.
func (d *run) endedWithout() bool {
	return d.Status == dossier.Refused || d.Status == dossier.Withdrawn || d.Status == dossier.Stopped
}

// turned says that the stage must be left: the citizen wishes to withdraw, or
// the authority has ended the matter.
func (d *run) turned() bool {
	return d.wish != nil || d.endedWithout() && d.Stage != dossier.StageDelivery
}

// anew hands the state to a successor. Without a state the successor reads the
// register.
func (d *run) anew(ctx workflow.Context) error {
	next := Start{Code: d.code}
	if d.loaded {
		next.State = &d.State
	}
	return workflow.NewContinueAsNewError(ctx, DossierType, next)
}
