package dossier

import "slices"

// Command is something a person does to a dossier after filing.
type Command string

// The commands.
const (
	Supplement Command = "supplement"
	Withdraw   Command = "withdraw"
	Contact    Command = "contact"
	RecordFee  Command = "payment"
	Handover   Command = "handover"
	Decide     Command = "decision"
	Pickup     Command = "pickup"
	Retry      Command = "retry"
	Reroute    Command = "route"    // somebody chooses another way to the authority
	Extend     Command = "extend"   // the authority puts the due date off
	Approve    Command = "approve"  // a further supplement is approved
	Deadline   Command = "deadline" // a manager moves the due date
	Override   Command = "override" // a manager sets the status
	Hold       Command = "hold"     // nothing goes on by itself
	Resume     Command = "resume"
)

// Commands lists them in a fixed order.
func Commands() []Command {
	return []Command{Supplement, Withdraw, Contact, RecordFee, Handover, Decide, Pickup, Retry, Reroute, Extend, Approve, Deadline, Override, Hold, Resume}
}

// Standing is all that decides which commands a dossier takes.
type Standing struct {
	Stage       Stage
	Status      Status
	WaitingFor  What
	Parked      bool
	Route       Route
	Method      DeliveryMethod
	Delivery    DeliveryState
	HomeBooked  bool // the parcel to the citizen has been ordered
	HasPapers   bool // paper components exist
	FeeExpected bool // the authority asked for a fee, or the procedure has one
	Held        bool // parked on purpose, by hold
	Dated       bool // there is a due date, or the term has begun
	Extendable  bool // the term runs, and an extension is left
	Approvable  bool // a further supplement needs somebody's approval, and may have it
	Filed       bool // the portal has the scans, or may have them
	Rejected    bool // parked because the portal refused the submission
}

// Closed says whether the dossier's way has ended.
func (s Standing) Closed() bool { return s.Stage == StageClosed }

// Allowed lists the commands the dossier takes where it stands.
func (s Standing) Allowed() []Command {
	return slices.DeleteFunc(Commands(), func(c Command) bool { return !s.Takes(c) })
}

// Takes says whether the dossier takes the command where it stands.
func (s Standing) Takes(c Command) bool {
	if s.Closed() {
		return false
	}
	switch c {
	case Supplement:
		return s.WaitingFor == WhatRescan || s.WaitingFor == WhatSupplement || s.Status == SupplementRequired
	case Withdraw:
		return s.Stage != StageDelivery && CanMove(s.Status, Withdrawn, ByCitizen) == nil
	case Contact:
		return !s.HomeBooked || s.Delivery == DeliveryReturned || s.Delivery == DeliveryCancelled || s.Delivery == DeliveryLost
	case RecordFee:
		return s.FeeExpected && !s.Status.Decided() || s.Status == PaymentRequired // asked for, even where no sum was named
	case Handover:
		return s.HasPapers
	case Decide:
		return s.Stage == StageDecision && len(Next(s.Status, ByAuthority)) > 0
	case Pickup:
		return s.Stage == StageDelivery && (s.Delivery == DeliveryAtCounter || s.Delivery == DeliveryReturned)
	case Retry:
		return s.Parked && !s.Held
	case Reroute:
		return s.reroutable()
	case Extend:
		return s.Extendable && s.underWay()
	case Approve:
		return s.Approvable && s.underWay()
	case Deadline:
		return s.Dated && s.underWay()
	case Override:
		return s.overridable()
	case Hold:
		return !s.Parked
	case Resume:
		return s.Held
	default:
		return false
	}
}

// underWay says that the authority has yet to decide.
func (s Standing) underWay() bool {
	return s.Stage != StageDelivery && !s.Status.Decided() && s.Status != Withdrawn
}

// reroutable says that another way may be chosen: while a poor scan waits at the
// counter, while the papers have not left the office, or after the portal has
// refused; never once the portal may have the dossier.
func (s Standing) reroutable() bool {
	switch s.Stage {
	case StageDigitization:
		return s.WaitingFor == WhatRescan
	case StageSubmission:
		return !s.Filed && s.WaitingFor == WhatHandover || s.Rejected
	default:
		return false
	}
}

// overridable says that a manager may set the status: what is still checked at
// the counter has nothing to override, and what comes home is decided.
func (s Standing) overridable() bool {
	return (s.Stage == StageSubmission || s.Stage == StageDecision) && len(Next(s.Status, ByManager)) > 0
}
