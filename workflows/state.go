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
	Papers            register.Papers `json:"papers,omitzero"`
	Out               register.Parcel `json:"out,omitzero"`
	Home              register.Parcel `json:"home,omitzero"`
	// Seen are the inbox messages taken in, so that a repetition is nothing new.
	Seen []string `json:"seen,omitempty"`
	// Dealt are messages dealt with but not yet marked so in the register.
	Dealt []string `json:"dealt,omitempty"`
	// Early are reports whose predecessor has not been heard of.
	Early []register.PortalReport `json:"early,omitempty"`
}

// Standing is what decides which commands the dossier takes.
func (s *State) Standing(counter bool) dossier.Standing {
	st := dossier.Standing{
		Stage: s.Stage, Status: s.Status, WaitingFor: s.Waiting.What, Parked: s.Parked != "", Route: s.Route, Method: s.Facts.Method,
		Delivery: s.Home.State, HomeBooked: s.Home.Booked, HasPapers: s.Papers.Out.Count > 0 || s.Papers.Arrived > 0, FeeExpected: s.Fees.Due > 0,
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
	loaded  bool
	queue   []*asked // commands not yet looked at
	wish    *asked   // a withdrawal on its way
	counter bool     // the result lies at the counter

	portal workflow.ReceiveChannel
	parcel workflow.ReceiveChannel

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
		d.State = State{Facts: s.Facts, Position: s.Position, Step: s.Step, Revision: s.Revision, Papers: s.Papers, Out: s.Out, Home: s.Home}
		d.loaded = true
		for _, r := range s.Portal {
			if err := d.hearPortal(ctx, r); err != nil {
				return err
			}
		}
	}
	d.counter = d.Waiting.What == dossier.WhatPickup
	return nil
}

// key is the business key of an outside act: the same for every try, another
// for every business attempt.
func (d *run) key(act string, n int) string { return fmt.Sprintf("%s/%s/%d", d.Facts.Code, act, n) }

// expect sets whose turn it is; the limit follows from the policy when the step
// is recorded.
func (d *run) expect(who dossier.Who, what dossier.What) {
	d.Waiting = register.Waiting{Who: who, What: what}
}

// expectAuthority waits for the authority, through the portal where the dossier
// was filed there.
func (d *run) expectAuthority(what dossier.What) {
	if d.Submitted {
		d.expect(dossier.WhoPortal, what)
		return
	}
	d.expect(dossier.WhoAuthority, what)
}

// expectByStatus sets whose turn it is from where the authority has brought the
// dossier and what the citizen has given since.
func (d *run) expectByStatus() {
	switch {
	case d.Given || d.Status.Decided():
		d.expect(dossier.WhoNobody, dossier.WhatWork)
	case d.Status == dossier.Registered:
		d.expectAuthority(dossier.WhatAcceptance)
	case d.Status == dossier.SupplementRequired && len(d.Asked) > 0:
		d.expect(dossier.WhoClerk, dossier.WhatSupplement)
	case d.Status == dossier.PaymentRequired && !d.Fees.Settled():
		d.expect(dossier.WhoCitizen, dossier.WhatPayment)
	default:
		d.expectAuthority(dossier.WhatDecision)
	}
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
