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
)

// Commands lists them in a fixed order.
func Commands() []Command {
	return []Command{Supplement, Withdraw, Contact, RecordFee, Handover, Decide, Pickup, Retry}
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
		return s.Parked
	default:
		return false
	}
}
