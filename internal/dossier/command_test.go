package dossier_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
)

func TestWhatADossierTakesWhereItStands(t *testing.T) {
	t.Parallel()
	type takes = []dossier.Command
	cases := map[string]struct {
		standing dossier.Standing
		want     takes
	}{
		"just filed": {
			dossier.Standing{Stage: dossier.StageIntake, Status: dossier.Registered, WaitingFor: dossier.WhatWork, Method: dossier.ByCourier, Delivery: dossier.DeliveryNone},
			takes{dossier.Withdraw, dossier.Contact, dossier.Hold}},
		"a poor scan came back": {
			dossier.Standing{Stage: dossier.StageDigitization, Status: dossier.Registered, WaitingFor: dossier.WhatRescan, Route: dossier.RouteReturn},
			takes{dossier.Supplement, dossier.Withdraw, dossier.Contact, dossier.Reroute, dossier.Hold}},
		"papers lie at the counter": {
			dossier.Standing{Stage: dossier.StageSubmission, Status: dossier.Registered, WaitingFor: dossier.WhatHandover, Route: dossier.RoutePaper, HasPapers: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.Handover, dossier.Reroute, dossier.Override, dossier.Hold}},
		"the portal refused": {
			dossier.Standing{Stage: dossier.StageSubmission, Status: dossier.Registered, WaitingFor: dossier.WhatRetry, Route: dossier.RouteOnline, Parked: true, Rejected: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.Retry, dossier.Reroute, dossier.Override}},
		"filed, its papers lie at the counter": {
			dossier.Standing{Stage: dossier.StageSubmission, Status: dossier.Registered, WaitingFor: dossier.WhatHandover, Route: dossier.RouteOnlineWithPaper, HasPapers: true, Filed: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.Handover, dossier.Override, dossier.Hold}},
		"the portal cannot be reached": {
			dossier.Standing{Stage: dossier.StageSubmission, Status: dossier.Registered, WaitingFor: dossier.WhatRetry, Route: dossier.RouteOnline, Parked: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.Retry, dossier.Override}},
		"the authority looks at it": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.Processing, WaitingFor: dossier.WhatDecision, Route: dossier.RouteOnline},
			takes{dossier.Withdraw, dossier.Contact, dossier.Decide, dossier.Override, dossier.Hold}},
		"a fee from the first day": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.Accepted, WaitingFor: dossier.WhatDecision, Route: dossier.RouteOnline, FeeExpected: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.RecordFee, dossier.Decide, dossier.Override, dossier.Hold}},
		"a supplement is asked for": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.SupplementRequired, WaitingFor: dossier.WhatSupplement, Route: dossier.RouteOnline},
			takes{dossier.Supplement, dossier.Withdraw, dossier.Contact, dossier.Decide, dossier.Override, dossier.Hold}},
		"its papers are on their way": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.SupplementRequired, WaitingFor: dossier.WhatCarriage, Route: dossier.RouteOnlineWithPaper, HasPapers: true},
			takes{dossier.Supplement, dossier.Withdraw, dossier.Contact, dossier.Handover, dossier.Decide, dossier.Override, dossier.Hold}},
		"a fee is asked for": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.PaymentRequired, WaitingFor: dossier.WhatPayment, FeeExpected: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.RecordFee, dossier.Decide, dossier.Override, dossier.Hold}},
		"a fee is asked for, no sum named": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.PaymentRequired, WaitingFor: dossier.WhatPayment},
			takes{dossier.Withdraw, dossier.Contact, dossier.RecordFee, dossier.Decide, dossier.Override, dossier.Hold}},
		"a term runs": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.Processing, WaitingFor: dossier.WhatDecision, Dated: true, Extendable: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.Decide, dossier.Extend, dossier.Deadline, dossier.Override, dossier.Hold}},
		"a second supplement would need an approval": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.Processing, WaitingFor: dossier.WhatDecision, Dated: true, Approvable: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.Decide, dossier.Approve, dossier.Deadline, dossier.Override, dossier.Hold}},
		"held by a manager": {
			dossier.Standing{Stage: dossier.StageDecision, Status: dossier.Processing, WaitingFor: dossier.WhatRetry, Parked: true, Held: true},
			takes{dossier.Withdraw, dossier.Contact, dossier.Decide, dossier.Override, dossier.Resume}},
		"resolved, not yet booked": {
			dossier.Standing{Stage: dossier.StageDelivery, Status: dossier.Resolved, WaitingFor: dossier.WhatWork, FeeExpected: true, Delivery: dossier.DeliveryNone},
			takes{dossier.Contact, dossier.Hold}},
		"the result is on its way": {
			dossier.Standing{Stage: dossier.StageDelivery, Status: dossier.Resolved, WaitingFor: dossier.WhatDelivery, HomeBooked: true, Delivery: dossier.DeliveryOut},
			takes{dossier.Hold}},
		"the parcel came back": {
			dossier.Standing{Stage: dossier.StageDelivery, Status: dossier.Resolved, WaitingFor: dossier.WhatRetry, Parked: true, HomeBooked: true, Delivery: dossier.DeliveryReturned},
			takes{dossier.Contact, dossier.Pickup, dossier.Retry}},
		"the parcel is lost": {
			dossier.Standing{Stage: dossier.StageDelivery, Status: dossier.Resolved, WaitingFor: dossier.WhatRetry, Parked: true, HomeBooked: true, Delivery: dossier.DeliveryLost},
			takes{dossier.Contact, dossier.Retry}},
		"the result lies at the counter": {
			dossier.Standing{Stage: dossier.StageDelivery, Status: dossier.Resolved, WaitingFor: dossier.WhatPickup, Method: dossier.AtCounter, HomeBooked: true, Delivery: dossier.DeliveryAtCounter},
			takes{dossier.Pickup, dossier.Hold}},
		"refused, its papers go home": {
			dossier.Standing{Stage: dossier.StageDelivery, Status: dossier.Refused, WaitingFor: dossier.WhatDelivery, HasPapers: true, HomeBooked: true, Delivery: dossier.DeliveryInTransit},
			takes{dossier.Handover, dossier.Hold}},
		"returned": {
			dossier.Standing{Stage: dossier.StageClosed, Status: dossier.Returned, WaitingFor: dossier.WhatNothing, HomeBooked: true, Delivery: dossier.DeliveryDelivered},
			nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, nilIfEmpty(c.standing.Allowed()))
			for _, command := range dossier.Commands() {
				require.Equal(t, slices.Contains(c.want, command), c.standing.Takes(command), command)
			}
		})
	}
}

func nilIfEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// someStanding draws standings, sensible and not.
func someStanding(t *rapid.T) dossier.Standing {
	return dossier.Standing{
		Stage:       rapid.SampledFrom(dossier.Stages()).Draw(t, "stage"),
		Status:      rapid.SampledFrom(statuses()).Draw(t, "status"),
		WaitingFor:  dossier.What(rapid.SampledFrom([]string{"work", "rescan", "handover", "supplement", "payment", "pickup", "retry", "nothing"}).Draw(t, "waiting")),
		Parked:      rapid.Bool().Draw(t, "parked"),
		Delivery:    rapid.SampledFrom(append(dossier.ParcelEventTypes(), dossier.DeliveryNone, dossier.DeliveryAtCounter, dossier.DeliveryCollected)).Draw(t, "delivery"),
		HomeBooked:  rapid.Bool().Draw(t, "booked"),
		HasPapers:   rapid.Bool().Draw(t, "papers"),
		FeeExpected: rapid.Bool().Draw(t, "fee"),
		Held:        rapid.Bool().Draw(t, "held"),
		Dated:       rapid.Bool().Draw(t, "dated"),
		Extendable:  rapid.Bool().Draw(t, "extendable"),
		Approvable:  rapid.Bool().Draw(t, "approvable"),
		Filed:       rapid.Bool().Draw(t, "filed"),
		Rejected:    rapid.Bool().Draw(t, "rejected"),
	}
}

func TestClosedTakesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := someStanding(t)
		s.Stage = dossier.StageClosed
		require.True(t, s.Closed())
		require.Empty(t, s.Allowed())
	})
}

func TestWhatNoDossierEverTakes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := someStanding(t)
		require.False(t, s.Takes("delete"), "a command that is none")
		require.False(t, s.Takes(""))
		if s.Status.Decided() {
			require.False(t, s.Takes(dossier.Withdraw), "what is decided is not withdrawn")
			require.False(t, s.Takes(dossier.RecordFee), "what is decided is not paid for")
			require.False(t, s.Takes(dossier.Decide), "what is decided is not decided again")
			require.False(t, s.Takes(dossier.Extend) || s.Takes(dossier.Deadline) || s.Takes(dossier.Approve), "what is decided has no term")
		}
		if !s.Parked {
			require.False(t, s.Takes(dossier.Retry), "what is not stuck is not retried")
		}
		if s.Stage == dossier.StageDelivery {
			require.False(t, s.Takes(dossier.Withdraw), "what is being brought is not withdrawn")
		} else {
			require.False(t, s.Takes(dossier.Pickup), "nothing is collected before delivery")
		}
		require.False(t, s.Takes(dossier.Retry) && s.Takes(dossier.Resume), "what is held on purpose is resumed, not retried")
		if s.Stage != dossier.StageDecision {
			require.False(t, s.Takes(dossier.Decide), "an officer decides what has come to the authority")
		}
	})
}

