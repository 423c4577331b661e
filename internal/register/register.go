// Package register holds the words in which the workflow and the database speak
// of a dossier: where it stands (Position), a step it makes (Transition), all
// that is known of it (Snapshot), and what outside parties report. Every value
// may travel through Temporal: codes, ids, times and enumerations only, never
// personal data and never free text, which is stored first and named by id.
package register

import (
	"time"

	"hoso/internal/custody"
	"hoso/internal/dossier"
)

// Position is where a dossier stands, whole. A workflow started anew goes on
// from it.
type Position struct {
	Stage      dossier.Stage  `json:"stage"`
	Status     dossier.Status `json:"status"`
	Route      dossier.Route  `json:"route,omitempty"`
	Waiting    Waiting        `json:"waiting"`
	Parked     string         `json:"parked,omitempty"` // kind of the open human task, "" when none
	Overdue    bool           `json:"overdue,omitempty"`
	PortalCode string         `json:"portal_code,omitempty"`
	ReceivedAt *time.Time     `json:"received_at,omitempty"`
	DueAt      *time.Time     `json:"due_at,omitempty"`
	// LastReport is when the newest believed report of the authority happened.
	LastReport time.Time `json:"last_report,omitzero"`
	// SubmitAttempt counts business attempts at the portal; Submitted says that
	// the last one was done.
	SubmitAttempt int  `json:"submit_attempt,omitempty"`
	Submitted     bool `json:"submitted,omitempty"`
	// Rounds counts the authority's requests for a supplement that are over; Asked
	// lists the components it asks for now.
	// Given says that the citizen gave what was asked, and it is to be handed on.
	Rounds int      `json:"rounds,omitempty"`
	Given  bool     `json:"given,omitempty"`
	Asked  []string `json:"asked,omitempty"`
	// Parts say of what is asked which pages it is about, where the authority told.
	Parts []Part `json:"parts,omitempty"`
	// Fee is what the authority asked for last, in whole đồng; Fees sum up.
	Fee    int64        `json:"fee,omitempty"`
	Fees   dossier.Fees `json:"fees,omitzero"`
	Result Result       `json:"result,omitzero"`
}

// Part is what the authority asks for of one component: all of it, or some pages.
// Its words stand in the register.
type Part struct {
	Component string `json:"component"`
	Pages     []int  `json:"pages,omitempty"`
	TextID    string `json:"text_id,omitempty"`
}

// Waiting is whose turn it is, for what and until when.
type Waiting struct {
	Who   dossier.Who  `json:"who"`
	What  dossier.What `json:"what"`
	Until *time.Time   `json:"until,omitempty"`
	// Passed counts the limits that have gone by in this wait.
	Passed int `json:"passed,omitempty"`
}

// Result is what the authority's decision yields.
type Result struct {
	Known bool `json:"known,omitempty"`
	Paper bool `json:"paper,omitempty"`
}

// Papers is where a dossier's paper originals are.
type Papers struct {
	// Out are the papers not yet with the authority; they travel as one bundle.
	Out custody.Papers `json:"out,omitzero"`
	// Arrived counts the papers that the authority holds, AtOffice those that the
	// office holds in no bag, Lost those that are lost.
	Arrived  int `json:"arrived,omitempty"`
	AtOffice int `json:"at_office,omitempty"`
	Lost     int `json:"lost,omitempty"`
}

// Leg is a parcel's errand.
type Leg string

// The two legs: papers to the authority, result and originals to the citizen.
const (
	LegOut  Leg = "out"
	LegHome Leg = "home"
)

// Parcel is the newest shipment of a leg.
type Parcel struct {
	Shipment     string                `json:"shipment,omitempty"`
	Attempt      int                   `json:"attempt,omitempty"` // business attempts: bookings ordered
	Carrier      string                `json:"carrier,omitempty"` // who is ordered
	Booked       bool                  `json:"booked,omitempty"`
	State        dossier.DeliveryState `json:"state,omitempty"`
	Contradicted bool                  `json:"contradicted,omitempty"`
}

// Facts are what a dossier is, fixed at filing.
type Facts struct {
	Code             string                 `json:"code"`
	Office           string                 `json:"office"`
	Network          string                 `json:"network"`
	Authority        string                 `json:"authority"`
	Procedure        string                 `json:"procedure"`
	ProcedureVersion string                 `json:"procedure_version"`
	Method           dossier.DeliveryMethod `json:"method"`
	Carrier          string                 `json:"carrier,omitempty"`
	FeeExpected      bool                   `json:"fee_expected,omitempty"`
}

// Snapshot is all that a workflow needs to begin, or to begin anew.
type Snapshot struct {
	Facts    Facts    `json:"facts"`
	Position Position `json:"position"`
	Step     int64    `json:"step"` // the last transition recorded
	Revision int64    `json:"revision"`
	Clock    Clock    `json:"clock,omitzero"`
	Papers   Papers   `json:"papers,omitzero"`
	Out      Parcel   `json:"out,omitzero"`
	Home     Parcel   `json:"home,omitzero"`
	// Portal and Bagged are heard but not dealt with.
	Portal []PortalReport `json:"portal,omitempty"`
	Bagged []PapersReport `json:"bagged,omitempty"`
}

// PortalReport is a status that the portal says the dossier has.
type PortalReport struct {
	Inbox      string         `json:"inbox"` // our row; the same report has one row
	Status     dossier.Status `json:"status"`
	At         time.Time      `json:"at"`
	PortalCode string         `json:"portal_code,omitempty"`
	DueAt      *time.Time     `json:"due_at,omitempty"`
	Asked      []string       `json:"asked,omitempty"`
	Parts      []Part         `json:"parts,omitempty"`
	Fee        int64          `json:"fee,omitempty"`
	Result     *Result        `json:"result,omitempty"`
	TextID     string         `json:"text_id,omitempty"`
	Evidence   string         `json:"evidence,omitempty"` // id of the document that a manager's word rests on
}

// ParcelReport is what a shipment's events add up to.
type ParcelReport struct {
	Inbox        string                `json:"inbox"`
	Shipment     string                `json:"shipment"`
	Leg          Leg                   `json:"leg"`
	Attempt      int                   `json:"attempt"`
	State        dossier.DeliveryState `json:"state"`
	Contradicted bool                  `json:"contradicted,omitempty"`
	At           time.Time             `json:"at"`
}

// Report is something that a dossier's workflow is told of: one of its kinds is set.
type Report struct {
	Portal *PortalReport `json:"portal,omitempty"`
	Parcel *ParcelReport `json:"parcel,omitempty"`
	Papers *PapersReport `json:"papers,omitempty"`
}

// Message is the id of the inbox message that the report came with.
func (r Report) Message() string {
	switch {
	case r.Portal != nil:
		return r.Portal.Inbox
	case r.Parcel != nil:
		return r.Parcel.Inbox
	case r.Papers != nil:
		return r.Papers.Inbox
	default:
		return ""
	}
}

// Transition is one step of a dossier: the position after it and why. It is
// recorded once per (code, step), whatever the repetitions.
type Transition struct {
	Code  string   `json:"code"`
	Step  int64    `json:"step"`
	Kind  string   `json:"kind"`  // what happened, e.g. "submitted"
	Actor string   `json:"actor"` // system, portal, courier, or a staff role
	After Position `json:"after"`
	// At is when it happened, if not now: a report's own time.
	At     *time.Time        `json:"at,omitempty"`
	Data   map[string]string `json:"data,omitempty"`
	TextID string            `json:"text_id,omitempty"`
	// Operation is the staff command that this step carries out.
	Operation string `json:"operation,omitempty"`
	// Inbox are the messages that this step deals with, and what became of them.
	Inbox   []string `json:"inbox,omitempty"`
	Outcome string   `json:"outcome,omitempty"` // applied (default), stale, repeat
	// Papers, when set, is where the outward bundle is after the step.
	Papers *custody.Papers `json:"papers,omitempty"`
	// Delivery, when set, is the delivery state after the step; a parcel's own
	// events set it otherwise.
	Delivery dossier.DeliveryState `json:"delivery,omitempty"`
	// Missing names the components whose papers were counted and not found; with
	// Lost they are lost. Found brings lost papers to the office.
	Missing []string `json:"missing,omitempty"`
	Lost    bool     `json:"lost,omitempty"`
	Found   bool     `json:"found,omitempty"`
	// HomeOffer, when set, is the carrier that the authority offers the papers it
	// holds, for the way home.
	HomeOffer custody.Holder `json:"home_offer,omitzero"`
	// HomePapers, when set, says that all papers are now with this holder kind.
	HomePapers string `json:"home_papers,omitempty"`
	// Clock, when set, is what the step does to the legal term.
	Clock *ClockEvent `json:"clock,omitempty"`
	// Task opens a human task; its owner is whom the dossier waits for, unless
	// TaskOwner names somebody else.
	Task      string      `json:"task,omitempty"`
	TaskOwner dossier.Who `json:"task_owner,omitempty"`
	// TaskCause is a code of the technical cause, for the manager; of a passed limit,
	// what was waited for.
	TaskCause string `json:"task_cause,omitempty"`
}

// Recorded is the database's answer to a transition.
type Recorded struct {
	Revision int64 `json:"revision"`
	// Until is the limit of the wait that the step begins, by the calendar.
	Until *time.Time `json:"until,omitempty"`
	// Clock and DueAt are as the step leaves them, where it did something to them.
	Clock *Clock     `json:"clock,omitempty"`
	DueAt *time.Time `json:"due_at,omitempty"`
	// PortalCode is filled when the step is an acceptance that did not bring one.
	PortalCode string       `json:"portal_code,omitempty"`
	Papers     Papers       `json:"papers,omitzero"`
	Fees       dossier.Fees `json:"fees,omitzero"`
}