// humanWaits are the waits that a person ends, where they occur, and by which
// command the person does it.
var humanWaits = map[dossier.What]struct {
	who      []dossier.Who
	stages   []dossier.Stage
	statuses []dossier.Status
	ends     dossier.Command
	// fits narrows the standings to those that occur; nil keeps all.
	fits func(dossier.Standing) bool
}{
	dossier.WhatRescan: {
		who: []dossier.Who{dossier.WhoClerk}, ends: dossier.Supplement,
		stages: []dossier.Stage{dossier.StageDigitization}, statuses: []dossier.Status{dossier.Registered},
	},
	dossier.WhatHandover: {
		who: []dossier.Who{dossier.WhoClerk}, ends: dossier.Handover,
		stages: []dossier.Stage{dossier.StageSubmission, dossier.StageDecision}, statuses: undecided,
		fits: func(s dossier.Standing) bool { return s.HasPapers },
	},
	dossier.WhatTake: {
		who: []dossier.Who{dossier.WhoAuthority}, ends: dossier.Handover,
		stages: []dossier.Stage{dossier.StageSubmission, dossier.StageDecision, dossier.StageDelivery}, statuses: append(undecided, ended...),
		fits: func(s dossier.Standing) bool { return s.HasPapers },
	},
	dossier.WhatAcceptance: {
		who: []dossier.Who{dossier.WhoPortal, dossier.WhoAuthority}, ends: dossier.Decide,
		stages: []dossier.Stage{dossier.StageDecision}, statuses: []dossier.Status{dossier.Registered},
	},
	dossier.WhatDecision: {
		who: []dossier.Who{dossier.WhoPortal, dossier.WhoAuthority}, ends: dossier.Decide,
		stages: []dossier.Stage{dossier.StageDecision}, statuses: undecided,
	},
	dossier.WhatSupplement: {
		who: []dossier.Who{dossier.WhoCitizen}, ends: dossier.Supplement,
		stages: []dossier.Stage{dossier.StageDecision}, statuses: []dossier.Status{dossier.SupplementRequired},
	},
	dossier.WhatPayment: {
		who: []dossier.Who{dossier.WhoCitizen}, ends: dossier.RecordFee,
		stages: []dossier.Stage{dossier.StageDecision}, statuses: []dossier.Status{dossier.PaymentRequired},
	},
	dossier.WhatPickup: {
		who: []dossier.Who{dossier.WhoCitizen}, ends: dossier.Pickup,
		stages: []dossier.Stage{dossier.StageDelivery}, statuses: append(ended, dossier.Resolved),
		fits: func(s dossier.Standing) bool { return s.Delivery == dossier.DeliveryAtCounter },
	},
	dossier.WhatRetry: {
		who: []dossier.Who{dossier.WhoManager, dossier.WhoClerk}, ends: dossier.Retry,
		stages:   []dossier.Stage{dossier.StageIntake, dossier.StageDigitization, dossier.StageSubmission, dossier.StageDecision, dossier.StageDelivery},
		statuses: append(append(undecided, ended...), dossier.Resolved),
		fits:     func(s dossier.Standing) bool { return s.Parked },
	},
}

var (
	undecided = []dossier.Status{dossier.Registered, dossier.Accepted, dossier.Processing, dossier.SupplementRequired, dossier.PaymentRequired}
	ended     = []dossier.Status{dossier.Refused, dossier.Withdrawn, dossier.Stopped}
)

// TestEveryHumanWaitCanBeEnded goes through every standing in which a dossier
// waits for a person, and wants the command that ends the wait among those taken.
// Otherwise the dossier would lie there for ever.
func TestEveryHumanWaitCanBeEnded(t *testing.T) {
	t.Parallel()
	for what, wait := range humanWaits {
		t.Run(string(what), func(t *testing.T) {
			t.Parallel()
			seen := 0
			for _, s := range waitingStandings(what, wait.stages, wait.statuses) {
				if wait.fits == nil || wait.fits(s) {
					seen++
					require.True(t, s.Takes(wait.ends), "%v waits for %v, and nobody can %s: %+v", what, wait.who, wait.ends, s)
				}
			}
			require.NotZero(t, seen)
		})
	}
}

// waitingStandings multiplies everything out that the wait leaves open.
func waitingStandings(what dossier.What, stages []dossier.Stage, statuses []dossier.Status) []dossier.Standing {
	var all []dossier.Standing
	both := []bool{false, true}
	for _, stage := range stages {
		for _, status := range statuses {
			for _, delivery := range append(dossier.ParcelEventTypes(), dossier.DeliveryNone, dossier.DeliveryAtCounter) {
				for _, booked := range both {
					for _, papers := range both {
						for _, fee := range both {
							for _, parked := range both {
								all = append(all, dossier.Standing{Stage: stage, Status: status, WaitingFor: what, Parked: parked,
									Delivery: delivery, HomeBooked: booked, HasPapers: papers, FeeExpected: fee})
							}
						}
					}
				}
			}
		}
	}
	return all
}

// TestEveryWaitIsAPersonsOrAMachines keeps humanWaits whole: a new wait must be
// put there, or here among those that a carrier or the engine itself ends.
func TestEveryWaitIsAPersonsOrAMachines(t *testing.T) {
	t.Parallel()
	machines := []string{"work", "carriage", "collection", "delivery", "nothing"}
	for _, what := range declared(t, "What") {
		_, human := humanWaits[dossier.What(what)]
		require.NotEqual(t, human, slices.Contains(machines, what), what)
	}
}
